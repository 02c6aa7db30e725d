/**
 * How old a market's data is against its calendar, for people (decision 31). Ages are the one thing for
 * which the machine's clock is asked; no gate and no artifact depends on them. Pure.
 */

/** `ACTIVE` to 1.5 intervals, `LATE` to 2, `STALE` beyond; `UNKNOWN` without data or calendar. */
export type StalenessState = "ACTIVE" | "LATE" | "STALE" | "UNKNOWN";

export type Staleness = {
  readonly state: StalenessState;
  /** Sessions that are over and settled, and of which nothing was received; null when not known. */
  readonly sessionsBehind: number | null;
};

const ACTIVE_INTERVALS_MAX = 1.5;
const LATE_INTERVALS_MAX = 2;

/** Daily data comes once a session, so an interval is one session. A weekend is not late. */
export function decideStaleness(sessionsBehind: number | null): Staleness {
  if (sessionsBehind === null) return { state: "UNKNOWN", sessionsBehind };
  if (sessionsBehind <= ACTIVE_INTERVALS_MAX) return { state: "ACTIVE", sessionsBehind };
  return { state: sessionsBehind <= LATE_INTERVALS_MAX ? "LATE" : "STALE", sessionsBehind };
}
