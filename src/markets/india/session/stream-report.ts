/** What a stream says at its end: how it ended, what came, what is missing and why, and where it lies. */
import type { IndiaReview } from "#contracts/india-review.ts";
import type { MarketBuildReport } from "#curation/build-job.ts";
import type { ReviewReport } from "../jobs/review.ts";
import type { CoverageGap } from "../instruments/resolve-instruments.ts";
import type { MomentumObservation } from "../momentum/momentum-observer.ts";
import type { StreamUse } from "../ticks/tick-source.ts";
import type { RestTally } from "./rest-minutes.ts";

/** A stretch of exchange time in which packets are or may be missing. */
export type ReportedGap = {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly connection: number;
  readonly tokens: number;
  /** Rise of cumulative volume across it, over all its symbols; it belongs to no minute. */
  readonly volume: number;
  readonly missingBySequence: number | null;
};

export type StreamReport = {
  readonly market: "india";
  /** `closed` by itself, `stopped` by a person, or no session to stream. */
  readonly outcome: "closed" | "stopped" | "no_session";
  readonly says: string;
  readonly session: string | null;
  readonly mode: string;
  readonly clock: "machine" | "feed";
  readonly synthetic: boolean;
  readonly use: StreamUse | null;
  readonly coverageGaps: readonly CoverageGap[];
  readonly packets: {
    readonly received: number;
    readonly duplicates: number;
    readonly late: number;
    readonly reordered: number;
    readonly missing: number | null;
    readonly missingReason: string | null;
  } | null;
  readonly anomalies: { readonly [code: string]: number };
  readonly gaps: readonly ReportedGap[];
  /** Minutes of a symbol, first and last start in IST, of which it is not known what traded. */
  readonly unknownMinutes: readonly {
    readonly symbol: string;
    readonly from: string;
    readonly to: string;
  }[];
  readonly candles: {
    /** Candles as they were sealed while it went on. */
    readonly sealed: number;
    /** Candles of the session in the snapshot, and how many of them are incomplete. */
    readonly canonical: number;
    readonly incomplete: number;
    readonly bySource: { readonly [source: string]: number };
  } | null;
  /** Momentum observations as minutes were sealed, and of the canonical candles, as the review has them. */
  readonly observations: number;
  readonly observationsReviewed: number;
  readonly rest: RestTally | null;
  /** Polls by REST while a connection was unusable. */
  readonly polled: number;
  readonly snapshot: string | null;
  readonly review: string | null;
  readonly notes: readonly string[];
};

export const NO_STREAM: Omit<StreamReport, "says" | "mode" | "clock" | "synthetic"> = {
  market: "india",
  outcome: "no_session",
  session: null,
  use: null,
  coverageGaps: [],
  packets: null,
  anomalies: {},
  gaps: [],
  unknownMinutes: [],
  candles: null,
  observations: 0,
  observationsReviewed: 0,
  rest: null,
  polled: 0,
  snapshot: null,
  review: null,
  notes: [],
};

/** The report of a session that was streamed and published. */
export function reportStream(of: {
  readonly outcome: "closed" | "stopped";
  readonly says: string;
  readonly clock: "machine" | "feed";
  readonly synthetic: boolean;
  readonly use: StreamUse;
  readonly coverageGaps: readonly CoverageGap[];
  readonly observations: readonly MomentumObservation[];
  readonly rest: RestTally;
  readonly polled: number;
  readonly built: MarketBuildReport;
  readonly reviewed: ReviewReport;
  readonly notes: readonly string[];
}): StreamReport {
  const { rebuilt, review, folder } = of.reviewed;
  const { packets, duplicates, late, reordered, missing, reason } = rebuilt.counts;
  return {
    market: "india",
    outcome: of.outcome,
    says: of.says,
    session: rebuilt.plan.session,
    mode: rebuilt.plan.mode,
    clock: of.clock,
    synthetic: of.synthetic,
    use: of.use,
    coverageGaps: of.coverageGaps,
    packets: { received: packets, duplicates, late, reordered, missing, missingReason: reason },
    anomalies: Object.fromEntries(rebuilt.anomalies.map(({ code, count }) => [code, count])),
    gaps: rebuilt.gaps.map((gap) => ({
      from: istText(gap.fromMs),
      to: istText(gap.toMs),
      cause: gap.cause,
      connection: gap.connection,
      tokens: gap.tokens,
      volume: Object.values(gap.volumeBySymbol).reduce((sum, volume) => sum + volume, 0),
      missingBySequence: gap.missingBySequence,
    })),
    unknownMinutes: rebuilt.holes.map(({ symbol, fromMinute, toMinute }) => ({
      symbol,
      from: istText(fromMinute * MINUTE_MS),
      to: istText(toMinute * MINUTE_MS),
    })),
    candles: {
      sealed: rebuilt.sealedLive.length,
      ...countCanonical(review),
    },
    observations: of.observations.length,
    observationsReviewed: review.momentum.count,
    rest: of.rest,
    polled: of.polled,
    snapshot: of.built.snapshot,
    review: folder,
    notes: [...of.notes, ...review.unknown.map(({ says }) => says)],
  };
}

function countCanonical({ candles }: IndiaReview) {
  const sum = (of: (one: IndiaReview["candles"][number]) => number): number =>
    candles.reduce((total, one) => total + of(one), 0);
  return {
    canonical: sum((one) => one.minutes + (one.auction === null ? 0 : 1)),
    incomplete: sum((one) => one.incomplete),
    bySource: {
      stream: sum((one) => one.stream),
      rest: sum((one) => one.rest),
      import: sum((one) => one.import),
    },
  };
}

const MINUTE_MS = 60_000;
const IST_ZONE = "Asia/Kolkata";

function istText(instantMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.round(instantMs)).toString({
    timeZone: IST_ZONE,
    smallestUnit: "second",
  });
}
