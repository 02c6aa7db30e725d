/**
 * Where an instrument stands in its session, and how it begins: when its day's high and low are due, how
 * often it ticks and how much trades at a time. The steps themselves are `token-walk.ts`'s.
 */
import { must } from "#core/assert.ts";
import { mixAt } from "./counter-random.ts";
import type { IndiaDayBar } from "./india-market.ts";
import type { IndiaInstrument } from "./india-roster.ts";
import { SECONDS_PER_MINUTE, type TickSession } from "./tick-session.ts";

export type TokenWalkInput = {
  readonly instrument: IndiaInstrument;
  readonly token: number;
  readonly day: IndiaDayBar | undefined;
  readonly session: TickSession;
  readonly stream: number;
  readonly packetsPerMinute: number;
  readonly afterClose: boolean;
};

/** What comes next in an instrument's day. */
export type WalkPhase =
  | "indicative"
  | "match"
  | "trading"
  | "last"
  | "collecting"
  | "print"
  | "after"
  | "done";

/** A walk in progress. `dueSecond` is when it steps next; not after the present second when it is over. */
export type TokenWalk = {
  readonly token: number;
  readonly day: IndiaDayBar;
  readonly session: TickSession;
  readonly stream: number;
  readonly isStock: boolean;
  readonly hasAuction: boolean;
  readonly hasAfter: boolean;
  readonly packetsPerMinute: number;
  /** Room that one step may need in the columns. */
  readonly packetsPerStepMax: number;
  /** First second of continuous trading, and the first after it. */
  readonly openSecond: number;
  readonly endSecond: number;
  readonly highSecond: number;
  readonly lowSecond: number;
  readonly quantityMean: number;
  phase: WalkPhase;
  dueSecond: number;
  random: number;
  price: number;
  volume: number;
  turnover: number;
  quantity: number;
  ordinal: number;
  openDue: boolean;
  highDue: boolean;
  lowDue: boolean;
};

export const TRADE_SHARE = 0.68;
/** Volume of a session that is spread over its trades; the rest shows at the close. */
const SPREAD_SHARE = 0.8;
/** One minute in this many is a surge, with so many times the volume. */
export const SURGE_ONE_IN = 40;
export const SURGE_FACTOR = 5;
const AFTER_CLOSE_ONE_IN = 3;
const ANCHOR_MARGIN = 0.08;

/** Puts an instrument at the beginning of its day. */
export function startWalk(input: TokenWalkInput): TokenWalk {
  const { instrument, session, stream } = input;
  const day = must(input.day, "an instrument that ticks has a bar of the day");
  const isStock = instrument.kind === "stock";
  const hasAuction = instrument.hasAuction && session.auction !== null;
  const openSecond = session.openMinute * SECONDS_PER_MINUTE;
  const endMinute = hasAuction ? (session.auction?.fromMinute ?? 0) : session.closeMinute;
  const endSecond = endMinute * SECONDS_PER_MINUTE;
  const minutes = endMinute - session.openMinute;
  const surgeMean = 1 + (SURGE_FACTOR - 1) / SURGE_ONE_IN;
  const perMinute = Math.min(input.packetsPerMinute, isStock ? Infinity : SECONDS_PER_MINUTE);
  const trades = Math.max(1, perMinute * minutes * TRADE_SHARE);
  const anchor = (index: number): number =>
    openSecond +
    Math.floor(
      (endSecond - openSecond) *
        (ANCHOR_MARGIN + (1 - 2 * ANCHOR_MARGIN) * (mixAt(stream, index) / 2 ** 32)),
    );
  const preOpenSecond = session.preOpen && session.preOpen.fromMinute * SECONDS_PER_MINUTE;
  return {
    token: input.token,
    day,
    session,
    stream,
    isStock,
    hasAuction,
    hasAfter: input.afterClose && !hasAuction && mixAt(stream, 4) % AFTER_CLOSE_ONE_IN === 0,
    packetsPerMinute: perMinute,
    packetsPerStepMax: 8 + Math.ceil((perMinute / SECONDS_PER_MINUTE) * 2),
    openSecond,
    endSecond,
    highSecond: anchor(1),
    lowSecond: anchor(2),
    quantityMean: (SPREAD_SHARE * day.volume) / (trades * surgeMean),
    phase: preOpenSecond === null ? "trading" : "indicative",
    dueSecond: preOpenSecond === null ? openSecond : preOpenSecond + (mixAt(stream, 3) % 20),
    random: stream | 1,
    price: day.previousClose,
    volume: 0,
    turnover: 0,
    quantity: 0,
    ordinal: 0,
    openDue: !isStock || session.preOpen === null,
    highDue: true,
    lowDue: true,
  };
}
