/**
 * The port through which the build reads a market's payloads. Implementations are pure, fill exact
 * integers, and never throw for what a payload holds: what cannot be read becomes a flagged row.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { BarTable } from "#lake/bar-table.ts";

/** One dated number: a split factor (1e-8), a dividend (1e-6 currency units) or an observation (1e-6). */
export type DatedValue = {
  /** Epoch day, or `BAD_DAY`. */
  readonly day: number;
  /** Integer units, or NaN when unreadable. */
  readonly units: number;
  /** 1-based line (or JSON row) of the payload. */
  readonly line: number;
};

/** Split factors are integers of 10^-8, dividends and series values of 10^-6 (architecture 3). */
export const SPLIT_DECIMALS = 8;
export const DIVIDEND_DECIMALS = 6;
export const SERIES_DECIMALS = 6;

/** Epoch days, both included. */
export type DaySpan = { readonly fromDay: number; readonly toDay: number };

/** Events of one payload; those of another kind than the payload's are none. */
export type ParsedEvents = {
  readonly splits: readonly DatedValue[];
  readonly dividends: readonly DatedValue[];
  /** First and last day of a `daily_adjusted` payload, which tells all events between. */
  readonly covers?: DaySpan | undefined;
};

export interface MarketParsers {
  /** Appends the bars of a price payload (`daily`, `daily_adjusted`, `index_daily`, `import_daily`, `intraday`). */
  parseBars(receipt: RawReceipt, bytes: Uint8Array, into: BarTable): void;
  /** Events of a `splits`, `dividends` or `daily_adjusted` payload. */
  parseEvents(receipt: RawReceipt, bytes: Uint8Array): ParsedEvents;
  /** Observations of a `series` payload. */
  parseSeries(receipt: RawReceipt, bytes: Uint8Array): readonly DatedValue[];
  /** One line of a payload as text, at most `limit` characters, for the quarantine. */
  lineText(receipt: RawReceipt, bytes: Uint8Array, line: number, limit: number): string;
}
