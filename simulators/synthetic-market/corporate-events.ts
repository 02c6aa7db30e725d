/**
 * When splits, spin-offs and dividends fall due and how large they are. The price path applies them;
 * what they do to older prices is `adjusted-close.ts`.
 */
import { type SessionDate, dateOfDayNumber, dayNumberOfCivil } from "#core/session-date.ts";
import { mixAt, streamOf, uniformAt } from "./counter-random.ts";
import type { InstrumentProfile } from "./instrument-profile.ts";

/** Split factors are integers of 1/10000: 2-for-1 is 20000, a spin-off such as 10460 is one too. */
export const SPLIT_SCALE = 10_000;

/** A split, a reverse split, or a spin-off coded as a split, as the vendor does. */
export type SplitEvent = {
  /** Effective session: the first session traded at the new price. */
  readonly day: number;
  /** New shares for one old share, in 1/10000. */
  readonly factorUnits: number;
};

export type DividendEvent = {
  /** Ex-date: the first session traded without the dividend. */
  readonly day: number;
  /** Dollars a share in 1/10000. */
  readonly amountUnits: number;
  /** Days before the ex-date on which it is declared; `undefined` where the vendor knows no dates. */
  readonly declaredDay: number | undefined;
  readonly paymentDay: number;
};

/** An event the caller wants at a known place, besides those the seed makes. */
export type PlannedEvent = {
  readonly symbol: string;
  /** Takes effect on the first session on or after this day. */
  readonly date: SessionDate;
} & (
  | { readonly kind: "split"; readonly factorUnits: number }
  | { readonly kind: "dividend"; readonly amountUnits: number }
  /** A jump of the price for which there is no event, as a logarithmic return. */
  | { readonly kind: "move"; readonly logReturn: number }
);

const REVIEWS_PER_YEAR = 4;
/** Chance per quarterly review that a company spins something off. */
const SPIN_OFF_CHANCE = 0.008;
const DECLARED_DAYS_BEFORE = 17;
const PAID_DAYS_AFTER = 31;
/** One dividend in this many has dates the vendor does not know. */
const DATES_UNKNOWN_ONE_IN = 8;
/** The most of the price that one dividend takes. */
const DIVIDEND_SHARE_MAX = 0.1;

/** What decides at each due day of one symbol; made once per path. */
export type EventSchedule = {
  readonly seedStream: number;
  readonly profile: InstrumentProfile;
};

/** The schedule of a symbol. */
export function eventSchedule(
  seed: number,
  symbol: string,
  profile: InstrumentProfile,
): EventSchedule {
  return { seedStream: streamOf(seed, `events/${symbol}`), profile };
}

/** First day on or after `day` on which splits are considered; the next is a quarter later. */
export function firstReviewDay(schedule: EventSchedule, day: number): number {
  return monthlyDueDay(schedule, day, 12 / REVIEWS_PER_YEAR, 1);
}

/** First day on or after `day` on which a dividend falls due; `undefined` for who pays none. */
export function firstDividendDay(schedule: EventSchedule, day: number): number | undefined {
  const { dividendsPerYear } = schedule.profile;
  if (dividendsPerYear === 0) return undefined;
  return monthlyDueDay(schedule, day, 12 / dividendsPerYear, 2);
}

/** What the review on a session decides: a split factor in 1/10000, or nothing. */
export function splitAtReview(
  schedule: EventSchedule,
  day: number,
  rawPrice: number,
): number | undefined {
  const { profile, seedStream } = schedule;
  if (profile.splits === "none") return undefined;
  const chance = uniformAt(seedStream, day);
  if (rawPrice < profile.reverseBelow) return chance < 0.5 ? SPLIT_SCALE / 10 : SPLIT_SCALE / 5;
  if (profile.splits === "reverse_only") return undefined;
  if (rawPrice > 600) return SPLIT_SCALE * 4;
  if (rawPrice > 170 + 200 * chance) {
    return mixAt(seedStream, -day) % 3 === 0 ? (SPLIT_SCALE * 3) / 2 : SPLIT_SCALE * 2;
  }
  if (rawPrice > 10 && chance < SPIN_OFF_CHANCE) return 10_200 + (mixAt(seedStream, -day) % 2000);
  return undefined;
}

/** The dividend that goes ex on `day` after a close of `closeUnits`. Companies pay whole cents. */
export function dividendAt(
  schedule: EventSchedule,
  day: number,
  closeUnits: number,
): DividendEvent {
  const { profile, seedStream } = schedule;
  const perPayment = profile.dividendYield / Math.max(1, profile.dividendsPerYear);
  const grain = profile.splits === "company" ? 100 : 1;
  const amountUnits = Math.max(1, Math.round((closeUnits * perPayment) / grain)) * grain;
  return dividendOf(seedStream, day, amountUnits);
}

/** A dividend of a known amount, with its dates. */
export function dividendOf(stream: number, day: number, amountUnits: number): DividendEvent {
  const isKnown = mixAt(stream, day) % DATES_UNKNOWN_ONE_IN !== 0;
  return {
    day,
    amountUnits,
    declaredDay: isKnown ? day - DECLARED_DAYS_BEFORE : undefined,
    paymentDay: day + PAID_DAYS_AFTER,
  };
}

/** Whether a dividend leaves a plausible price. */
export function isPayable(amountUnits: number, closeUnits: number): boolean {
  return amountUnits < closeUnits * DIVIDEND_SHARE_MAX;
}

/** The due day of the month pattern that follows `day`; months and day of month are the symbol's own. */
function monthlyDueDay(
  schedule: EventSchedule,
  day: number,
  monthsApart: number,
  index: number,
): number {
  const phase = mixAt(schedule.seedStream, index) % monthsApart;
  const dayOfMonth = 3 + (mixAt(schedule.seedStream, index + 100) % 20);
  const date = dateOfDayNumber(day);
  let month = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
  for (let tries = 0; tries <= monthsApart; tries++, month++) {
    const due = dayNumberOfCivil(Math.floor(month / 12), (month % 12) + 1, dayOfMonth);
    if (month % monthsApart === phase && due >= day) return due;
  }
  throw new Error(`broken promise: no month after ${date} fits a pattern of ${monthsApart} months`);
}
