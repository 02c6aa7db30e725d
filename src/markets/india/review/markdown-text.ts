/** Pieces of Markdown: tables of bounded length, and numbers as people read them. */
import { groupThousands } from "./chart-scale.ts";
import { TABLE_ROWS_MAX } from "./review-limits.ts";

/**
 * A table with its first rows, and a sentence about the others. Cells are Markdown already: whoever hands
 * over a vendor's text escapes it. Without rows it is the sentence `none`.
 */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): string[] {
  if (rows.length === 0) return [none, ""];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const left = rows.length - TABLE_ROWS_MAX;
  return [
    line(head),
    line(head.map(() => "---")),
    ...rows.slice(0, TABLE_ROWS_MAX).map(line),
    "",
    ...(left > 0 ? [`${left} more in [review.json](review.json).`, ""] : []),
  ];
}

/** A number with its thousands apart, or `none` for one that is not known. */
export function numberText(value: number | null, none = "not known"): string {
  return value === null ? none : groupThousands(String(value));
}

/** A price in rupees with its paise. */
export function rupeesText(value: number): string {
  return groupThousands(value.toFixed(2));
}

/** A share in percent, signed where it is a change. */
export function percentText(value: number | null): string {
  if (value === null) return "not known";
  return `${value > 0 ? "+" : ""}${value.toFixed(2)} %`;
}

/** `10:12` of a minute written with its date and zone. */
export function clockText(minute: string | null): string {
  return minute === null ? "none" : minute.slice(11, 16);
}

/** `1 minute`, `2 minutes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${groupThousands(String(count))} ${count === 1 ? one : many}`;
}
