/**
 * Decides whose splits and dividends are asked for: at once where a close moved over the limit since
 * they were known, and on the free plan in rotation, two symbols a session (decision 10). Pure.
 */
import { type Calendar, hoursOf, sessionsBefore } from "#core/calendar.ts";
import { type SessionDate, dateOfDayNumber, dayNumberOf } from "#core/session-date.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import { type Deferral, type PlanInput, listNames } from "./call-plan.ts";
import type { WantedSession } from "./plan-prices.ts";
import { eventCalls } from "./vendor-calls.ts";

/** Symbols of the free plan whose events are asked for in one session. */
export const ROTATION_SYMBOLS = 2;

/** Symbols that can have splits and dividends: what trades, each once, proxies first. */
export function eventSymbols(input: PlanInput): string[] {
  const funds = input.proxySet.roles.filter((role) => role.instrumentClass === "fund");
  return [...new Set([...funds, ...input.members].map(({ symbol }) => symbol))];
}

/** Calls for symbols whose newest prices hold a large move that happened after their events were asked for. */
export function eventCallsAtOnce(input: PlanInput): VendorCall[] {
  return eventSymbols(input).flatMap((symbol) => {
    const move = input.history.answer("prices", symbol)?.largeMove ?? null;
    return move === null
      ? []
      : eventCallsSince(symbol, move, input.calendar, (call) => answeredAt(input, call));
  });
}

/** The event calls of a symbol that were not answered since the close of a session. */
export function eventCallsSince(
  symbol: string,
  session: SessionDate,
  calendar: Calendar,
  answeredAtMs: (call: VendorCall) => number,
): VendorCall[] {
  const { closesAt } = hoursOf(calendar, dayNumberOf(session));
  return eventCalls(symbol).filter((call) => answeredAtMs(call) < closesAt);
}

/**
 * The symbols whose turn it is: those whose events were asked for longest ago, in the order of the set.
 * The choice of a session is kept by the caller, so that a job that was killed goes on with it.
 */
export function decideRotation(input: PlanInput): string[] {
  const oldest = (symbol: string): number =>
    Math.min(...eventCalls(symbol).map((call) => answeredAt(input, call)));
  return eventSymbols(input)
    .toSorted((a, b) => oldest(a) - oldest(b))
    .slice(0, ROTATION_SYMBOLS);
}

/** The calls of a session's rotation that were not answered since its prices are whole. */
export function rotationCalls(
  input: PlanInput,
  rotation: readonly string[],
  wanted: WantedSession,
): VendorCall[] {
  const symbols = new Set(eventSymbols(input));
  return rotation
    .filter((symbol) => symbols.has(symbol))
    .flatMap((symbol) => eventCalls(symbol))
    .filter((call) => answeredAt(input, call) < wanted.wholeFromMs);
}

/** Symbols whose events were never asked for and are not in this rotation, and when the last of them is. */
export function rotationDeferral(
  input: PlanInput,
  rotation: readonly string[],
  wanted: WantedSession,
): Deferral | undefined {
  const waiting = eventSymbols(input).filter(
    (symbol) =>
      !rotation.includes(symbol) && eventCalls(symbol).some((call) => answeredAt(input, call) < 0),
  );
  if (waiting.length === 0) return undefined;
  const turns = Math.ceil(waiting.length / ROTATION_SYMBOLS);
  const { sessions } = input.calendar;
  const last = sessions[sessionsBefore(input.calendar, dayNumberOf(wanted.session)) + turns];
  return {
    what: `splits and dividends of ${listNames(waiting)}`,
    reason: "EVENTS_IN_ROTATION",
    until: last === undefined ? null : dateOfDayNumber(last),
  };
}

/** When a call was answered; before all time when it never was. */
function answeredAt(input: PlanInput, call: VendorCall): number {
  return input.history.answerTo(call)?.answeredAt ?? -1;
}
