/**
 * Collects price rows for Parquet: one buffer for staging (every parsed row with its outcome), one
 * for analytics (accepted rows and their canonical text). Symbols come in order, so parts are sorted.
 */
import { must } from "#core/assert.ts";
import { NULL_DAY, type PartColumn } from "#lake/column-chunk-store.ts";
import type { RowText } from "#lake/row-text.ts";
import {
  codeColumn,
  createTextDictionary,
  intColumn,
  numberColumn,
  reserveColumns,
} from "./growing-columns.ts";
import { ROW_OUTCOMES } from "./row-outcome.ts";
import { type JudgedRows, type PriceLayout, writePriceText } from "./price-text.ts";
import { sourceNameOf } from "./source-name.ts";
import type { SymbolPayload, SymbolRows } from "./symbol-rows.ts";

const MS_PER_MINUTE = 60_000;

export interface PriceBuffer {
  readonly rows: number;
  /** Names in the fullest dictionary; a part ends before it passes 16 bits. */
  readonly names: number;
  columns(): PartColumn[];
  clear(): void;
}

function priceColumns() {
  return {
    symbol: codeColumn(),
    day: intColumn(),
    start: numberColumn(),
    open: numberColumn(),
    high: numberColumn(),
    low: numberColumn(),
    close: numberColumn(),
    volume: numberColumn(),
    basis: codeColumn(),
    basisAsof: intColumn(),
    source: codeColumn(),
    knownAt: numberColumn(),
  };
}

type PriceColumns = ReturnType<typeof priceColumns>;

type PriceDictionaries = {
  readonly symbols: ReturnType<typeof createTextDictionary>;
  readonly bases: ReturnType<typeof createTextDictionary>;
  readonly sources: ReturnType<typeof createTextDictionary>;
};

function createDictionaries(): PriceDictionaries {
  return {
    symbols: createTextDictionary(),
    bases: createTextDictionary(),
    sources: createTextDictionary(),
  };
}

/** The columns of the bar table that go into a part as they are. */
const BAR_COLUMNS = ["day", "open", "high", "low", "close", "volume"] as const;

/** Fills the cells `from` to `to`, which belong to rows of one payload, with what those rows share. */
function fillShared(
  columns: PriceColumns,
  dictionaries: PriceDictionaries,
  payload: SymbolPayload,
  from: number,
  to: number,
): void {
  columns.basis.cells.fill(dictionaries.bases.codeOf(payload.basis), from, to);
  columns.basisAsof.cells.fill(payload.basisAsofDay ?? NULL_DAY, from, to);
  columns.source.cells.fill(dictionaries.sources.codeOf(sourceNameOf(payload.receipt)), from, to);
  columns.knownAt.cells.fill(payload.fetchedAtMs, from, to);
}

function plainColumns(
  columns: PriceColumns,
  dictionaries: PriceDictionaries,
  layout: PriceLayout,
): PartColumn[] {
  const start: PartColumn = { name: "start", kind: "instant", cells: columns.start.cells };
  const price = (name: "open" | "high" | "low" | "close"): PartColumn => ({
    name,
    kind: "int64",
    decimals: 4,
    cells: columns[name].cells,
  });
  return [
    {
      name: "symbol",
      kind: "text",
      codes: columns.symbol.cells,
      dictionary: dictionaries.symbols.names,
    },
    { name: "session", kind: "day", cells: columns.day.cells },
    ...(layout === "intraday" ? [start] : []),
    price("open"),
    price("high"),
    price("low"),
    price("close"),
    { name: "volume", kind: "int64", cells: columns.volume.cells },
    {
      name: "basis",
      kind: "text",
      codes: columns.basis.cells,
      dictionary: dictionaries.bases.names,
    },
    { name: "basis_asof", kind: "day", cells: columns.basisAsof.cells },
    {
      name: "source",
      kind: "text",
      codes: columns.source.cells,
      dictionary: dictionaries.sources.names,
    },
  ];
}

/** Collects accepted rows for `data/analytics`, and writes their canonical text. */
export function createAnalyticsBuffer(layout: PriceLayout, text: RowText) {
  const columns = priceColumns();
  const revision = intColumn();
  const dictionaries = createDictionaries();
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    get names() {
      return dictionaries.symbols.names.length;
    },
    /** Takes the accepted rows of one symbol, in the order of `accepted`. */
    take(symbolRows: SymbolRows, judged: JudgedRows, accepted: Int32Array): void {
      const { table, payloads } = symbolRows;
      const end = rows + accepted.length;
      reserveColumns([...Object.values(columns), revision], end);
      columns.symbol.cells.fill(dictionaries.symbols.codeOf(symbolRows.symbol), rows, end);
      for (const name of BAR_COLUMNS) gather(columns[name].cells, rows, table[name], accepted);
      if (layout === "intraday") {
        gather(columns.start.cells, rows, table.startMinute, accepted, MS_PER_MINUTE);
      }
      gather(revision.cells, rows, judged.revisionOf, accepted);
      // Rows of different payloads alternate at most where one restates another.
      for (let from = 0; from < accepted.length; ) {
        const ordinal = judged.payloadOf[accepted[from] ?? 0] ?? 0;
        let to = from + 1;
        while (to < accepted.length && judged.payloadOf[accepted[to] ?? 0] === ordinal) to++;
        const payload = must(payloads[ordinal], "a row has a payload");
        fillShared(columns, dictionaries, payload, rows + from, rows + to);
        from = to;
      }
      rows = end;
      writePriceText(text, layout, symbolRows, judged, accepted);
    },
    columns: (): PartColumn[] => [
      ...plainColumns(columns, dictionaries, layout),
      { name: "revision", kind: "int32", cells: revision.cells },
      { name: "known_at", kind: "instant", cells: columns.knownAt.cells },
    ],
    clear(): void {
      rows = 0;
      for (const dictionary of Object.values(dictionaries)) dictionary.clear();
    },
  };
}

/** Copies the cells of the chosen rows, one after the other. */
function gather(
  target: Float64Array | Int32Array,
  at: number,
  cells: Float64Array | Int32Array,
  chosen: Int32Array,
  factor = 1,
): void {
  for (let index = 0; index < chosen.length; index++) {
    target[at + index] = (cells[chosen[index] ?? 0] ?? 0) * factor;
  }
}

/** Collects every parsed row for `data/staging`, with where it came from and what became of it. */
export function createStagingBuffer(layout: PriceLayout) {
  const columns = priceColumns();
  const raw = codeColumn();
  const line = intColumn();
  const outcome = codeColumn();
  const dictionaries = createDictionaries();
  const raws = createTextDictionary();
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    get names() {
      return Math.max(raws.names.length, dictionaries.symbols.names.length);
    },
    take(symbolRows: SymbolRows, judged: JudgedRows): void {
      const { table, payloads } = symbolRows;
      const end = rows + table.length;
      reserveColumns([...Object.values(columns), raw, line, outcome], end);
      columns.symbol.cells.fill(dictionaries.symbols.codeOf(symbolRows.symbol), rows, end);
      for (const name of BAR_COLUMNS) {
        columns[name].cells.set(table[name].subarray(0, table.length), rows);
      }
      if (layout === "intraday") {
        for (let row = 0; row < table.length; row++) {
          columns.start.cells[rows + row] = (table.startMinute[row] ?? 0) * MS_PER_MINUTE;
        }
      }
      for (const payload of payloads) {
        const { fromRow, toRow, receipt } = payload;
        fillShared(columns, dictionaries, payload, rows + fromRow, rows + toRow);
        raw.cells.fill(raws.codeOf(receipt.id), rows + fromRow, rows + toRow);
      }
      line.cells.set(table.line.subarray(0, table.length), rows);
      outcome.cells.set(judged.outcomes, rows);
      rows = end;
    },
    columns: (): PartColumn[] => [
      ...plainColumns(columns, dictionaries, layout),
      { name: "known_at", kind: "instant", cells: columns.knownAt.cells },
      { name: "raw", kind: "text", codes: raw.cells, dictionary: raws.names },
      { name: "line", kind: "int32", cells: line.cells },
      { name: "outcome", kind: "text", codes: outcome.cells, dictionary: ROW_OUTCOMES },
    ],
    clear(): void {
      rows = 0;
      raws.clear();
      for (const dictionary of Object.values(dictionaries)) dictionary.clear();
    },
  };
}

export type AnalyticsBuffer = ReturnType<typeof createAnalyticsBuffer>;
export type StagingBuffer = ReturnType<typeof createStagingBuffer>;
