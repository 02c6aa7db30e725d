/**
 * Judges one minute candle against the conditions of momentum, in exact arithmetic on price units:
 * observed, not observed, or not to be judged and why. It states what the minute was and recommends nothing.
 */
import { PRICE_SCALE } from "#core/price.ts";
import type { Candle } from "../candles/candle-table.ts";
import { confidenceOf } from "./confidence.ts";
import { type DayCandles, sumVolumesBefore } from "./day-candles.ts";
import type { MomentumThresholds } from "./momentum-facts.ts";

/** Why a candle cannot be judged; the first that holds, in this order. */
export const INSUFFICIENT_REASONS = [
  /** The symbol is not one of the session's plan. */
  "NOT_IN_PLAN",
  /** LTP packets carry no volume (or this candle's is unknown): no volume, no VWAP. */
  "VOLUME_UNAVAILABLE",
  /** An index has no volume and so no VWAP; nor has a candle from REST or an import. */
  "NO_VWAP",
  /** A gap, an unknown baseline or a decrease of volume leaves the candle in doubt. */
  "INCOMPLETE",
  /** Fewer candles of the day came before than the yardstick needs. */
  "TOO_FEW_CANDLES",
  /** One of the candles of the yardstick is in doubt. */
  "INCOMPLETE_WINDOW",
  /** Nothing was traded in the candles of the yardstick: a ratio to nothing says nothing. */
  "NO_VOLUME_BEFORE",
] as const;
export type InsufficientReason = (typeof INSUFFICIENT_REASONS)[number];

/** What an observed minute was. Prices in rupees; `candles` of the day, this one among them. */
export type ObservedFacts = {
  readonly close: number;
  readonly referenceHigh: number;
  /** Whether every candle of the day so far was whole; a gap can hide a higher high. */
  readonly isHighCertain: boolean;
  readonly referenceVwap: number;
  readonly hodDistancePercent: number;
  readonly volume: number;
  readonly volumeRatio: number;
  readonly candles: number;
  readonly confidence: number;
};

export type CandleVerdict =
  | { readonly kind: "observed"; readonly facts: ObservedFacts }
  | { readonly kind: "notObserved" }
  | { readonly kind: "insufficient"; readonly reason: InsufficientReason };

/** An instrument of the day, as far as its candles are judged. */
export type JudgedInstrument = {
  readonly index: number;
  readonly isIndex: boolean;
  readonly mode: "ltp" | "quote" | "snap_quote";
};

const PERCENT = 100;
const NOT_OBSERVED: CandleVerdict = { kind: "notObserved" };

/**
 * The verdict about a candle that `day` holds already. Observed are, all of them: close > VWAP; the close
 * at most `momentum_hod_distance_percent` under the highest high of the day so far; volume at least
 * `momentum_volume_ratio` times the mean of the `momentum_volume_candles` candles before it.
 */
export function judgeCandle(
  day: DayCandles,
  instrument: JudgedInstrument,
  candle: Candle,
  thresholds: MomentumThresholds,
): CandleVerdict {
  if (instrument.mode === "ltp") return insufficient("VOLUME_UNAVAILABLE");
  if (instrument.isIndex) return insufficient("NO_VWAP");
  if (candle.incomplete !== 0) return insufficient("INCOMPLETE");
  if (Number.isNaN(candle.volume)) return insufficient("VOLUME_UNAVAILABLE");
  if (Number.isNaN(candle.vwap)) return insufficient("NO_VWAP");
  const wanted = thresholds.momentum_volume_candles;
  const window = sumVolumesBefore(day, instrument.index, candle.startMinute, wanted);
  if (window.found < wanted) return insufficient("TOO_FEW_CANDLES");
  if (!window.isWhole) return insufficient("INCOMPLETE_WINDOW");
  if (window.sum <= 0) return insufficient("NO_VOLUME_BEFORE");

  const { close, volume } = candle;
  const high = day.high[instrument.index] ?? NaN;
  // The exchange tells its average price in paise, so it is a whole number of units.
  const vwap = Math.round(candle.vwap * PRICE_SCALE);
  const isNearHigh = (high - close) * PERCENT <= thresholds.momentum_hod_distance_percent * high;
  const isLoud = volume * wanted >= thresholds.momentum_volume_ratio * window.sum;
  if (close <= vwap || !isNearHigh || !isLoud) return NOT_OBSERVED;

  const hodDistancePercent = ((high - close) / high) * PERCENT;
  const volumeRatio = (volume * wanted) / window.sum;
  return {
    kind: "observed",
    facts: {
      close: close / PRICE_SCALE,
      referenceHigh: high / PRICE_SCALE,
      isHighCertain: day.incomplete[instrument.index] === 0,
      referenceVwap: vwap / PRICE_SCALE,
      hodDistancePercent,
      volume,
      volumeRatio,
      candles: day.candles[instrument.index] ?? 0,
      confidence: confidenceOf({
        vwapPercent: ((close - vwap) / vwap) * PERCENT,
        hodDistancePercent,
        hodDistancePercentMax: thresholds.momentum_hod_distance_percent,
        volumeRatio,
        volumeRatioMin: thresholds.momentum_volume_ratio,
      }),
    },
  };
}

function insufficient(reason: InsufficientReason): CandleVerdict {
  return { kind: "insufficient", reason };
}
