/**
 * Rows on their way out, before they become CSV or JSON. Faults that spoil rows work on this form, so
 * they look the same in both; JSON is written as text because it must be able to repeat a key.
 */
import type { CsvLineEnd } from "./daily-csv.ts";

/** How the rows are framed in JSON. */
export type JsonFrame =
  /** `Meta Data` and an object of rows keyed by their first cell. */
  | {
      readonly kind: "series";
      readonly key: string;
      readonly meta: Readonly<Record<string, string>>;
    }
  /** Some fields and a `data` array of rows. */
  | { readonly kind: "list"; readonly head: Readonly<Record<string, string>> }
  /** One row under one key. */
  | { readonly kind: "single"; readonly key: string }
  /** The function has no JSON form. */
  | { readonly kind: "csv_only" };

export type VendorTable = {
  /** Plain names of the columns (`close`), by which faults find them. */
  readonly columns: readonly string[];
  /** Names as written in the asked form: the CSV header, or the JSON keys (`4. close`). */
  readonly header: readonly string[];
  /** Cells as written, newest row first. */
  readonly rows: readonly (readonly string[])[];
  readonly frame: JsonFrame;
};

const INDENT = "    ";

/** The table as a CSV body. */
export function renderCsv(table: VendorTable, lineEnd: CsvLineEnd): string {
  const lines = [table.header.join(",")];
  for (const row of table.rows) lines.push(row.join(","));
  return lines.join(lineEnd) + lineEnd;
}

/** The table as a JSON body, indented by four as the vendor indents. */
export function renderJson(table: VendorTable): string {
  const { frame, header, rows } = table;
  if (frame.kind === "series") {
    // Row keys repeat when dates do, which an object could not hold.
    const entries = rows.map(
      (row) => `${INDENT.repeat(2)}${JSON.stringify(row[0])}: ${objectText(header, row, 1, 2)}`,
    );
    const meta = objectText(Object.keys(frame.meta), Object.values(frame.meta), 0, 1);
    return `{\n${INDENT}"Meta Data": ${meta},\n${INDENT}${JSON.stringify(frame.key)}: ${wrap("{", entries, "}")}\n}`;
  }
  if (frame.kind === "list") {
    const items = rows.map((row) => `${INDENT.repeat(2)}${objectText(header, row, 0, 2)}`);
    const head = Object.entries(frame.head).map(
      ([key, value]) => `${INDENT}${JSON.stringify(key)}: ${JSON.stringify(value)},\n`,
    );
    return `{\n${head.join("")}${INDENT}"data": ${wrap("[", items, "]")}\n}`;
  }
  const key = frame.kind === "single" ? frame.key : "data";
  return `{\n${INDENT}${JSON.stringify(key)}: ${objectText(header, rows[0] ?? [], 0, 1)}\n}`;
}

function wrap(opening: string, items: readonly string[], closing: string): string {
  if (items.length === 0) return opening + closing;
  return `${opening}\n${items.join(",\n")}\n${INDENT}${closing}`;
}

function objectText(
  keys: readonly string[],
  values: readonly string[],
  from: number,
  depth: number,
): string {
  const fields = keys
    .map((key, at) => [key, values[at]] as const)
    .slice(from)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        `${INDENT.repeat(depth + 1)}${JSON.stringify(key)}: ${JSON.stringify(value)}`,
    );
  return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n${INDENT.repeat(depth)}}`;
}
