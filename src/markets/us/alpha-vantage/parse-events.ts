/**
 * Reads payloads of one value a date: splits, dividends, and series such as yields. Rows that cannot
 * be read stay, with flags and their line; which event counts is the build's business.
 */
import {
  DIVIDEND_DECIMALS,
  type DatedValue,
  SERIES_DECIMALS,
  SPLIT_DECIMALS,
} from "#curation/market-parsers.ts";
import { BAD_DAY, PARSE_FLAGS } from "#lake/bar-table.ts";
import { DATE_LENGTH, scanDay, scanUnits, unreadableFlags } from "./byte-scan.ts";
import { cellEnd, scanLines } from "./payload-lines.ts";
import { type Payload, type PayloadProblem, openBody, openPayload } from "./payload.ts";

/** Flag of a value that is no decimal; besides the `PARSE_FLAGS` of the row. */
export const VALUE_UNREADABLE = 1 << 16;

/** A coefficient of 1: nothing was split. */
export const SPLIT_NONE_UNITS = 100_000_000;

/** How the vendor writes that a series has no observation for a date (a holiday). */
const NO_OBSERVATION = 0x2e;

/** A value of one date as parsed; `flags` are those of its row. */
export type FlaggedValue = DatedValue & { readonly flags: number };

/**
 * A corporate event. A split on its effective day, in new shares for each old one (a spin-off is
 * coded as a split by the vendor); a dividend on its ex-date, in dollars a share.
 */
export type EventRow = FlaggedValue & { readonly kind: "split" | "dividend" };

export type SeriesRows = {
  readonly rows: readonly FlaggedValue[];
  /** Dates for which the vendor says that there is no observation. */
  readonly noObservation: number;
};

/** Parses a payload of SPLITS or DIVIDENDS. No rows means no events. */
export function parseEvents(
  kind: "splits" | "dividends",
  bytes: Uint8Array,
): readonly EventRow[] | PayloadProblem {
  const payload = openPayload(kind, openBody(bytes));
  return "problem" in payload ? payload : eventsOf(kind, payload);
}

/** Like `parseEvents`, for a payload that is already open. */
export function eventsOf(kind: "splits" | "dividends", payload: Payload): readonly EventRow[] {
  const decimals = kind === "splits" ? SPLIT_DECIMALS : DIVIDEND_DECIMALS;
  const eventKind = kind === "splits" ? "split" : "dividend";
  const { rows } = scanDatedValues(payload, { decimals, mayBeUnobserved: false });
  return rows.map((row) => ({ ...row, kind: eventKind }));
}

/** Parses a payload of a series: a yield in percent, a price in dollars. */
export function parseSeries(bytes: Uint8Array): SeriesRows | PayloadProblem {
  const payload = openPayload("series", openBody(bytes));
  return "problem" in payload ? payload : seriesOf(payload);
}

/** Like `parseSeries`, for a payload that is already open. */
export function seriesOf(payload: Payload): SeriesRows {
  return scanDatedValues(payload, { decimals: SERIES_DECIMALS, mayBeUnobserved: true });
}

type ValueForm = {
  readonly decimals: number;
  /** Whether the vendor may say `.` for a date: series only. */
  readonly mayBeUnobserved: boolean;
};

function scanDatedValues(payload: Payload, form: ValueForm): SeriesRows {
  const rows: FlaggedValue[] = [];
  let noObservation = 0;
  const { bytes, fields } = payload;
  scanLines(payload, (from, to, line) => {
    const value = readLine(bytes, from, to, { fields, form, line });
    if (value === undefined) noObservation += 1;
    else rows.push(value);
  });
  return { rows, noObservation };
}

/** One line as a value, or `undefined` when the vendor says that there is none. */
function readLine(
  bytes: Uint8Array,
  from: number,
  to: number,
  about: { readonly fields: Payload["fields"]; readonly form: ValueForm; readonly line: number },
): FlaggedValue | undefined {
  let day = BAD_DAY;
  let units = Number.NaN;
  let flags = 0;
  let isObserved = true;
  let index = 0;
  for (let start = from; start <= to; index++) {
    const end = cellEnd(bytes, start, to);
    const field = about.fields[index];
    if (field === "date" && end - start === DATE_LENGTH) day = scanDay(bytes, start, end);
    if (field === "value") {
      isObserved = !(end - start === 1 && bytes[start] === NO_OBSERVATION);
      units = scanUnits(bytes, start, end, about.form.decimals);
      if (Number.isNaN(units)) flags |= unreadableFlags(bytes, start, end);
    }
    start = end + 1;
  }
  if (index !== about.fields.length) flags |= PARSE_FLAGS.FIELD_COUNT;
  if (day === BAD_DAY) flags |= PARSE_FLAGS.DATE_UNREADABLE;
  if (flags === 0 && !isObserved && about.form.mayBeUnobserved) return undefined;
  if (Number.isNaN(units)) flags |= VALUE_UNREADABLE;
  return { day, units, line: about.line, flags };
}
