/** Collects events and series for Parquet: a symbol, a day and one or two exact numbers a row. */
import { NULL_DAY, type PartColumn } from "#lake/column-chunk-store.ts";
import type { RowText } from "#lake/row-text.ts";
import {
  codeColumn,
  createTextDictionary,
  intColumn,
  numberColumn,
  reserveColumns,
} from "./growing-columns.ts";

/** A number column of the dataset and its decimals. */
export type DatedColumn = { readonly name: string; readonly decimals: number };

export type DatedRow = {
  readonly symbol: string;
  readonly day: number;
  /** One integer in units of 10^-decimals for each column; NaN is NULL. */
  readonly units: readonly number[];
  readonly source: string;
  readonly revision: number;
  readonly knownAtMs: number;
};

/** A buffer for rows of `values` columns; `text` receives their canonical form. */
export function createDatedBuffer(values: readonly DatedColumn[], text: RowText) {
  const symbols = createTextDictionary();
  const sources = createTextDictionary();
  const symbol = codeColumn();
  const day = intColumn();
  const source = codeColumn();
  const revision = intColumn();
  const knownAt = numberColumn();
  const numbers = values.map(() => numberColumn());
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    get names() {
      return symbols.names.length;
    },
    take(row: DatedRow): void {
      reserveColumns([symbol, day, source, revision, knownAt, ...numbers], rows + 1);
      symbol.cells[rows] = symbols.codeOf(row.symbol);
      day.cells[rows] = row.day;
      source.cells[rows] = sources.codeOf(row.source);
      revision.cells[rows] = row.revision;
      knownAt.cells[rows] = row.knownAtMs;
      text.text(row.symbol);
      if (row.day !== NULL_DAY) text.day(row.day);
      for (const [index, column] of numbers.entries()) {
        const units = row.units[index] ?? NaN;
        column.cells[rows] = units;
        text.decimal(units, values[index]?.decimals ?? 0);
      }
      text.text(row.source);
      text.decimal(row.revision, 0);
      text.endRow();
      rows++;
    },
    columns: (): PartColumn[] => [
      { name: "symbol", kind: "text", codes: symbol.cells, dictionary: symbols.names },
      { name: "session", kind: "day", cells: day.cells },
      ...values.map((value, index): PartColumn => ({
        name: value.name,
        kind: "int64",
        decimals: value.decimals,
        cells: numbers[index]?.cells ?? new Float64Array(0),
      })),
      { name: "source", kind: "text", codes: source.cells, dictionary: sources.names },
      { name: "revision", kind: "int32", cells: revision.cells },
      { name: "known_at", kind: "instant", cells: knownAt.cells },
    ],
    clear(): void {
      rows = 0;
      symbols.clear();
      sources.clear();
    },
  };
}
