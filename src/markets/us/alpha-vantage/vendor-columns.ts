/**
 * The vendor's names: which columns each kind of payload has, in CSV and in JSON. Finding them in the
 * bytes that came is `payload.ts`'s.
 */
import type { RawKind } from "#contracts/raw-receipt.ts";

/** What this vendor serves, as opposed to what the operator imports and what other vendors have. */
export type VendorKind = keyof typeof VENDOR_COLUMNS;

/** The meaning of a cell. `skip` is read by nobody, but its column must be there. */
export type Field =
  | "date"
  | "time"
  | "open"
  | "high"
  | "low"
  | "close"
  | "volume"
  | "dividend"
  | "split"
  | "value"
  | "skip";

/** A column by its names in CSV and its name in a JSON row, there without the ordinal (`1. open`). */
export type VendorColumn = {
  readonly csv: readonly string[];
  readonly json: string;
  readonly field: Field;
};

const column = (csv: string, field: Field, json: string = csv): VendorColumn => ({
  csv: [csv],
  json,
  field,
});

const PRICES = [
  column("open", "open"),
  column("high", "high"),
  column("low", "low"),
  column("close", "close"),
];
/** Name that a row of JSON gets for its date. */
export const DATE_KEY = "date";

/** Sources: recorded responses of 2026-05-17 (CSV) and of 2018 to 2020 (JSON); docs/vendors. */
export const VENDOR_COLUMNS = {
  daily: [column("timestamp", "date", DATE_KEY), ...PRICES, column("volume", "volume")],
  daily_adjusted: [
    column("timestamp", "date", DATE_KEY),
    ...PRICES,
    column("adjusted_close", "skip", "adjusted close"),
    column("volume", "volume"),
    column("dividend_amount", "dividend", "dividend amount"),
    column("split_coefficient", "split", "split coefficient"),
  ],
  intraday: [column("timestamp", "time", DATE_KEY), ...PRICES, column("volume", "volume")],
  // The CSV header of INDEX_DATA is not on record: JSON is asked for, either date name is taken.
  index_daily: [{ csv: ["timestamp", "date"], json: DATE_KEY, field: "date" }, ...PRICES],
  splits: [column("effective_date", "date"), column("split_factor", "value")],
  dividends: [
    column("ex_dividend_date", "date"),
    column("declaration_date", "skip"),
    column("record_date", "skip"),
    column("payment_date", "skip"),
    column("amount", "value"),
  ],
  series: [column("timestamp", "date", DATE_KEY), column("value", "value")],
  listing: [
    column("symbol", "skip"),
    column("name", "skip"),
    column("exchange", "skip"),
    column("assetType", "skip"),
    column("ipoDate", "skip"),
    column("delistingDate", "skip"),
    column("status", "skip"),
  ],
} as const satisfies { readonly [kind in RawKind]?: readonly VendorColumn[] };

/** Whether payloads of the kind come from this vendor. */
export function isVendorKind(kind: RawKind): kind is VendorKind {
  return kind in VENDOR_COLUMNS;
}
