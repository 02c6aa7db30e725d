/**
 * What a review is made of, as plain values: whoever ran or rebuilt the session hands them over. Nothing
 * here is read from a disk or a clock, so that a review can be made again from the same things.
 */
import type { CandleTable } from "../candles/candle-table.ts";
import type { MomentumFacts } from "../momentum/momentum-facts.ts";
import type { DayMomentum } from "../momentum/observe-day.ts";

/** The session as it was planned; a plan of the tick log fits as it is. */
export type ReviewPlan = MomentumFacts & {
  readonly sealDelayMs: number;
  readonly clock: "machine" | "feed";
};

/**
 * A stretch of exchange time, epoch milliseconds, in which packets of these symbols are or may be
 * missing. `volumeBySymbol`: the rise of cumulative volume across it, in shares, where it is known.
 */
export type ReviewGapInput = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly connection: number;
  readonly symbols: readonly string[];
  readonly cause: string;
  readonly volumeBySymbol: ReadonlyMap<string, number>;
  readonly missingBySequence: number | null;
};

/** Packets of the session. `missing` is `null` where the sequence numbers do not tell; the reason says why. */
export type ReviewPackets = {
  readonly received: number;
  readonly duplicates: number;
  readonly late: number;
  readonly reordered: number;
  readonly missing: number | null;
  readonly missingReason: string | null;
};

/**
 * `canonical`: the candles of the day that count, whatever their source. `sealed`: the candles as they
 * were sealed while it went on. `rest.candles`: the vendor's minute candles fetched after the close;
 * `rest.missing`: symbols of which there are none, and why. `proxies`: symbols bound to a role, which have
 * a chart in any case. `examples` of anomalies are bytes in hexadecimal.
 */
export type ReviewInputs = {
  readonly plan: ReviewPlan;
  readonly calendar: string;
  readonly synthetic: boolean;
  readonly snapshot: string | null;
  readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
  readonly canonical: CandleTable;
  readonly sealed: CandleTable;
  readonly gaps: readonly ReviewGapInput[];
  readonly packets: ReviewPackets;
  readonly anomalies: readonly {
    readonly code: string;
    readonly count: number;
    readonly examples: readonly string[];
  }[];
  readonly use: {
    readonly tokens: number;
    readonly headroom: number;
    readonly connections: number;
  } | null;
  readonly coverageGaps: readonly {
    readonly symbol: string;
    readonly role: string | null;
    readonly reason: string;
  }[];
  readonly rest: {
    readonly candles: CandleTable;
    readonly missing: readonly { readonly symbol: string; readonly reason: string }[];
  };
  readonly momentum: DayMomentum;
  readonly proxies: readonly string[];
  readonly notes: readonly string[];
};
