/**
 * Collects price rows for Parquet: one buffer for staging (every parsed row with its outcome), one
 * for analytics (accepted rows and their canonical text). Symbols come in order, so parts are sorted.
 */
import { must } from "#core/assert.ts";
import type { BarTable } from "#lake/bar-table.ts";
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
import type { SymbolRows } from "./symbol-rows.ts";

const MS_PER_MINUTE = 60_000;

/** What a buffer needs to know of the judged rows. */
export type JudgedRows = {
  readonly outcomes: Uint8Array;
  readonly revisionOf: Int32Array;
  readonly payloadOf: Int32Array;
};

export interface PriceBuffer {
  readonly rows: number;
  /** Names in the fullest dictionary; a part ends before it passes 16 bits. */
  readonly names: number;
  columns(): PartColumn[];
  clear(): void;
}

/** `frequency` adds the bar's start and leaves out what only daily rows have. */
export type PriceLayout = "daily" | "intraday";

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

/** The name of a source as readers see it; SYNTHETIC data says so in every row (decision 33). */
export function sourceName(source: string, synthetic: boolean): string {
  return synthetic ? `SYNTHETIC:${source}` : source;
}

/** Codes of what all rows of one payload share, looked up once a payload instead of once a row. */
type PayloadCodes = {
  readonly basis: number;
  readonly basisAsofDay: number;
  readonly source: number;
  readonly fetchedAtMs: number;
};

function codesOfPayloads(rows: SymbolRows, dictionaries: PriceDictionaries): PayloadCodes[] {
  return rows.payloads.map((payload) => ({
    basis: dictionaries.bases.codeOf(payload.basis),
    basisAsofDay: payload.basisAsofDay ?? NULL_DAY,
    source: dictionaries.sources.codeOf(
      sourceName(payload.receipt.source, payload.receipt.synthetic),
    ),
    fetchedAtMs: payload.fetchedAtMs,
  }));
}

function copyPrices(
  columns: PriceColumns,
  from: { readonly table: BarTable; readonly symbolCode: number; readonly payload: PayloadCodes },
  row: number,
  target: number,
): void {
  const { table, payload } = from;
  columns.symbol.cells[target] = from.symbolCode;
  columns.day.cells[target] = table.day[row] ?? NULL_DAY;
  columns.start.cells[target] = (table.startMinute[row] ?? 0) * MS_PER_MINUTE;
  columns.open.cells[target] = table.open[row] ?? NaN;
  columns.high.cells[target] = table.high[row] ?? NaN;
  columns.low.cells[target] = table.low[row] ?? NaN;
  columns.close.cells[target] = table.close[row] ?? NaN;
  columns.volume.cells[target] = table.volume[row] ?? NaN;
  columns.basis.cells[target] = payload.basis;
  columns.basisAsof.cells[target] = payload.basisAsofDay;
  columns.source.cells[target] = payload.source;
  columns.knownAt.cells[target] = payload.fetchedAtMs;
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
      reserveColumns([...Object.values(columns), revision], rows + accepted.length);
      const { table } = symbolRows;
      const symbolCode = dictionaries.symbols.codeOf(symbolRows.symbol);
      const payloads = codesOfPayloads(symbolRows, dictionaries);
      for (const row of accepted) {
        const payload = must(payloads[judged.payloadOf[row] ?? 0], "a row has a payload");
        copyPrices(columns, { table, symbolCode, payload }, row, rows);
        revision.cells[rows] = judged.revisionOf[row] ?? 0;
        rows++;
      }
      for (let at = rows - accepted.length; at < rows; at++) writeText(at);
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

  function writeText(at: number): void {
    text.text(dictionaries.symbols.names[columns.symbol.cells[at] ?? 0] ?? "");
    text.day(columns.day.cells[at] ?? 0);
    if (layout === "intraday") text.decimal((columns.start.cells[at] ?? 0) / MS_PER_MINUTE, 0);
    text.decimal(columns.open.cells[at] ?? NaN, 4);
    text.decimal(columns.high.cells[at] ?? NaN, 4);
    text.decimal(columns.low.cells[at] ?? NaN, 4);
    text.decimal(columns.close.cells[at] ?? NaN, 4);
    text.decimal(columns.volume.cells[at] ?? NaN, 0);
    text.text(dictionaries.bases.names[columns.basis.cells[at] ?? 0] ?? "");
    const asof = columns.basisAsof.cells[at] ?? NULL_DAY;
    if (asof === NULL_DAY) text.text("");
    else text.day(asof);
    text.text(dictionaries.sources.names[columns.source.cells[at] ?? 0] ?? "");
    text.decimal(revision.cells[at] ?? 0, 0);
    text.endRow();
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
      reserveColumns([...Object.values(columns), raw, line, outcome], rows + table.length);
      const symbolCode = dictionaries.symbols.codeOf(symbolRows.symbol);
      const codes = codesOfPayloads(symbolRows, dictionaries);
      const rawCodes = payloads.map((payload) => raws.codeOf(payload.receipt.id));
      for (let row = 0; row < table.length; row++) {
        const ordinal = judged.payloadOf[row] ?? 0;
        const payload = must(codes[ordinal], "a row has a payload");
        copyPrices(columns, { table, symbolCode, payload }, row, rows);
        raw.cells[rows] = rawCodes[ordinal] ?? 0;
        line.cells[rows] = table.line[row] ?? 0;
        outcome.cells[rows] = judged.outcomes[row] ?? 0;
        rows++;
      }
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
