/**
 * What is asked of the vendor after the stream ended and before the session is given back: the minutes of the
 * day, which fill what the stream missed and are compared with what it has, and the day's bars. Instruments
 * with gaps come first; the phase has an end, and what it did not reach can be asked for later.
 */
import { newestCompleteSession, type Calendar } from "#core/calendar.ts";
import type { Clock } from "#core/clock.ts";
import { dateOfDayNumber, dayNumberOf } from "#core/session-date.ts";
import { type AskedInstrument, type RestMinutes, newestWholeMinuteMs } from "./rest-minutes.ts";
import type { StreamWindow } from "./decide-start.ts";

const MINUTE_MS = 60_000;
/** Longest time of the whole phase. */
const CLOSING_MS_MAX = 10 * MINUTE_MS;
/** After so many failures in a row the vendor is not asked any more today. */
const FAILURES_MAX = 6;

export type ClosingCalls = {
  /** Instruments that were not asked about, and why. */
  readonly left: readonly string[];
  readonly says: string | null;
};

/** Asks for minutes, then for the day's bars where the session is over. */
export async function askAfterClose(of: {
  readonly rest: RestMinutes;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly settleMinutes: number;
  readonly window: StreamWindow;
  /** The newest moment of the session that is past. */
  readonly throughMs: number;
  readonly isOver: boolean;
  readonly instruments: readonly AskedInstrument[];
  readonly withGaps: ReadonlySet<string>;
  readonly onAsked: (done: number, total: number) => void;
}): Promise<ClosingCalls> {
  const { rest, clock, window, throughMs, instruments, withGaps, isOver } = of;
  const lastMs = window.closesAt - MINUTE_MS;
  const toMs = isOver ? lastMs : Math.min(newestWholeMinuteMs(throughMs), lastMs);
  const ordered = [...instruments].sort(
    (a, b) => Number(withGaps.has(b.symbol)) - Number(withGaps.has(a.symbol)),
  );
  const whole = wholeSession(of);
  const calls = [
    ...(toMs < window.opensAt
      ? []
      : ordered.map((one) => ({
          symbol: one.symbol,
          ask: () => rest.fetchMinutes(one, { fromMs: window.opensAt, toMs }),
        }))),
    ...(isOver
      ? ordered.map((one) => ({
          symbol: one.symbol,
          ask: () => rest.fetchDay(one, window.session, whole),
        }))
      : []),
  ];
  const endsAtMs = clock.monotonicMs() + CLOSING_MS_MAX;
  let failures = 0;
  for (const [index, call] of calls.entries()) {
    const isLate = clock.monotonicMs() >= endsAtMs;
    if (isLate || failures >= FAILURES_MAX) {
      const left = [...new Set(calls.slice(index).map(({ symbol }) => symbol))];
      const why = isLate ? "the time for it was over" : "too many calls in a row failed";
      return { left, says: `${left.length} instruments were not asked about by REST: ${why}` };
    }
    failures = (await call.ask()) ? 0 : failures + 1;
    of.onAsked(index + 1, calls.length);
  }
  return { left: [], says: null };
}

/** The session, when its row is whole by the machine's clock; null while it can still change. */
function wholeSession(of: {
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly settleMinutes: number;
  readonly window: StreamWindow;
}) {
  const newest = newestCompleteSession(of.calendar, of.clock.wallMs(), of.settleMinutes);
  return newest >= dayNumberOf(of.window.session)
    ? dateOfDayNumber(dayNumberOf(of.window.session))
    : null;
}
