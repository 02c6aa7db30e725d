/**
 * The three times of a market and the state they are in (decision 1). Pure comparison: how old RDT
 * is against the calendar is staleness, and not decided here.
 */

export const TEMPORAL_STATES = [
  "CORRUPT",
  "HALTED",
  "DRIFT",
  "PENDING_EVALUATION",
  "PENDING_INGESTION",
  "SYNCHRONIZED",
] as const;
export type TemporalState = (typeof TEMPORAL_STATES)[number];

/** Session dates, or null while a time has not begun. */
export type TemporalTimes = {
  /** Newest completed session among raw payloads received. */
  readonly rdt: string | null;
  /** Newest session wholly validated and accepted. */
  readonly ctt: string | null;
  /** Newest session evaluated and advanced by a person. */
  readonly te: string | null;
};

/** Sessions by which CTT may be ahead of TE before the market drifts. */
const DRIFT_SESSIONS_MAX = 2;

/**
 * The first state that holds, from the worst. `sessionsBetween` counts sessions from one date to a
 * later one. Before TE has begun there is nothing to drift from: the market waits for evaluation.
 */
export function decideTemporalState(
  times: TemporalTimes,
  facts: { readonly corrupt: boolean; readonly halted: boolean },
  sessionsBetween: (from: string, to: string) => number,
): TemporalState {
  const { rdt, ctt, te } = times;
  if (facts.corrupt || !isOrdered(times)) return "CORRUPT";
  if (facts.halted) return "HALTED";
  if (te !== null && ctt !== null && sessionsBetween(te, ctt) > DRIFT_SESSIONS_MAX) return "DRIFT";
  if (ctt !== null && (te === null || te < ctt)) return "PENDING_EVALUATION";
  if (ctt === null || (rdt !== null && ctt < rdt)) return "PENDING_INGESTION";
  return "SYNCHRONIZED";
}

/** The invariant TE <= CTT <= RDT; a time that has not begun is below all others. */
export function isOrdered({ rdt, ctt, te }: TemporalTimes): boolean {
  const rank = (time: string | null): string => time ?? "";
  return rank(te) <= rank(ctt) && rank(ctt) <= rank(rdt);
}
