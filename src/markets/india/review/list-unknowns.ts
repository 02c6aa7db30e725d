/**
 * What a review cannot say, and why: each sentence follows from a field of the report. Silence about a
 * thing means that it is known, so whatever leaves a doubt belongs here.
 */
import type { IndiaReview } from "#contracts/india-review.ts";

type Unknown = IndiaReview["unknown"][number];
/** The report without what follows from the rest of it. */
export type ReviewFacts = Omit<IndiaReview, "unknown" | "charts" | "chartsLeftOut">;

/** The doubts of a report in a fixed order; each at most once. */
export function listUnknowns(review: ReviewFacts): Unknown[] {
  const { packets, candles, rest, momentum, plan, coverageGaps, gaps } = review;
  const sum = (pick: (row: (typeof candles)[number]) => number) =>
    candles.reduce((total, row) => total + pick(row), 0);
  const unknownMinutes = sum(({ unknown }) => unknown);
  const incomplete = sum((row) => row.incomplete);
  const silent = candles.filter(({ minutes }) => minutes === 0).length;
  const uncertain = momentum.observations.filter((one) => !one.reference_high_certain).length;
  const doubts: [boolean, string, string][] = [
    [
      review.snapshot === null,
      "NOT_PUBLISHED",
      "No snapshot holds these candles: nothing was published.",
    ],
    [
      plan.mode === "ltp",
      "VOLUME_UNAVAILABLE",
      "LTP packets carry no volume: volume, VWAP and relative volume are not known, and momentum could not be judged.",
    ],
    [
      packets.missing === null,
      packets.missingReason ?? "MISSING_NOT_COUNTED",
      "How many packets are missing is not known: the feed's sequence numbers do not tell.",
    ],
    [
      gaps.count > 0,
      "GAPS",
      `Gaps: ${gaps.count}. What traded inside them is known only as far as REST recovered it.`,
    ],
    [
      unknownMinutes > 0,
      "MINUTES_INSIDE_GAPS",
      `Minutes of symbols that touch a gap and have no candle: ${unknownMinutes}. Whether there was a print is not known.`,
    ],
    [
      incomplete > 0,
      "INCOMPLETE",
      `Candles marked incomplete: ${incomplete}. Their values may be off.`,
    ],
    [
      silent > 0,
      "SILENT_SYMBOLS",
      `Symbols of the plan without any candle: ${silent}. The feed does not say why.`,
    ],
    [
      coverageGaps.length > 0,
      "COVERAGE_GAPS",
      `Symbols or roles without a source: ${coverageGaps.length}. Nothing stands in for them.`,
    ],
    [
      rest.missing.length > 0,
      "NOT_COMPARED",
      `Symbols that could not be compared with REST: ${rest.missing.length}.`,
    ],
    [
      momentum.grades.UNGRADED > 0,
      "UNGRADED",
      `Observations without a grade: ${momentum.grades.UNGRADED}. Each says what is not there.`,
    ],
    [
      uncertain > 0,
      "HIGH_NOT_CERTAIN",
      `Observations whose reference high an earlier incomplete minute could have exceeded: ${uncertain}.`,
    ],
  ];
  return doubts.flatMap(([holds, code, says]) => (holds ? [{ code, says }] : []));
}
