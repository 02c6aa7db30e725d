/**
 * What kind of thing a symbol is in the synthetic market: how it answers to the market's paths, how
 * it pays and how it is traded. The eight proxies are written down; everything else is drawn from
 * the symbol's name and the seed.
 */
import { streamOf, uniformAt } from "./counter-random.ts";

/** How a symbol moves, pays and trades. Rates are per year, prices in dollars. */
export type InstrumentProfile = {
  /** First price of its life. */
  readonly startPrice: number;
  /** Share of the market factor's logarithmic return. */
  readonly factorShare: number;
  /** Logarithmic return for one percentage point of the 10-year yield. */
  readonly rateShare: number;
  /** Share of the volatility index's logarithmic change. */
  readonly volatilityShare: number;
  readonly driftPerYear: number;
  /** Deviation of the symbol's own daily logarithmic return in a calm market. */
  readonly ownDeviation: number;
  /** Chance per weekday of a large own move (earnings), and how large it is in own deviations. */
  readonly shockChance: number;
  /** Bound of the logarithmic return between two sessions, to keep moves plausible without news. */
  readonly moveMax: number;
  readonly dividendYield: number;
  /** Payments a year: 0, 4 or 12. */
  readonly dividendsPerYear: number;
  /** Dollars traded on an ordinary day. */
  readonly turnover: number;
  /** Seldom traded: bars without trades are missing from its extended hours. */
  readonly thin: boolean;
  /** Whether forward splits, spin-offs and (for all) reverse splits may happen. */
  readonly splits: "company" | "reverse_only" | "none";
  /** A reverse split is due under this raw price. */
  readonly reverseBelow: number;
};

const FUND: InstrumentProfile = {
  startPrice: 100,
  factorShare: 0,
  rateShare: 0,
  volatilityShare: 0,
  driftPerYear: 0,
  ownDeviation: 0.000_6,
  shockChance: 0,
  moveMax: 0.09,
  dividendYield: 0,
  dividendsPerYear: 0,
  turnover: 2e9,
  thin: false,
  splits: "none",
  reverseBelow: 0,
};

/** The exchange-traded proxies of the US proxy sets. No equity or bond proxy moves 10 % in a session. */
const PROXY_PROFILES: Readonly<Record<string, Partial<InstrumentProfile>>> = {
  SPY: {
    startPrice: 145,
    factorShare: 1,
    dividendYield: 0.015,
    dividendsPerYear: 4,
    turnover: 3e10,
  },
  QQQ: {
    startPrice: 92,
    factorShare: 1.12,
    ownDeviation: 0.0025,
    dividendYield: 0.006,
    dividendsPerYear: 4,
    turnover: 1.5e10,
  },
  IWM: {
    startPrice: 51,
    factorShare: 1.08,
    ownDeviation: 0.003,
    dividendYield: 0.012,
    dividendsPerYear: 4,
    turnover: 5e9,
  },
  DIA: {
    startPrice: 112,
    factorShare: 0.93,
    ownDeviation: 0.0015,
    dividendYield: 0.018,
    dividendsPerYear: 12,
    turnover: 1.5e9,
  },
  HYG: {
    startPrice: 84,
    factorShare: 0.28,
    rateShare: -0.025,
    ownDeviation: 0.0015,
    driftPerYear: 0.037,
    dividendYield: 0.055,
    dividendsPerYear: 12,
  },
  LQD: {
    startPrice: 108,
    factorShare: 0.03,
    rateShare: -0.08,
    ownDeviation: 0.0012,
    driftPerYear: 0.036,
    dividendYield: 0.038,
    dividendsPerYear: 12,
  },
  UUP: {
    startPrice: 27,
    factorShare: -0.07,
    ownDeviation: 0.003,
    driftPerYear: 0.005,
    turnover: 4e7,
  },
  VIXY: {
    startPrice: 48,
    volatilityShare: 0.5,
    ownDeviation: 0.006,
    driftPerYear: -0.6,
    moveMax: 0.6,
    turnover: 1.2e8,
    splits: "reverse_only",
    reverseBelow: 9,
  },
};

/** The symbols of the proxies, in the order of the proxy set's roles. */
export const PROXY_SYMBOLS: readonly string[] = [
  "SPY",
  "QQQ",
  "IWM",
  "DIA",
  "VIXY",
  "HYG",
  "LQD",
  "UUP",
];

/** The profile of a fund that is no proxy. */
const OTHER_FUND: InstrumentProfile = {
  ...FUND,
  startPrice: 31,
  factorShare: 0.8,
  ownDeviation: 0.004,
  turnover: 6e6,
  thin: true,
};

export type InstrumentKind = "fund" | "stock" | "warrant" | "unit" | "right" | "preferred";

/** The profile of a symbol: the same for the same seed, symbol and kind. */
export function profileOf(seed: number, symbol: string, kind: InstrumentKind): InstrumentProfile {
  const proxy = PROXY_PROFILES[symbol];
  if (proxy !== undefined) return { ...FUND, ...proxy };
  if (kind === "fund") return OTHER_FUND;
  const stream = streamOf(seed, `profile/${symbol}`);
  const draw = (index: number, low: number, high: number): number =>
    low + (high - low) * uniformAt(stream, index);
  if (kind !== "stock") return companionProfile(kind, draw);
  const ailing = draw(0, 0, 1) < 0.06;
  const pays = !ailing && draw(1, 0, 1) < 0.6;
  return {
    ...FUND,
    startPrice: ailing ? draw(2, 3, 9) : draw(2, 14, 190),
    factorShare: draw(3, 0.6, 1.4),
    driftPerYear: ailing ? -0.25 : draw(4, -0.03, 0.05),
    ownDeviation: draw(5, 0.008, 0.018),
    shockChance: 1 / 180,
    moveMax: 0.17,
    dividendYield: pays ? draw(6, 0.005, 0.04) : 0,
    dividendsPerYear: pays ? 4 : 0,
    turnover: 1e6 * Math.exp(draw(7, 0, 7)),
    thin: draw(8, 0, 1) < 0.25,
    splits: "company",
    reverseBelow: 1.4,
  };
}

/** Warrants, units, rights and preferred shares: they exist to be left out of a universe. */
function companionProfile(
  kind: Exclude<InstrumentKind, "fund" | "stock">,
  draw: (index: number, low: number, high: number) => number,
): InstrumentProfile {
  const startPrice = { warrant: 1.1, unit: 10.1, right: 0.35, preferred: 25 }[kind];
  const isOption = kind === "warrant" || kind === "right";
  return {
    ...FUND,
    startPrice: startPrice * draw(2, 0.9, 1.1),
    factorShare: isOption ? 0.3 : 0.02,
    ownDeviation: isOption ? 0.025 : 0.002,
    moveMax: 0.17,
    turnover: isOption ? 4e4 : 4e5,
    thin: true,
  };
}
