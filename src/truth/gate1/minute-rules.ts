/**
 * The rules of gate 1 for bars of minutes: the row rules, and whether a bar starts while its session
 * trades. What a session's bars amount to is judged apart (`minute-summary.ts`); neither moves truth time.
 */
import { type Calendar, hoursOf, isSession } from "#core/calendar.ts";
import { BAD_DAY, type BarTable } from "#lake/bar-table.ts";
import {
  OFF_GRID,
  OUTSIDE_HOURS,
  type PayloadRows,
  SESSION_NOT_WHOLE,
  type SessionIndex,
  judgeDay,
  judgeValues,
  markDuplicateStarts,
} from "./row-rules.ts";

const MS_PER_MINUTE = 60_000;

/** When a session trades, in epoch minutes UTC: from `openMinute` to before `closeMinute`, but for `breaks`. */
export type TradingMinutes = {
  readonly openMinute: number;
  readonly closeMinute: number;
  readonly breaks: readonly { readonly fromMinute: number; readonly toMinute: number }[];
};

/** Answers for the sessions of a calendar and remembers; `undefined` for days without a session. */
export function tradingMinutesOf(calendar: Calendar): (day: number) => TradingMinutes | undefined {
  const known = new Map<number, TradingMinutes | undefined>();
  return (day) => {
    if (known.has(day)) return known.get(day);
    const minutes = isSession(calendar, day) ? readMinutes(calendar, day) : undefined;
    known.set(day, minutes);
    return minutes;
  };
}

function readMinutes(calendar: Calendar, day: number): TradingMinutes {
  const { opensAt, closesAt, breaks } = hoursOf(calendar, day);
  return {
    openMinute: opensAt / MS_PER_MINUTE,
    closeMinute: closesAt / MS_PER_MINUTE,
    breaks: breaks.map(({ from, to }) => ({
      fromMinute: from / MS_PER_MINUTE,
      toMinute: to / MS_PER_MINUTE,
    })),
  };
}

/** Bars of `barMinutes` that the hours hold; a break holds none that start in it. */
export function expectedStarts(hours: TradingMinutes, barMinutes: number): number[] {
  const starts: number[] = [];
  for (let start = hours.openMinute; start < hours.closeMinute; start += barMinutes) {
    if (trades(hours, start)) starts.push(start);
  }
  return starts;
}

export type MinuteRules = {
  readonly sessions: SessionIndex;
  readonly hoursOf: (day: number) => TradingMinutes | undefined;
  readonly barMinutes: number;
  /** An index has no volume to judge. */
  readonly hasVolume: boolean;
  /** When the payload was received: a bar that had not ended is not whole. */
  readonly receivedAtMs: number;
};

/** Judges the rows of one payload: `reasons[row]` receives the bits of every rule it fails. */
export function judgeMinuteRows(
  table: BarTable,
  payload: Pick<PayloadRows, "fromRow" | "toRow">,
  rules: MinuteRules,
  reasons: Uint32Array,
): void {
  const { sessions, barMinutes, hasVolume, receivedAtMs } = rules;
  for (let row = payload.fromRow; row < payload.toRow; row++) {
    const day = table.day[row] ?? BAD_DAY;
    const start = table.startMinute[row] ?? 0;
    const endsAtMs = (start + barMinutes) * MS_PER_MINUTE;
    const hours = day === BAD_DAY ? undefined : rules.hoursOf(day);
    reasons[row] =
      judgeValues(table, row, hasVolume) |
      judgeDay(day, day, sessions) |
      (hours === undefined ? 0 : judgeStart(hours, start, barMinutes)) |
      (day !== BAD_DAY && endsAtMs > receivedAtMs ? SESSION_NOT_WHOLE : 0);
  }
  markDuplicateStarts(table, { ...payload, wholeThroughDay: 0 }, reasons);
}

/** Whether a bar starts while the session trades, on its grid: bits of the rules it fails. */
export function judgeStart(hours: TradingMinutes, start: number, barMinutes: number): number {
  if (!trades(hours, start)) return OUTSIDE_HOURS;
  return (start - hours.openMinute) % barMinutes === 0 ? 0 : OFF_GRID;
}

function trades({ openMinute, closeMinute, breaks }: TradingMinutes, start: number): boolean {
  return (
    start >= openMinute &&
    start < closeMinute &&
    !breaks.some(({ fromMinute, toMinute }) => start >= fromMinute && start < toMinute)
  );
}
