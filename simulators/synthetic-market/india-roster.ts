/**
 * What is listed in the synthetic Indian market: five indices under the names and tokens that the
 * vendor's master gives them, and stocks that exist nowhere else. How they move is `india-market.ts`'s.
 */
import { mixAt, streamOf, uniformAt } from "./counter-random.ts";
import type { InstrumentProfile } from "./instrument-profile.ts";

export type IndiaKind = "index" | "gauge" | "stock";

export type IndiaInstrument = {
  /** Plain name: the index's, or the stock's without its series. */
  readonly name: string;
  /** As the vendor's master writes it: `NAME-EQ` (one is `-BE`), or the index's name. */
  readonly symbol: string;
  /** The master's column `name`. */
  readonly masterName: string;
  readonly token: string;
  readonly kind: IndiaKind;
  /** Stocks with derivatives end in the closing auction, on sessions that have one. */
  readonly hasAuction: boolean;
  /** Packets a minute compared with an ordinary stock. */
  readonly activity: number;
  /** `undefined` for the volatility gauge, which has a path of its own. */
  readonly profile: InstrumentProfile | undefined;
};

/** Prices in rupees, turnover in rupees a day; no dividends and no splits. */
const ORDINARY: InstrumentProfile = {
  startPrice: 100,
  factorShare: 1,
  rateShare: 0,
  volatilityShare: 0,
  driftPerYear: 0,
  ownDeviation: 0.002,
  shockChance: 0,
  moveMax: 0.085,
  dividendYield: 0,
  dividendsPerYear: 0,
  turnover: 0,
  thin: false,
  splits: "none",
  reverseBelow: 0,
};

/** Indices tick about once a second. */
const INDEX_ACTIVITY = 2;

const INDICES: readonly IndiaInstrument[] = [
  index("Nifty 50", "NIFTY", "99926000", { startPrice: 8300 }),
  index("Nifty Bank", "BANKNIFTY", "99926009", {
    startPrice: 18_700,
    factorShare: 1.1,
    ownDeviation: 0.004,
  }),
  index("Nifty IT", "NIFTY IT", "99926008", {
    startPrice: 11_200,
    factorShare: 0.9,
    ownDeviation: 0.005,
  }),
  index("NIFTY SMLCAP 100", "NIFTY SMLCAP 100", "99926032", {
    startPrice: 5400,
    factorShare: 1.05,
    ownDeviation: 0.004,
  }),
  {
    ...index("India VIX", "INDIA VIX", "99926017", {}),
    kind: "gauge",
    profile: undefined,
  },
];

/** Names that are a device of Windows, a word of CSV readers, or hold a character that paths do not like. */
const ODD_NAMES = ["CON", "PRN", "S&M", "SYN-AUTO", "NA", "3SYN"];
/** The one stock that is traded in the series -BE alone. */
const TRADE_TO_TRADE = "3SYN";
const HEADS = ["SYN", "KOR", "VAL", "TEM", "RUD", "BEN", "DAL", "MIR", "GAN", "LOK"];
const TAILS = ["TECH", "BANK", "PHARMA", "STEEL", "POWER", "AUTO", "CEM", "CHEM", "FOODS", "INFRA"];
const FIRST_TOKEN = 1_001;
const TOKEN_STEP = 7;
/** One stock in this many has no derivatives and so no closing auction. */
const WITHOUT_DERIVATIVES_ONE_IN = 3;

/** The indices, in the order of the proxy set's roles. */
export const INDIA_INDEX_NAMES: readonly string[] = INDICES.map(({ name }) => name);

/** `count` names of stocks, the same every time; the odd ones come after the first ten. */
export function indiaStockNames(count: number): string[] {
  const names: string[] = [];
  for (let number = 0; names.length < count; number++) {
    const head = HEADS[number % HEADS.length] ?? "";
    const tail = TAILS[Math.floor(number / HEADS.length) % TAILS.length] ?? "";
    const round = Math.floor(number / (HEADS.length * TAILS.length));
    names.push(head + tail + (round === 0 ? "" : String(round)));
    if (names.length === HEADS.length) names.push(...ODD_NAMES.slice(0, count - names.length));
  }
  return names;
}

/** The indices and the stocks of a market; a stock's token depends on its place in the list alone. */
export function makeIndiaRoster(seed: number, stocks: readonly string[]): IndiaInstrument[] {
  return [...INDICES, ...stocks.map((name, place) => stock(seed, name, place))];
}

function index(
  name: string,
  masterName: string,
  token: string,
  profile: Partial<InstrumentProfile>,
): IndiaInstrument {
  return {
    name,
    symbol: name,
    masterName,
    token,
    kind: "index",
    hasAuction: false,
    activity: INDEX_ACTIVITY,
    profile: { ...ORDINARY, ...profile },
  };
}

function stock(seed: number, name: string, place: number): IndiaInstrument {
  const stream = streamOf(seed, `india/${name}`);
  const draw = (at: number, low: number, high: number): number =>
    low + (high - low) * uniformAt(stream, at);
  const isThin = draw(0, 0, 1) < 0.15;
  return {
    name,
    symbol: `${name}-${name === TRADE_TO_TRADE ? "BE" : "EQ"}`,
    masterName: name,
    token: String(FIRST_TOKEN + place * TOKEN_STEP),
    kind: "stock",
    hasAuction: !isThin && mixAt(stream, 1) % WITHOUT_DERIVATIVES_ONE_IN !== 0,
    activity: isThin ? draw(2, 0.02, 0.1) : draw(2, 0.5, 1.5),
    profile: {
      ...ORDINARY,
      startPrice: draw(3, 60, 2400),
      factorShare: draw(4, 0.6, 1.3),
      driftPerYear: draw(5, -0.03, 0.05),
      ownDeviation: draw(6, 0.008, 0.016),
      moveMax: 0.15,
      turnover: isThin ? draw(7, 1e6, 8e6) : 4e7 * Math.exp(draw(7, 0, 4)),
      thin: isThin,
    },
  };
}
