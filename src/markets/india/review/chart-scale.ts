/** Axes of a chart: round steps, their labels, and where a value lies in pixels. */

/** A linear scale from values to pixels. `toPx` may run upwards or downwards. */
export type ChartScale = {
  readonly ticks: readonly number[];
  readonly toPx: (value: number) => number;
  readonly label: (value: number) => string;
};

/** Steps are 1, 2, 2.5 or 5 times a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];
const TICKS_WANTED = 6;
const DECIMALS_MAX = 4;
/** A range under one price unit has no extent. */
const EXTENT_MIN = 0.0001;

/**
 * A scale over [low, high], widened to whole steps; `fromPx` is where its lower end lies. A range without
 * extent is given one, so that a flat day is a line in the middle.
 */
export function createScale(
  range: { readonly low: number; readonly high: number },
  px: { readonly from: number; readonly to: number },
  ticksWanted = TICKS_WANTED,
): ChartScale {
  const flat = Math.max(Math.abs(range.high) * 0.001, 0.05);
  const [low, high] =
    range.high - range.low >= EXTENT_MIN
      ? [range.low, range.high]
      : [range.low - flat, range.high + flat];
  const step = roundStep((high - low) / ticksWanted);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  const decimals = decimalsOf(step);
  const perUnit = (px.to - px.from) / ((last - first) * step);
  return {
    ticks,
    toPx: (value) => px.from + (value - first * step) * perUnit,
    label: (value) => groupThousands(value.toFixed(decimals)),
  };
}

/** `1234567.50` as `1,234,567.50`. */
export function groupThousands(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** The smallest round step that is not under `rough`. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = STEPS.find((step) => step * power >= rough) ?? 10;
  return factor * power;
}

function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < DECIMALS_MAX; decimals++) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals;
  }
  return DECIMALS_MAX;
}
