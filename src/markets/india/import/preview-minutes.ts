/**
 * What an import of minutes would do: rows, range, and what gate 1 says of them and of each session, on the
 * file alone. Pure; writes nothing.
 */
import { sessionsBefore, type Calendar } from "#core/calendar.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { BAD_DAY } from "#lake/bar-table.ts";
import type { SymbolMinutes } from "#truth/gate1/minute-summary.ts";
import { rulesOf } from "#truth/gate1/row-rules.ts";
import { sessionFactsOf } from "../candles-build/session-facts.ts";
import {
  CANDLE_MINUTES,
  type CandleInterval,
  type JudgedMinutes,
  type MinuteCalendar,
  sessionDayOf,
} from "../candles-build/minute-payload.ts";
import { summariseMinutes } from "#truth/gate1/minute-summary.ts";
import { refusedCounts } from "../candles-build/refused-counts.ts";

export type MinutesPreview = {
  readonly rows: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly accepted: number;
  readonly quarantined: number;
  readonly quarantineByRule: { readonly [rule: string]: number };
  readonly sessions: number;
  /** Sessions of the calendar between the first and the last one that the file does not have. */
  readonly missingSessions: number;
  /** Sessions by what they were judged to be. */
  readonly judgements: { readonly [judgement: string]: number };
  /** Sessions that are not whole, oldest first, at most `NOT_WHOLE_LISTED_MAX`. */
  readonly notWhole: readonly {
    readonly session: string;
    readonly judgement: string;
    readonly reason: string;
  }[];
};

const NOT_WHOLE_LISTED_MAX = 50;

/** Summarises judged rows of one symbol. */
export function previewMinutes(of: {
  readonly symbol: string;
  readonly interval: CandleInterval;
  readonly judged: JudgedMinutes;
  readonly calendar: Calendar;
  readonly minutes: MinuteCalendar;
}): MinutesPreview {
  const { table, reasons } = of.judged;
  const byRule: { [rule: string]: number } = {};
  const rowsOf = new Map<number, number[]>();
  let quarantined = 0;
  for (let row = 0; row < table.length; row++) {
    const broken = rulesOf(reasons[row] ?? 0);
    for (const rule of broken) byRule[rule] = (byRule[rule] ?? 0) + 1;
    if (broken.length > 0) quarantined++;
    const day = sessionDayOf(table, row, of.minutes);
    if (day === BAD_DAY) continue;
    const rows = rowsOf.get(day);
    if (rows) rows.push(row);
    else rowsOf.set(day, [row]);
  }
  const days = [...rowsOf.keys()].sort((a, b) => a - b);
  const summaries = days.map((day) =>
    summariseMinutes(minutesOf(of, rowsOf.get(day) ?? []), sessionFactsOf(of.calendar, day)),
  );
  const judgements: { [judgement: string]: number } = {};
  for (const { judgement } of summaries) judgements[judgement] = (judgements[judgement] ?? 0) + 1;
  const [first, last] = [days[0], days.at(-1)];
  const span =
    first === undefined || last === undefined
      ? 0
      : sessionsBefore(of.calendar, last + 1) - sessionsBefore(of.calendar, first);
  return {
    rows: table.length,
    from: first === undefined ? null : dateOfDayNumber(first),
    to: last === undefined ? null : dateOfDayNumber(last),
    accepted: table.length - quarantined,
    quarantined,
    quarantineByRule: byRule,
    sessions: days.length,
    missingSessions: span - days.length,
    judgements,
    notWhole: summaries
      .filter(({ judgement }) => judgement !== "WHOLE")
      .slice(0, NOT_WHOLE_LISTED_MAX)
      .map(({ session, judgement, reason }) => ({ session, judgement, reason })),
  };
}

function minutesOf(
  { symbol, interval, judged }: Parameters<typeof previewMinutes>[0],
  rows: readonly number[],
): SymbolMinutes {
  const { table, reasons } = judged;
  const starts = rows
    .filter((row) => reasons[row] === 0)
    .map((row) => table.startMinute[row] ?? 0)
    .sort((a, b) => a - b);
  return {
    symbol,
    interval,
    barMinutes: CANDLE_MINUTES[interval],
    starts,
    hasAuction: false,
    incomplete: 0,
    sources: { stream: 0, rest: 0, import: starts.length },
    ...refusedCounts(rows.map((row) => reasons[row] ?? 0)),
    restated: 0,
  };
}
