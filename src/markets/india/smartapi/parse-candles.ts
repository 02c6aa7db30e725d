/**
 * Candles of an answer as rows: exact price units, IST stamps as epoch minutes or days. A row that cannot be
 * read stays as a flagged row. Which rows are believed is gate 1's; nothing here sorts or drops. Pure.
 */
import { parseDecimalUnits, parsePrice } from "#core/price.ts";
import { dayNumberOfCivil, isCivilDate } from "#core/session-date.ts";
import {
  BAD_DAY,
  type BarTable,
  PARSE_FLAGS,
  createBarTable,
  reserveBar,
} from "#lake/bar-table.ts";
import { type CandleInterval, IST_OFFSET_MINUTES } from "./candle-call.ts";
import { classifyAnswer } from "./classify-answer.ts";

export type ParsedCandles =
  | {
      readonly outcome: "rows";
      /** As the vendor sent them; `line` is the place in `data`, from 1. Daily rows have startMinute 0. */
      readonly bars: BarTable;
      /** Rows with a flag. */
      readonly flagged: number;
    }
  | { readonly outcome: "problem"; readonly says: string };

const HTTP_OK = 200;
const FIELDS = 6;
const DAY_MINUTES = 1440;
const STAMP =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/;
const PRICE_FLAGS = [
  PARSE_FLAGS.OPEN_UNREADABLE,
  PARSE_FLAGS.HIGH_UNREADABLE,
  PARSE_FLAGS.LOW_UNREADABLE,
  PARSE_FLAGS.CLOSE_UNREADABLE,
] as const;

/** Reads the whole answer as it was received and landed. */
export function parseCandles(bytes: Uint8Array, interval: CandleInterval): ParsedCandles {
  const answer = classifyAnswer(HTTP_OK, bytes);
  return answer.outcome === "data"
    ? parseCandleData(answer.data, interval)
    : { outcome: "problem", says: answer.detail };
}

/** Reads the `data` of an answer. Null is no rows: the vendor has none for the range. */
export function parseCandleData(data: unknown, interval: CandleInterval): ParsedCandles {
  if (data !== null && !Array.isArray(data)) {
    return { outcome: "problem", says: "the candles are no list" };
  }
  const rows: readonly unknown[] = data ?? [];
  const bars = createBarTable(rows.length);
  let flagged = 0;
  for (const [index, row] of rows.entries()) {
    if (appendRow(bars, row, { interval, line: index + 1 }) !== 0) flagged += 1;
  }
  return { outcome: "rows", bars, flagged };
}

function appendRow(
  bars: BarTable,
  row: unknown,
  about: { readonly interval: CandleInterval; readonly line: number },
): number {
  const cells: readonly unknown[] = Array.isArray(row) ? row : [];
  const at = reserveBar(bars);
  let flags = cells.length === FIELDS ? 0 : PARSE_FLAGS.FIELD_COUNT;
  const minute = parseStamp(cells[0]);
  const isMinute = about.interval === "ONE_MINUTE";
  if (minute === undefined) flags |= PARSE_FLAGS.DATE_UNREADABLE;
  bars.day[at] =
    minute === undefined ? BAD_DAY : Math.floor((minute + IST_OFFSET_MINUTES) / DAY_MINUTES);
  bars.startMinute[at] = isMinute ? (minute ?? 0) : 0;
  const prices = PRICE_FLAGS.map((flag, index) => {
    const units = parsePrice(textOf(cells[index + 1]));
    if (units === undefined) flags |= flag | defectOf(cells[index + 1]);
    return units ?? Number.NaN;
  });
  [bars.open[at], bars.high[at], bars.low[at], bars.close[at]] = prices as [
    number,
    number,
    number,
    number,
  ];
  const volume = parseVolume(cells[FIELDS - 1]);
  if (volume === undefined) flags |= PARSE_FLAGS.VOLUME_UNREADABLE | defectOf(cells[FIELDS - 1]);
  bars.volume[at] = volume ?? Number.NaN;
  bars.line[at] = about.line;
  bars.flags[at] = flags;
  return flags;
}

/** The epoch minute of a stamp; one without a zone is IST. `undefined` for no stamp and for parts of a minute. */
export function parseStamp(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const match = STAMP.exec(value.trim());
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(part) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!isCivilDate(year, month, day) || hour > 23 || minute > 59 || second !== 0) return undefined;
  const sign = match[8] === "-" ? -1 : 1;
  const told = sign * (part(9) * 60 + part(10));
  const hasZone = match[7] !== undefined || match[8] !== undefined;
  const offset = hasZone ? told : IST_OFFSET_MINUTES;
  return dayNumberOfCivil(year, month, day) * DAY_MINUTES + hour * 60 + minute - offset;
}

/** Whole shares; the vendor may write them as text or with zero decimals. */
function parseVolume(value: unknown): number | undefined {
  const text = textOf(value).replace(/\.0*$/, "");
  const volume = text.includes(".") ? undefined : parseDecimalUnits(text, 0);
  return volume === undefined || volume < 0 ? undefined : volume;
}

/** A number as the shortest decimal text that means it, so that no binary fraction enters a price. */
function textOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value.trim() : "";
}

function defectOf(value: unknown): number {
  if (value === null || value === undefined || value === "") return PARSE_FLAGS.BLANK;
  return typeof value === "string" && /^[+-]?(nan|inf(inity)?)$/i.test(value.trim())
    ? PARSE_FLAGS.NOT_FINITE
    : 0;
}
