/**
 * What moves everything at once: the regimes, the market factor that runs through them, and the
 * volatility index, yields and oil that answer to it. One value per weekday since the first day.
 */
import { bellAt, streamOf, uniformAt } from "./counter-random.ts";
import { WEEKDAYS_PER_YEAR } from "./weekday-index.ts";

/** The moods of the synthetic market; each cycle of about 2.7 years goes through all of them. */
export const REGIMES = ["calm_trend", "range", "volatile", "crash", "recovery"] as const;
export type Regime = (typeof REGIMES)[number];

type RegimeShape = {
  readonly weekdays: number;
  /** Mean and deviation of the factor's daily logarithmic return. */
  readonly drift: number;
  readonly deviation: number;
  /** Share of the way back to the regime's first level that is taken each day. */
  readonly pull: number;
  /** Level towards which the volatility index drifts. */
  readonly volatilityIndex: number;
};

const REGIME_SHAPES: Readonly<Record<Regime, RegimeShape>> = {
  calm_trend: { weekdays: 215, drift: 0.000_6, deviation: 0.006, pull: 0, volatilityIndex: 13.5 },
  range: { weekdays: 130, drift: 0, deviation: 0.008, pull: 0.03, volatilityIndex: 17 },
  volatile: { weekdays: 65, drift: -0.000_5, deviation: 0.016, pull: 0, volatilityIndex: 27 },
  crash: { weekdays: 24, drift: -0.011, deviation: 0.019, pull: 0, volatilityIndex: 46 },
  recovery: { weekdays: 62, drift: 0.003_8, deviation: 0.013, pull: 0, volatilityIndex: 25 },
};

const CYCLES: readonly (readonly Regime[])[] = [
  ["calm_trend", "volatile", "calm_trend", "range", "crash", "recovery"],
  ["calm_trend", "range", "volatile", "calm_trend", "crash", "recovery"],
  ["range", "calm_trend", "crash", "recovery", "calm_trend", "volatile"],
];
/** A block is between 75 % and 125 % as long as its shape says. */
const BLOCK_LENGTH_JITTER = 0.5;

const VOLATILITY_INDEX_BOUNDS = [9.2, 82] as const;
const VOLATILITY_STEP_BOUNDS = [-0.3, 0.45] as const;
const YIELD_BOUNDS = [0.4, 8.5] as const;
const OIL_BOUNDS = [18, 140] as const;

/** All paths from the first day to the end of the calendar, indexed by weekday. */
export type MarketPaths = {
  /** Index into `REGIMES`. */
  readonly regime: Uint8Array;
  /** Logarithm of the market factor, 0 on the first day. */
  readonly factor: Float64Array;
  /** Logarithm of the volatility index. */
  readonly volatilityIndex: Float64Array;
  /** Percent a year. */
  readonly yield2: Float64Array;
  readonly yield10: Float64Array;
  /** Dollars a barrel. */
  readonly oil: Float64Array;
};

/** Computes the paths of the first `weekdays` weekdays. A longer run starts with a shorter one. */
export function marketPaths(seed: number, weekdays: number): MarketPaths {
  const regime = regimePath(seed, weekdays);
  const factor = factorPath(seed, regime);
  return { regime, factor, ...answeringPaths(seed, regime, factor) };
}

/** The regime of a weekday. */
export function regimeAt(paths: MarketPaths, weekday: number): Regime {
  return REGIMES[paths.regime[weekday] ?? 0] ?? "calm_trend";
}

function regimePath(seed: number, weekdays: number): Uint8Array {
  const path = new Uint8Array(weekdays);
  const choice = streamOf(seed, "regime/cycle");
  const length = streamOf(seed, "regime/length");
  let from = 0;
  let block = 0;
  for (let cycle = 0; from < weekdays; cycle++) {
    const order = CYCLES[Math.floor(uniformAt(choice, cycle) * CYCLES.length)] ?? [];
    for (const regime of order) {
      const stretch = 1 + (uniformAt(length, block++) - 0.5) * BLOCK_LENGTH_JITTER;
      const to = from + Math.round(REGIME_SHAPES[regime].weekdays * stretch);
      path.fill(REGIMES.indexOf(regime), Math.min(from, weekdays), Math.min(to, weekdays));
      from = to;
    }
  }
  return path;
}

function factorPath(seed: number, regimePath: Uint8Array): Float64Array {
  const path = new Float64Array(regimePath.length);
  const stream = streamOf(seed, "factor");
  let level = 0;
  let anchor = 0;
  for (let weekday = 1; weekday < path.length; weekday++) {
    const code = regimePath[weekday] ?? 0;
    if (code !== regimePath[weekday - 1]) anchor = level;
    const shape = REGIME_SHAPES[REGIMES[code] ?? "calm_trend"];
    const pulled = shape.pull * (anchor - level);
    level += shape.drift + pulled + shape.deviation * bellAt(stream, weekday);
    path[weekday] = level;
  }
  return path;
}

function answeringPaths(
  seed: number,
  regimePath: Uint8Array,
  factor: Float64Array,
): Omit<MarketPaths, "regime" | "factor"> {
  const count = factor.length;
  const volatilityIndex = new Float64Array(count);
  const yield2 = new Float64Array(count);
  const yield10 = new Float64Array(count);
  const oil = new Float64Array(count);
  const streams = ["vix", "yield", "spread", "oil"].map((name) => streamOf(seed, name));
  const [vixStream = 0, yieldStream = 0, spreadStream = 0, oilStream = 0] = streams;
  let volatility = Math.log(REGIME_SHAPES.calm_trend.volatilityIndex);
  let rate = 4.2;
  let spread = 0.7;
  let oilLevel = Math.log(62);
  for (let weekday = 0; weekday < count; weekday++) {
    const step = weekday === 0 ? 0 : (factor[weekday] ?? 0) - (factor[weekday - 1] ?? 0);
    const target = REGIME_SHAPES[REGIMES[regimePath[weekday] ?? 0] ?? "calm_trend"].volatilityIndex;
    const pull = 0.07 * (Math.log(target) - volatility);
    const change = pull - 3.2 * step + 0.03 * bellAt(vixStream, weekday);
    volatility = logWithin(
      volatility + within(change, VOLATILITY_STEP_BOUNDS),
      VOLATILITY_INDEX_BOUNDS,
    );
    rate += 0.002 * (3.8 - rate) + 0.045 * bellAt(yieldStream, weekday) + 1.2 * step;
    rate = within(rate, YIELD_BOUNDS);
    spread += 0.004 * (0.6 - spread) + 0.02 * bellAt(spreadStream, weekday);
    const oilPull = 0.003 * (Math.log(66) - oilLevel);
    oilLevel = logWithin(
      oilLevel + oilPull + 0.018 * bellAt(oilStream, weekday) + 0.3 * step,
      OIL_BOUNDS,
    );
    volatilityIndex[weekday] = volatility;
    yield10[weekday] = rate;
    yield2[weekday] = within(rate - spread, YIELD_BOUNDS);
    oil[weekday] = Math.exp(oilLevel);
  }
  return { volatilityIndex, yield2, yield10, oil };
}

/** The daily drift that adds up to `yearly` over a year of weekdays. */
export function dailyDriftOf(yearly: number): number {
  return yearly / WEEKDAYS_PER_YEAR;
}

function within(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}

function logWithin(value: number, [low, high]: readonly [number, number]): number {
  return within(value, [Math.log(low), Math.log(high)]);
}
