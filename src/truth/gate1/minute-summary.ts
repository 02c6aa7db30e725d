/**
 * Says what one symbol's minute candles of a session amount to: how many there are of how many its hours
 * hold, where some are missing, and one word for it. Reported for people; truth time never waits for it.
 */
import { type TradingMinutes, expectedStarts } from "./minute-rules.ts";

/** What a session's candles of one symbol are; the first of these that holds. */
export type MinuteWord = "EMPTY" | "GAPS" | "LATE_START" | "EARLY_END" | "INCOMPLETE" | "WHOLE";

/** What a session is to all symbols. */
export type SessionFacts = {
  readonly session: string;
  readonly hours: TradingMinutes;
  /** Minutes to add to UTC for the exchange's local time. */
  readonly offsetMinutes: number;
  /** Instruments in the closing auction trade no more from here on; null without one. */
  readonly auctionFromMinute: number | null;
  /** Codes that hold for all symbols of the session; see `sessionNotes`. */
  readonly notes: readonly string[];
};

/** One symbol's candles of the session. */
export type SymbolMinutes = {
  readonly symbol: string;
  readonly interval: "1m" | "5m";
  readonly barMinutes: number;
  /** Starts of its minute candles in epoch minutes, ascending; auctions are none. */
  readonly starts: readonly number[];
  readonly hasAuction: boolean;
  readonly incomplete: number;
  readonly sources: { readonly stream: number; readonly rest: number; readonly import: number };
  readonly quarantined: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly outside: number;
  readonly restated: number;
};

/** Judges one symbol's session. */
export function summariseMinutes(of: SymbolMinutes, session: SessionFacts) {
  const { symbol, interval, starts, incomplete, quarantined, duplicates, outside } = of;
  const expected = expectedOf(of, session);
  const there = new Set(starts);
  const [first, last] = [starts[0], starts.at(-1)];
  const absent = expected.filter((start) => !there.has(start));
  const missingAtStart = first === undefined ? 0 : absent.filter((start) => start < first).length;
  const missingAtEnd = last === undefined ? 0 : absent.filter((start) => start > last).length;
  const clock = (minute: number | undefined): string | null =>
    minute === undefined ? null : clockText(minute + session.offsetMinutes);
  const counts = { missing: absent.length, missingAtStart, missingAtEnd };
  return {
    symbol,
    session: session.session,
    interval,
    ...judge({ of, expected: expected.length, first: clock(first), last: clock(last), ...counts }),
    notes: [...session.notes, ...notesOf(of, counts)],
    bars: starts.length,
    expected: expected.length,
    ...counts,
    incomplete,
    quarantined,
    duplicates,
    outside,
    first: clock(first),
    last: clock(last),
    sources: { ...of.sources },
  };
}

/** Whoever is in the closing auction, or prints nothing from its beginning on, is not expected there. */
function expectedOf(of: SymbolMinutes, { hours, auctionFromMinute }: SessionFacts): number[] {
  const expected = expectedStarts(hours, of.barMinutes);
  if (auctionFromMinute === null) return expected;
  const last = of.starts.at(-1);
  const isInAuction = of.hasAuction || (last !== undefined && last < auctionFromMinute);
  return isInAuction ? expected.filter((start) => start < auctionFromMinute) : expected;
}

type Judged = {
  readonly of: SymbolMinutes;
  readonly expected: number;
  readonly missing: number;
  readonly missingAtStart: number;
  readonly missingAtEnd: number;
  readonly first: string | null;
  readonly last: string | null;
};

function judge(of: Judged): { readonly judgement: MinuteWord; readonly reason: string } {
  const { expected, missing, missingAtStart, missingAtEnd, first, last } = of;
  const inside = missing - missingAtStart - missingAtEnd;
  const share = `${missing} of ${expected} bars are missing`;
  if (first === null) {
    return { judgement: "EMPTY", reason: `none of ${expected} bars is there` };
  }
  if (inside > 0) {
    const ends = [
      ...(missingAtStart > 0 ? [`${missingAtStart} before the first at ${first}`] : []),
      ...(missingAtEnd > 0 ? [`${missingAtEnd} after the last at ${last}`] : []),
    ];
    return {
      judgement: "GAPS",
      reason: [`${share}, ${inside} of them inside`, ...ends].join(", "),
    };
  }
  if (missingAtStart > 0) {
    return { judgement: "LATE_START", reason: `${share}: the first starts at ${first}` };
  }
  if (missingAtEnd > 0) {
    return { judgement: "EARLY_END", reason: `${share}: the last starts at ${last}` };
  }
  if (of.of.incomplete > 0) {
    return {
      judgement: "INCOMPLETE",
      reason: `all ${expected} bars are there, ${of.of.incomplete} of them incomplete`,
    };
  }
  return { judgement: "WHOLE", reason: `all ${expected} bars are there` };
}

function notesOf(
  of: SymbolMinutes,
  counts: Pick<Judged, "missing" | "missingAtStart" | "missingAtEnd">,
): string[] {
  const { missing, missingAtStart, missingAtEnd } = counts;
  const isEmpty = of.starts.length === 0;
  return [
    ...(!isEmpty && missingAtStart > 0 ? ["LATE_START"] : []),
    ...(!isEmpty && missingAtEnd > 0 ? ["EARLY_END"] : []),
    ...(!isEmpty && missing > missingAtStart + missingAtEnd ? ["GAPS"] : []),
    ...(of.incomplete > 0 ? ["INCOMPLETE_BARS"] : []),
    ...(of.duplicates > 0 ? ["DUPLICATES_DROPPED"] : []),
    ...(of.conflicts > 0 ? ["CONFLICTS_REFUSED"] : []),
    ...(of.outside > 0 ? ["OUTSIDE_HOURS_REFUSED"] : []),
    ...(of.restated > 0 ? ["RESTATED"] : []),
  ];
}

/** Minutes since an epoch as HH:MM of their day. */
function clockText(minutes: number): string {
  const ofDay = ((minutes % 1440) + 1440) % 1440;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}`;
}
