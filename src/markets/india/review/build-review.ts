/**
 * Builds the end-of-day report of a session from what the day left: counts and lists of facts, and a list
 * of what is not known. The same inputs give the same report. How it looks is the renderers' business.
 */
import { type IndiaReview, indiaReviewSchema } from "#contracts/india-review.ts";
import { digestOfJson } from "#platform/digest.ts";
import { encodePathName } from "#platform/path-name.ts";
import type { GRADES } from "../momentum/grade-observation.ts";
import { formatIstMinute } from "../momentum/ist-minute.ts";
import { compareRest } from "./compare-rest.ts";
import { type ChangedMinute, compareSealed } from "./compare-sealed.ts";
import { describeGaps } from "./describe-gaps.ts";
import { type ReviewFacts, listUnknowns } from "./list-unknowns.ts";
import type { ReviewInputs } from "./review-inputs.ts";
import {
  ANOMALY_EXAMPLES_MAX,
  ANOMALY_EXAMPLE_LENGTH_MAX,
  CHARTS_MAX,
  NOTES_LISTED_MAX,
  OBSERVATIONS_LISTED_MAX,
} from "./review-limits.ts";
import { summariseCandles } from "./summarise-candles.ts";

/** Of a digest: two names of one review that differ in case or signs only do not meet. */
const CHART_DIGITS = 8;

/** The report, and the minutes that changed after their seal, which the charts mark. */
export type BuiltReview = {
  readonly review: IndiaReview;
  readonly changed: readonly ChangedMinute[];
};

/** Builds the report and holds it against its contract. */
export function buildReview(inputs: ReviewInputs): BuiltReview {
  const { plan } = inputs;
  const symbols = plan.instruments.map(({ symbol }) => symbol);
  const sealed = compareSealed(inputs.canonical, inputs.sealed);
  const facts: ReviewFacts = {
    version: 1,
    market: "india",
    session: plan.session,
    synthetic: inputs.synthetic,
    snapshot: inputs.snapshot,
    plan: describePlan(inputs),
    inputs: inputs.inputs.map(({ name, sha256 }) => ({ name, sha256 })),
    use: inputs.use,
    coverageGaps: inputs.coverageGaps.map(({ symbol, role, reason }) => ({ symbol, role, reason })),
    packets: { ...inputs.packets },
    gaps: describeGaps(inputs.gaps, plan),
    candles: summariseCandles(plan, inputs.canonical, inputs.gaps),
    sealed: sealed.summary,
    rest: compareRest(inputs.canonical, inputs.rest, symbols),
    momentum: describeMomentum(inputs),
    anomalies: inputs.anomalies.map(({ code, count, examples }) => ({
      code,
      count,
      examples: examples
        .slice(0, ANOMALY_EXAMPLES_MAX)
        .map((hex) => hex.slice(0, ANOMALY_EXAMPLE_LENGTH_MAX)),
    })),
    notes: inputs.notes.slice(0, NOTES_LISTED_MAX),
  };
  const charted = chartedSymbols(inputs);
  const review = indiaReviewSchema.parse({
    ...facts,
    unknown: listUnknowns(facts),
    charts: charted
      .slice(0, CHARTS_MAX)
      .map((symbol) => ({ symbol, file: `charts/${chartName(symbol)}.svg` })),
    chartsLeftOut: Math.max(0, charted.length - CHARTS_MAX),
  });
  return { review, changed: sealed.changed };
}

/** The symbol where a path can be called so; else its words, and what keeps it apart from others of them. */
function chartName(symbol: string): string {
  const encoded = encodePathName(symbol);
  if (!encoded.includes("~")) return encoded;
  const words = symbol.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "-");
  return `${words}-${digestOfJson(symbol).slice(0, CHART_DIGITS)}`.replace(/^-/, "");
}

function describePlan({ plan, calendar }: ReviewInputs): IndiaReview["plan"] {
  const { auction } = plan;
  return {
    calendar,
    mode: plan.mode,
    opens: formatIstMinute(plan.openMinute),
    closes: formatIstMinute(plan.closeMinute),
    auction:
      auction === null
        ? null
        : { from: formatIstMinute(auction.fromMinute), to: formatIstMinute(auction.toMinute) },
    sealDelayMs: plan.sealDelayMs,
    clock: plan.clock,
    symbols: plan.instruments.length,
  };
}

function describeMomentum({ momentum }: ReviewInputs): IndiaReview["momentum"] {
  const { observations, insufficient, ...rest } = momentum;
  const grades = { A: 0, B: 0, C: 0, D: 0, UNGRADED: 0 } satisfies Record<
    (typeof GRADES)[number],
    number
  >;
  for (const { outcome } of observations) grades[outcome.grade] += 1;
  return {
    ...rest,
    insufficient: [...insufficient],
    count: observations.length,
    grades,
    observations: observations.slice(0, OBSERVATIONS_LISTED_MAX),
  };
}

/** Proxies with an instrument in the order given, then the symbols of observations as they came. */
function chartedSymbols({ plan, proxies, momentum }: ReviewInputs): string[] {
  const known = new Set(plan.instruments.map(({ symbol }) => symbol));
  const wanted = [...proxies, ...momentum.observations.map(({ symbol }) => symbol)];
  return [...new Set(wanted)].filter((symbol) => known.has(symbol));
}
