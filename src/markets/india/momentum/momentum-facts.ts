/**
 * What an observer of momentum has to know before the day begins: the thresholds that decide, and of the
 * session's plan its hours, its mode and its instruments. Where they come from is the session's business.
 */
import type { Thresholds } from "#contracts/settings.ts";
import type { SessionDate } from "#core/session-date.ts";

/** Names of the settings that decide about momentum, as they are echoed. */
export const MOMENTUM_THRESHOLDS = [
  "momentum_hod_distance_percent",
  "momentum_volume_ratio",
  "momentum_volume_candles",
  "momentum_clean_percent",
  "momentum_false_percent",
  "momentum_surge_percent",
] as const;

export type MomentumThresholds = Pick<Thresholds, (typeof MOMENTUM_THRESHOLDS)[number]>;

/**
 * The part of a session's plan that matters here. Minutes are counted since 1970 UTC: `openMinute` is the
 * first that trades, `closeMinute` the first that does not. `hasAuction`: the instrument leaves continuous
 * trading at `auction.fromMinute`. A plan of the tick log fits as it is.
 */
export type MomentumFacts = {
  readonly session: SessionDate;
  readonly mode: "ltp" | "quote" | "snap_quote";
  readonly openMinute: number;
  readonly closeMinute: number;
  readonly auction: { readonly fromMinute: number; readonly toMinute: number } | null;
  readonly instruments: readonly {
    readonly symbol: string;
    readonly isIndex: boolean;
    readonly hasAuction: boolean;
  }[];
};

/** The thresholds of momentum alone, out of all settings. */
export function momentumThresholdsOf(thresholds: MomentumThresholds): MomentumThresholds {
  return {
    momentum_hod_distance_percent: thresholds.momentum_hod_distance_percent,
    momentum_volume_ratio: thresholds.momentum_volume_ratio,
    momentum_volume_candles: thresholds.momentum_volume_candles,
    momentum_clean_percent: thresholds.momentum_clean_percent,
    momentum_false_percent: thresholds.momentum_false_percent,
    momentum_surge_percent: thresholds.momentum_surge_percent,
  };
}

/** The first minute in which this instrument trades continuously no more. */
export function continuousEndOf(facts: MomentumFacts, hasAuction: boolean): number {
  return hasAuction && facts.auction !== null
    ? Math.min(facts.auction.fromMinute, facts.closeMinute)
    : facts.closeMinute;
}
