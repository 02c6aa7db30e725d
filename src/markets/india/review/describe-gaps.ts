/** Gaps as the review lists them: cause, minutes of the session, and the volume that rose across each. */
import type { IndiaReview, ReviewGap } from "#contracts/india-review.ts";
import { formatIstTime } from "../momentum/ist-minute.ts";
import { roundSignificant } from "../momentum/round-significant.ts";
import type { ReviewGapInput, ReviewPlan } from "./review-inputs.ts";
import { GAPS_LISTED_MAX, GAP_SYMBOLS_LISTED_MAX } from "./review-limits.ts";

const MINUTE_MS = 60_000;

/** The session's minutes that a gap touches, `to` not among them; `null` when it lies outside. */
export function minutesTouched(
  gap: { readonly fromMs: number; readonly toMs: number },
  plan: Pick<ReviewPlan, "openMinute" | "closeMinute">,
): { readonly from: number; readonly to: number } | null {
  const from = Math.max(plan.openMinute, Math.floor(gap.fromMs / MINUTE_MS));
  const to = Math.min(plan.closeMinute, Math.floor(gap.toMs / MINUTE_MS) + 1);
  return from < to ? { from, to } : null;
}

/** Gaps in the order of their beginning, then connection. */
export function describeGaps(
  gaps: readonly ReviewGapInput[],
  plan: ReviewPlan,
): IndiaReview["gaps"] {
  const ordered = gaps.toSorted((a, b) => a.fromMs - b.fromMs || a.connection - b.connection);
  return {
    count: gaps.length,
    listed: ordered.slice(0, GAPS_LISTED_MAX).map((gap) => describeGap(gap, plan)),
  };
}

function describeGap(gap: ReviewGapInput, plan: ReviewPlan): ReviewGap {
  const touched = minutesTouched(gap, plan);
  const volumes = [...gap.volumeBySymbol]
    .map(([symbol, volume]) => ({ symbol, volume: roundSignificant(volume) }))
    .sort((a, b) => b.volume - a.volume || (a.symbol < b.symbol ? -1 : 1));
  return {
    from: formatIstTime(gap.fromMs),
    to: formatIstTime(gap.toMs),
    connection: gap.connection,
    cause: gap.cause,
    minutes: touched === null ? 0 : touched.to - touched.from,
    symbols: gap.symbols.length,
    symbolsListed: gap.symbols.toSorted().slice(0, GAP_SYMBOLS_LISTED_MAX),
    volumes: volumes.slice(0, GAP_SYMBOLS_LISTED_MAX),
    volumeSymbols: volumes.length,
    missingBySequence: gap.missingBySequence,
  };
}
