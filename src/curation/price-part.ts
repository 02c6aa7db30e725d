/**
 * Collects price rows for Parquet: every parsed row goes to staging with where it came from and what
 * became of it, the accepted ones also to analytics. Symbols come in order, so parts are sorted.
 */
import { assert } from "#core/assert.ts";
import { NULL_DAY, type PartColumn } from "#lake/column-chunk-store.ts";
import type { PartLookup } from "#lake/part-store.ts";
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
/** The column by which a row finds what it shares with its payload; in no file. */
const ORIGIN = "origin";

function priceColumns() {
  return {
    origin: intColumn(),
    day: intColumn(),
    start: numberColumn(),
    open: numberColumn(),
    high: numberColumn(),
    low: numberColumn(),
    close: numberColumn(),
    volume: numberColumn(),
    revision: intColumn(),
    line: intColumn(),
    outcome: codeColumn(),
  };
}

type PriceColumns = ReturnType<typeof priceColumns>;

/** What all rows of one payload share: kept once a payload, and looked up when the part is written. */
type Origin = { readonly symbol: string; readonly payload: SymbolPayload };

/** The columns of the bar table that go into a part as they are. */
const BAR_NUMBERS = ["open", "high", "low", "close", "volume"] as const;
const BAR_INTEGERS = ["day", "line"] as const;

function partColumns(columns: PriceColumns, layout: PriceLayout): PartColumn[] {
  const start: PartColumn = { name: "start", kind: "instant", cells: columns.start.cells };
  const price = (name: "open" | "high" | "low" | "close"): PartColumn => ({
    name,
    kind: "int64",
    decimals: 4,
    cells: columns[name].cells,
  });
  return [
    { name: ORIGIN, kind: "int32", cells: columns.origin.cells },
    { name: "session", kind: "day", cells: columns.day.cells },
    ...(layout === "intraday" ? [start] : []),
    price("open"),
    price("high"),
    price("low"),
    price("close"),
    { name: "volume", kind: "int64", cells: columns.volume.cells },
    { name: "revision", kind: "int32", cells: columns.revision.cells },
    { name: "line", kind: "int32", cells: columns.line.cells },
    { name: "outcome", kind: "text", codes: columns.outcome.cells, dictionary: ROW_OUTCOMES },
  ];
}

function originLookup(origins: readonly Origin[]): PartLookup {
  const text = (name: string, valueOf: (origin: Origin) => string): PartColumn => {
    const dictionary = createTextDictionary();
    const codes = Uint16Array.from(origins, (origin) => dictionary.codeOf(valueOf(origin)));
    return { name, kind: "text", codes, dictionary: dictionary.names };
  };
  return {
    key: ORIGIN,
    rows: origins.length,
    columns: [
      text("symbol", ({ symbol }) => symbol),
      text("basis", ({ payload }) => payload.basis),
      {
        name: "basis_asof",
        kind: "day",
        cells: Int32Array.from(origins, ({ payload }) => payload.basisAsofDay ?? NULL_DAY),
      },
      text("source", ({ payload }) => sourceNameOf(payload.receipt)),
      {
        name: "known_at",
        kind: "instant",
        cells: Float64Array.from(origins, ({ payload }) => payload.fetchedAtMs),
      },
      text("raw", ({ payload }) => payload.receipt.id),
    ],
  };
}

/**
 * Collects every parsed row of one frequency. Of each symbol the accepted rows come first, in the
 * order of the lake; their canonical text goes to `text`.
 */
export function createPriceBuffer(layout: PriceLayout, text: RowText) {
  const columns = priceColumns();
  const origins: Origin[] = [];
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
      return origins.length;
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
      for (let at = 0; at < order.length; at++) {
        columns.origin.cells[rows + at] = origins.length + (judged.payloadOf[order[at] ?? 0] ?? 0);
      }
      for (const payload of symbolRows.payloads)
        origins.push({ symbol: symbolRows.symbol, payload });
      writePriceText(text, layout, symbolRows, judged);
      rows = end;
      accepted += judged.accepted.length;
    },
    columns: (): PartColumn[] => partColumns(columns, layout),
    origins: (): PartLookup => originLookup(origins),
    clear(): void {
      rows = 0;
      accepted = 0;
      origins.length = 0;
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
