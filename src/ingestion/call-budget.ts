/**
 * The arithmetic of a vendor's call budget, per key: a bucket of tokens for the second, the minute and
 * the day. Pure; what was used, and waiting, is `call-budget-store.ts`'s business.
 *
 * Promise: an ordinary bucket (N tokens, refilled at N a minute) promises only capacity plus refill,
 * up to 2 N calls in one minute, which trips a vendor that counts any 60 seconds. Here a token comes
 * back a whole window after it was taken. So, by the clock that cannot be set: two permits of a key
 * are at least 1/perSecond seconds apart, any window of 60 s holds at most perMinute of them; and by the
 * wall clock a UTC day holds at most perDay.
 */
import type { EpochMs } from "#core/clock.ts";

/** How many calls the vendor allows one key. `perSecond` may be a fraction: 0.8 is one in 1.25 s. */
export type BudgetLimits = {
  readonly perSecond: number;
  readonly perMinute: number;
  readonly perDay: number;
};

/** What is known of one key. Grants are instants of the monotonic clock. */
export type KeyUse = {
  /** When the newest permit was given; null when none is remembered. */
  readonly newestGrantMs: number | null;
  /** When the perMinute-th newest permit was given; null when there were fewer. */
  readonly minuteGrantMs: number | null;
  /** Permits given on the day the budget is in. */
  readonly usedOfDay: number;
  /** The vendor refused the key until then (wall clock); null when it did not. */
  readonly restsUntilMs: EpochMs | null;
};

export type KeyState =
  | { readonly kind: "ready"; readonly leftOfDay: number }
  | { readonly kind: "wait"; readonly leftOfDay: number; readonly waitMs: number }
  | { readonly kind: "spent"; readonly resetsAt: EpochMs };

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Two calls sent a minute apart can arrive a little closer together; the vendor counts arrivals. */
export const MINUTE_GUARD_MS = 250;

/** Whether a key may be used, must wait for its second or minute, or has no calls left before the reset. */
export function decideKeyState(
  limits: BudgetLimits,
  use: KeyUse,
  at: { readonly monotonicMs: number; readonly wallMs: EpochMs; readonly resetsAt: EpochMs },
): KeyState {
  if (use.restsUntilMs !== null && use.restsUntilMs > at.wallMs) {
    return { kind: "spent", resetsAt: use.restsUntilMs };
  }
  const leftOfDay = limits.perDay - use.usedOfDay;
  if (leftOfDay <= 0) return { kind: "spent", resetsAt: at.resetsAt };
  const secondReadyMs =
    use.newestGrantMs === null ? 0 : use.newestGrantMs + SECOND_MS / limits.perSecond;
  const minuteReadyMs =
    use.minuteGrantMs === null ? 0 : use.minuteGrantMs + MINUTE_MS + MINUTE_GUARD_MS;
  const waitMs = Math.max(secondReadyMs, minuteReadyMs) - at.monotonicMs;
  return waitMs <= 0 ? { kind: "ready", leftOfDay } : { kind: "wait", leftOfDay, waitMs };
}

/**
 * Which of several keys to use: of those that are ready the one with most calls left, else the one that
 * is ready first. Returns an index into `states`, or -1 when every key is spent.
 */
export function chooseKey(states: readonly KeyState[]): number {
  let chosen = -1;
  for (const [index, state] of states.entries()) {
    const best = states[chosen];
    if (state.kind !== "spent" && (best === undefined || isBetter(state, best))) chosen = index;
  }
  return chosen;
}

function isBetter(state: KeyState, best: KeyState): boolean {
  if (state.kind === "spent" || best.kind === "spent") return false;
  const waitMs = state.kind === "wait" ? state.waitMs : 0;
  const bestWaitMs = best.kind === "wait" ? best.waitMs : 0;
  return waitMs === bestWaitMs ? state.leftOfDay > best.leftOfDay : waitMs < bestWaitMs;
}

/** The UTC day of an instant, as whole days since 1970-01-01. */
export function utcDayOf(instant: EpochMs): number {
  return Math.floor(instant / DAY_MS);
}

/**
 * The day the budget is in. A clock set back over midnight by at most a day finds the later day's count
 * still in force, until the clock reaches that day again; one that is further behind was wrong
 * before, so the count moves to its day. Either way a clock set back gives no calls back.
 */
export function decideBudgetDay(
  counted: { readonly day: number; readonly used: number },
  wallDay: number,
): { readonly day: number; readonly used: number } {
  if (wallDay > counted.day) return { day: wallDay, used: 0 };
  return counted.day - wallDay <= 1 ? counted : { day: wallDay, used: counted.used };
}

/** When the calls of a day come back: the following midnight UTC (assumed; the vendor does not document it). */
export function resetAfter(day: number): EpochMs {
  return ((day + 1) * DAY_MS) as EpochMs;
}
