/**
 * How far a minute exceeds the three conditions of momentum, as one number. It says how clear the
 * observation is, not how likely anything is to follow; whether there is one is decided before.
 */

/** By how much each condition is exceeded; each at least 0. */
export type ConditionExcess = {
  /** (close - VWAP) / VWAP, in percent. */
  readonly vwapPercent: number;
  /** Distance of the close under the day's high in percent, and the largest allowed. */
  readonly hodDistancePercent: number;
  readonly hodDistancePercentMax: number;
  /** Volume over the mean of the candles before, and the smallest allowed. */
  readonly volumeRatio: number;
  readonly volumeRatioMin: number;
};

const CONDITIONS = 3;

/**
 * Confidence, by Laplace's rule of succession over three conditions:
 *
 *     confidence = (1 + v + h + r) / (3 + 2)
 *     v = x / (1 + x),  x = percent over VWAP / largest allowed percent under the day's high
 *     h = 1 - percent under the day's high / largest allowed percent
 *     r = y / (1 + y),  y = volume ratio / smallest allowed ratio - 1
 *
 * v, h and r lie in [0, 1], so it lies in [0.2, 0.8]: 0.2 where every condition only just holds. It rises
 * with the distance over VWAP and with the volume, and falls with the distance under the high.
 */
export function confidenceOf(excess: ConditionExcess): number {
  const { vwapPercent, hodDistancePercent, hodDistancePercentMax } = excess;
  const vwap = saturate(vwapPercent / hodDistancePercentMax);
  const high = clampShare(1 - hodDistancePercent / hodDistancePercentMax);
  const volume = saturate(excess.volumeRatio / excess.volumeRatioMin - 1);
  return (1 + vwap + high + volume) / (CONDITIONS + 2);
}

/** x / (1 + x), written so that it stays a number however large x is. */
function saturate(x: number): number {
  return clampShare(1 - 1 / (1 + Math.max(0, x)));
}

function clampShare(share: number): number {
  return Math.min(1, Math.max(0, share));
}
