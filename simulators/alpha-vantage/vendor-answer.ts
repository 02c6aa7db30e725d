/** What the vendor has to say to one query, before faults and before it is written as bytes. */
import type { Refusal } from "./refusals.ts";
import type { VendorTable } from "./vendor-table.ts";

export type VendorAnswer =
  | { readonly kind: "table"; readonly table: VendorTable }
  | { readonly kind: "refusal"; readonly refusal: Refusal }
  /** A JSON body that is neither rows nor a refusal, e.g. the artificial quotes. */
  | { readonly kind: "json"; readonly body: unknown };

export function refused(refusal: Refusal): VendorAnswer {
  return { kind: "refusal", refusal };
}

export function tableAnswer(table: VendorTable): VendorAnswer {
  return { kind: "table", table };
}

/** Rows in a `compact` answer. */
export const COMPACT_ROWS = 100;

/** The columns of bars, in the vendor's order. */
export const BAR_COLUMNS = ["timestamp", "open", "high", "low", "close", "volume"] as const;

/** JSON keys of fields that carry their ordinal: `1. open`. The first column is the row's key. */
export function ordinalKeys(columns: readonly string[]): string[] {
  return columns.map((column, at) => (at === 0 ? column : `${at}. ${column.replaceAll("_", " ")}`));
}

/** A decimal number as the vendor's newer CSV writes it: no padding, but always a point. */
export function shortDecimal(value: number): string {
  const text = String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}

/** Local wall-clock text of the exchange, `2026-05-15 19:55:00`, without an offset. */
export function wallClockText(date: string, minute: number): string {
  const hours = String(Math.floor(minute / 60)).padStart(2, "0");
  return `${date} ${hours}:${String(minute % 60).padStart(2, "0")}:00`;
}
