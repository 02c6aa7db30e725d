/**
 * Collects price rows for Parquet: every parsed row goes to staging with where it came from and what
 * became of it, the accepted ones also to analytics. Symbols come in order, so parts are sorted.
 */
import { assert, must } from "#core/assert.ts";
import { NULL_DAY, type PartColumn } from "#lake/column-chunk-store.ts";
import type { RowText } from "#lake/row-text.ts";
import {
  codeColumn,
  createTextDictionary,
  intColumn,
  numberColumn,
  reserveColumns,
} from "./growing-columns.ts";
import { OUTCOME_ACCEPTED, ROW_OUTCOMES } from "./row-outcome.ts";
import { type JudgedRows, type PriceLayout, writePriceText } from "./price-text.ts";
import { sourceNameOf } from "./source-name.ts";
import type { SymbolPayload, SymbolRows } from "./symbol-rows.ts";

const MS_PER_MINUTE = 60_000;

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
    raw: codeColumn(),
    line: intColumn(),
    outcome: codeColumn(),
    revision: intColumn(),
  };
}

type PriceColumns = ReturnType<typeof priceColumns>;

type PriceDictionaries = {
  readonly symbols: ReturnType<typeof createTextDictionary>;
  readonly bases: ReturnType<typeof createTextDictionary>;
  readonly sources: ReturnType<typeof createTextDictionary>;
  readonly raws: ReturnType<typeof createTextDictionary>;
};

function createDictionaries(): PriceDictionaries {
  return {
    symbols: createTextDictionary(),
    bases: createTextDictionary(),
    sources: createTextDictionary(),
    raws: createTextDictionary(),
  };
}

/** The columns of the bar table that go into a part as they are. */
const BAR_NUMBERS = ["open", "high", "low", "close", "volume"] as const;
const BAR_INTEGERS = ["day", "line"] as const;

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
  columns.raw.cells.fill(dictionaries.raws.codeOf(payload.receipt.id), from, to);
}

function partColumns(
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
    { name: "known_at", kind: "instant", cells: columns.knownAt.cells },
    { name: "revision", kind: "int32", cells: columns.revision.cells },
    {
      name: "raw",
      kind: "text",
      codes: columns.raw.cells,
      dictionary: dictionaries.raws.names,
    },
    { name: "line", kind: "int32", cells: columns.line.cells },
    { name: "outcome", kind: "text", codes: columns.outcome.cells, dictionary: ROW_OUTCOMES },
  ];
}

/**
 * Collects every parsed row of one frequency. Of each symbol the accepted rows come first, in the
 * order of the lake; their canonical text goes to `text`.
 */
export function createPriceBuffer(layout: PriceLayout, text: RowText) {
  const columns = priceColumns();
  const dictionaries = createDictionaries();
  const shared = sharedColumns(layout);
  let rows = 0;
  let accepted = 0;
  return {
    get rows() {
      return rows;
    },
    /** How many of the rows are accepted. */
    get accepted() {
      return accepted;
    },
    /** Names in the fullest dictionary; a part ends before it passes 16 bits. */
    get names() {
      return Math.max(dictionaries.raws.names.length, dictionaries.symbols.names.length);
    },
    /** Names of the columns of analytics and of staging, in their order. */
    published: [...shared, "revision", "known_at"],
    staged: [...shared, "known_at", "raw", "line", "outcome"],
    /** Takes all rows of one symbol. */
    take(symbolRows: SymbolRows, judged: JudgedRows): void {
      const { table } = symbolRows;
      const end = rows + table.length;
      reserveColumns(Object.values(columns), end);
      const order = acceptedFirst(judged, table.length);
      columns.symbol.cells.fill(dictionaries.symbols.codeOf(symbolRows.symbol), rows, end);
      for (const name of BAR_NUMBERS) gatherNumbers(columns[name].cells, rows, table[name], order);
      for (const name of BAR_INTEGERS)
        gatherIntegers(columns[name].cells, rows, table[name], order);
      gatherIntegers(columns.revision.cells, rows, judged.revisionOf, order);
      columns.outcome.cells.fill(OUTCOME_ACCEPTED, rows, rows + judged.accepted.length);
      for (let at = judged.accepted.length; at < order.length; at++) {
        columns.outcome.cells[rows + at] = judged.outcomes[order[at] ?? 0] ?? 0;
      }
      if (layout === "intraday") {
        for (let at = 0; at < order.length; at++) {
          columns.start.cells[rows + at] = (table.startMinute[order[at] ?? 0] ?? 0) * MS_PER_MINUTE;
        }
      }
      eachPayloadRun(symbolRows, judged, order, (payload, from, to) => {
        fillShared(columns, dictionaries, payload, rows + from, rows + to);
      });
      writePriceText(text, layout, symbolRows, judged);
      rows = end;
      accepted += judged.accepted.length;
    },
    columns: (): PartColumn[] => partColumns(columns, dictionaries, layout),
    clear(): void {
      rows = 0;
      accepted = 0;
      for (const dictionary of Object.values(dictionaries)) dictionary.clear();
    },
  };
}

function sharedColumns(layout: PriceLayout): string[] {
  const start = layout === "intraday" ? ["start"] : [];
  const prices = ["open", "high", "low", "close", "volume"];
  return ["symbol", "session", ...start, ...prices, "basis", "basis_asof", "source"];
}

/** All rows, the accepted ones first. */
function acceptedFirst(judged: JudgedRows, count: number): Int32Array {
  const order = new Int32Array(count);
  order.set(judged.accepted);
  let at = judged.accepted.length;
  for (let row = 0; row < count; row++) {
    if (judged.outcomes[row] !== OUTCOME_ACCEPTED) order[at++] = row;
  }
  assert(at === count, "the accepted rows are those with that outcome");
  return order;
}

/** Calls `visit` for each stretch of rows of one payload: few, since revisions are rare. */
function eachPayloadRun(
  rows: SymbolRows,
  judged: JudgedRows,
  order: Int32Array,
  visit: (payload: SymbolPayload, from: number, to: number) => void,
): void {
  for (let from = 0; from < order.length;) {
    const ordinal = judged.payloadOf[order[from] ?? 0] ?? 0;
    let to = from + 1;
    while (to < order.length && judged.payloadOf[order[to] ?? 0] === ordinal) to++;
    visit(must(rows.payloads[ordinal], "a row has a payload"), from, to);
    from = to;
  }
}

/** Copies the cells of the chosen rows, one after the other. */
function gatherNumbers(
  target: Float64Array,
  at: number,
  cells: Float64Array,
  chosen: Int32Array,
): void {
  for (let index = 0; index < chosen.length; index++) {
    target[at + index] = cells[chosen[index] ?? 0] ?? 0;
  }
}

/** The same for whole numbers; one function for both kinds of cell would run at half the speed. */
function gatherIntegers(
  target: Int32Array,
  at: number,
  cells: Int32Array,
  chosen: Int32Array,
): void {
  for (let index = 0; index < chosen.length; index++) {
    target[at + index] = cells[chosen[index] ?? 0] ?? 0;
  }
}

export type PriceBuffer = ReturnType<typeof createPriceBuffer>;
