/**
 * The walk of one symbol's raw price from session to session: market moves, own moves, and the
 * splits and dividends that fall due. It remembers only where it is; `daily-history.ts` keeps bars.
 */
import { must } from "#core/assert.ts";
import { dayNumberOf } from "#core/session-date.ts";
import {
  type DividendEvent,
  type EventSchedule,
  type PlannedEvent,
  SPLIT_SCALE,
  type SplitEvent,
  dividendAt,
  dividendOf,
  eventSchedule,
  firstDividendDay,
  firstReviewDay,
  isPayable,
  splitAtReview,
} from "./corporate-events.ts";
import { bellAt, bellOfBits, mixAt, streamOf, uniformAt } from "./counter-random.ts";
import type { InstrumentProfile } from "./instrument-profile.ts";
import { type MarketPaths, REGIMES, type Regime, dailyDriftOf } from "./market-paths.ts";
import { weekdayIndexOf } from "./weekday-index.ts";

/** Fewest shares of a session: enough for every five-minute bar of regular hours to have one. */
const VOLUME_MIN = 1000;

const UNITS_PER_DOLLAR = 10_000;
const UNITS_PER_CENT = 100;
const HALF_CENT_UNITS = 50;
const LOG_PRICE_MIN = Math.log(UNITS_PER_CENT);
/** Share of its own deviation that a symbol forgets each day; keeps its path from wandering off. */
const OWN_PULL = 0.004;
const SHOCK_SIZE = 4;
/** Typical daily moves in a calm market of what a profile takes shares of; they size gaps and wicks. */
const FACTOR_TYPICAL = 0.006;
const VOLATILITY_TYPICAL = 0.05;
const REGIME_NOISE: Readonly<Record<Regime, number>> = {
  calm_trend: 1,
  range: 1.1,
  volatile: 1.5,
  crash: 1.9,
  recovery: 1.4,
};
const NOISE_OF_CODE = REGIMES.map((regime) => REGIME_NOISE[regime]);

/** What a path is made from. */
export type PricePathSource = {
  readonly seed: number;
  readonly symbol: string;
  readonly profile: InstrumentProfile;
  readonly paths: MarketPaths;
  /** First session of the symbol's life. */
  readonly firstDay: number;
  readonly plannedEvents: readonly PlannedEvent[];
};

/** A walk in progress. After `advanceTo(day)` the fields hold the bar of that session. */
export class PricePath {
  /** Prices as traded in 1/10000 dollar, shares as traded. */
  openUnits = 0;
  highUnits = 0;
  lowUnits = 0;
  closeUnits = 0;
  volume = 0;
  readonly splits: SplitEvent[] = [];
  readonly dividends: DividendEvent[] = [];

  readonly #source: PricePathSource;
  readonly #schedule: EventSchedule;
  readonly #planned: PlannedEvent[];
  readonly #ownStream: number;
  readonly #shapeStream: number;
  readonly #shockStream: number;
  readonly #gapStream: number;
  readonly #volumeStream: number;
  #weekday: number;
  #own = 0;
  #logPrice: number;
  #reviewDay: number;
  #dividendDay: number | undefined;

  constructor(source: PricePathSource) {
    const { seed, symbol, profile, firstDay } = source;
    this.#source = source;
    this.#schedule = eventSchedule(seed, symbol, profile);
    this.#planned = source.plannedEvents
      .filter((event) => event.symbol === symbol && dayNumberOf(event.date) > firstDay)
      .toSorted((a, b) => (a.date < b.date ? -1 : 1));
    this.#ownStream = streamOf(seed, `own/${symbol}`);
    this.#shapeStream = streamOf(seed, `shape/${symbol}`);
    this.#shockStream = streamOf(seed, `shock/${symbol}`);
    this.#gapStream = streamOf(seed, `gap/${symbol}`);
    this.#volumeStream = streamOf(seed, `volume/${symbol}`);
    this.#weekday = weekdayIndexOf(firstDay);
    this.#logPrice = Math.log(profile.startPrice * UNITS_PER_DOLLAR);
    this.#reviewDay = firstReviewDay(this.#schedule, firstDay + 1);
    this.#dividendDay = firstDividendDay(this.#schedule, firstDay + 1);
  }

  /** Walks to a session after the present one, the first time to any session of the life. */
  advanceTo(day: number): void {
    const target = weekdayIndexOf(day);
    let change = 0;
    while (this.#weekday < target) change += this.#stepTo(++this.#weekday);
    const { moveMax } = this.#source.profile;
    change = Math.min(moveMax, Math.max(-moveMax, change));
    const isFirst = this.closeUnits === 0;
    const before = this.closeUnits;
    const base = isFirst ? Math.exp(this.#logPrice) : this.#applyEvents(day);
    change += this.#takePlanned("move", day)?.logReturn ?? 0;
    this.#logPrice += change + (isFirst ? 0 : Math.log(base / before));
    this.#logPrice = Math.max(LOG_PRICE_MIN, this.#logPrice);
    this.#shapeBar(target, base, change);
  }

  /** The logarithmic return of one weekday, session or not. */
  #stepTo(weekday: number): number {
    const { profile, paths } = this.#source;
    const noise = this.#noiseAt(weekday);
    let shock = bellAt(this.#ownStream, weekday);
    if (profile.shockChance > 0 && uniformAt(this.#shockStream, weekday) < profile.shockChance) {
      shock *= SHOCK_SIZE;
    }
    const ownChange = profile.ownDeviation * noise * shock - OWN_PULL * this.#own;
    this.#own += ownChange;
    return (
      ownChange +
      dailyDriftOf(profile.driftPerYear) +
      profile.factorShare * changeAt(paths.factor, weekday) +
      profile.rateShare * changeAt(paths.yield10, weekday) +
      profile.volatilityShare * changeAt(paths.volatilityIndex, weekday)
    );
  }

  /** Applies the events of a session and returns yesterday's close as it compares with today's. */
  #applyEvents(day: number): number {
    const split = this.#takePlanned("split", day)?.factorUnits ?? this.#dueSplit(day);
    if (split !== undefined) {
      this.splits.push({ day, factorUnits: split });
      return Math.max(1, (this.closeUnits * SPLIT_SCALE) / split);
    }
    const dividend = this.#dueDividend(day);
    if (dividend === undefined || !isPayable(dividend.amountUnits, this.closeUnits)) {
      return this.closeUnits;
    }
    this.dividends.push(dividend);
    return this.closeUnits - dividend.amountUnits;
  }

  #dueSplit(day: number): number | undefined {
    if (day < this.#reviewDay) return undefined;
    this.#reviewDay = firstReviewDay(this.#schedule, day + 1);
    return splitAtReview(this.#schedule, day, this.closeUnits / UNITS_PER_DOLLAR);
  }

  #dueDividend(day: number): DividendEvent | undefined {
    const planned = this.#takePlanned("dividend", day);
    if (planned) return dividendOf(this.#schedule.seedStream, day, planned.amountUnits);
    if (this.#dividendDay === undefined || day < this.#dividendDay) return undefined;
    this.#dividendDay = firstDividendDay(this.#schedule, day + 1);
    return dividendAt(this.#schedule, day, this.closeUnits);
  }

  #takePlanned<K extends PlannedEvent["kind"]>(
    kind: K,
    day: number,
  ): Extract<PlannedEvent, { kind: K }> | undefined {
    if (this.#planned.length === 0) return undefined;
    const isDue = (event: PlannedEvent): event is Extract<PlannedEvent, { kind: K }> =>
      event.kind === kind && dayNumberOf(event.date) <= day;
    const event = this.#planned.find(isDue);
    if (event) this.#planned.splice(this.#planned.indexOf(event), 1);
    return event;
  }

  /** Draws open, high, low and volume around the close that the path has reached. */
  #shapeBar(weekday: number, base: number, change: number): void {
    const { profile } = this.#source;
    const noise = this.#noiseAt(weekday);
    const typical =
      (Math.abs(profile.factorShare) * FACTOR_TYPICAL +
        Math.abs(profile.volatilityShare) * VOLATILITY_TYPICAL +
        profile.ownDeviation) *
      noise;
    const bits = mixAt(this.#shapeStream, weekday);
    const gap = 0.35 * change + 0.25 * typical * bellAt(this.#gapStream, weekday);
    const close = roundToTick(Math.exp(this.#logPrice));
    const open = roundToTick(base * Math.exp(gap));
    const upper = ((bits & 255) / 255) ** 2;
    const lower = (((bits >>> 8) & 255) / 255) ** 2;
    const high = Math.max(open, close) * (1 + 0.9 * typical * upper);
    const low = Math.min(open, close) * (1 - 0.9 * typical * lower);
    this.openUnits = open;
    this.closeUnits = close;
    this.highUnits = Math.max(open, close, roundToTick(high)) + subPenny(high, bits >>> 16);
    this.lowUnits = Math.min(open, close, roundToTick(low)) - subPenny(low, bits >>> 24);
    const volumeNoise = Math.exp(0.35 * bellOfBits(mixAt(this.#volumeStream, weekday)));
    const shares = (profile.turnover * UNITS_PER_DOLLAR) / close;
    const volume = shares * volumeNoise * noise * (1 + 10 * Math.abs(change));
    this.volume = Math.max(VOLUME_MIN, Math.round(volume));
  }

  #noiseAt(weekday: number): number {
    const code = this.#source.paths.regime[weekday];
    return must(NOISE_OF_CODE[code ?? 0], "every regime code has its noise");
  }
}

function changeAt(path: Float64Array, index: number): number {
  return (path[index] ?? 0) - (path[index - 1] ?? 0);
}

/** Rounds to a price that can be quoted: cents from one dollar up, 1/10000 dollar below. */
function roundToTick(units: number): number {
  if (units < UNITS_PER_DOLLAR) return Math.max(1, Math.round(units));
  return Math.round(units / UNITS_PER_CENT) * UNITS_PER_CENT;
}

/** One high or low in eight lies on a half cent, as recorded ones do. */
function subPenny(units: number, bits: number): number {
  return units > UNITS_PER_DOLLAR && (bits & 7) === 0 ? HALF_CENT_UNITS : 0;
}
