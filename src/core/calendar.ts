/**
 * Exchange calendars as values: which days are sessions, when each closes, and from when its row
 * can be whole. Outside the announced range every question fails closed with that reason.
 */
import type { EpochMs } from "./clock.ts";
import { MeridianError } from "./meridian-error.ts";
import {
  type DayNumber,
  type SessionDate,
  dateOfDayNumber,
  dayNumberOf,
  weekdayOf,
} from "./session-date.ts";

/** Minutes after local midnight. */
export type MinuteOfDay = number;

/** Facts from which a calendar is built. Dates are the exchange's local days. */
export type CalendarFacts = {
  readonly id: string;
  /** Version of the facts as published with the product, e.g. `nyse-2027.1`. */
  readonly version: string;
  /** IANA zone of the exchange. */
  readonly timeZone: string;
  /** First and last day for which the facts are announced. */
  readonly from: SessionDate;
  readonly to: SessionDate;
  readonly openMinute: MinuteOfDay;
  readonly closeMinute: MinuteOfDay;
  /** Weekdays on which the exchange is closed. */
  readonly closed: ReadonlyMap<SessionDate, string>;
  /** Sessions at other hours, and sessions on days that are otherwise closed. */
  readonly special: ReadonlyMap<SessionDate, SpecialSession>;
  /** Regular hours of former times, oldest first; the ones above hold after the last of them. */
  readonly formerHours?: readonly FormerHours[] | undefined;
  /** An auction that sets closing prices, in sessions that close at the regular minute. */
  readonly closingAuction?: ClosingAuction | undefined;
};

export type FormerHours = {
  /** The last day of these hours. */
  readonly to: SessionDate;
  readonly openMinute: MinuteOfDay;
  readonly closeMinute: MinuteOfDay;
};

export type ClosingAuction = {
  readonly from: SessionDate;
  /** Instruments that take part trade no more from here on. */
  readonly openMinute: MinuteOfDay;
  readonly closeMinute: MinuteOfDay;
};

/** From a minute on, to before another. */
export type MinuteSpan = { readonly fromMinute: MinuteOfDay; readonly toMinute: MinuteOfDay };

/**
 * How the hours of a session are known: from the exchange; assumed to be the regular ones; or not yet
 * announced, when the whole day stands for them and nobody can say when trading begins.
 */
export type HoursKnown = "announced" | "assumed" | "not_announced";

export type SpecialSession = {
  readonly openMinute: MinuteOfDay;
  /** 1440 is the end of the day. */
  readonly closeMinute: MinuteOfDay;
  readonly name: string;
  /** Pauses and halts between opening and close, ascending. */
  readonly breaks?: readonly MinuteSpan[] | undefined;
  /** `announced` where it is absent. */
  readonly known?: HoursKnown | undefined;
};

/** A session's hours by the wall clock of the exchange. */
export type WallHours = {
  readonly openMinute: MinuteOfDay;
  readonly closeMinute: MinuteOfDay;
  readonly breaks: readonly MinuteSpan[];
  readonly auction: MinuteSpan | null;
  readonly known: HoursKnown;
};

/** From an instant on, to before another. */
export type InstantSpan = { readonly from: EpochMs; readonly to: EpochMs };

export type SessionHours = {
  readonly session: SessionDate;
  readonly opensAt: EpochMs;
  readonly closesAt: EpochMs;
  readonly breaks: readonly InstantSpan[];
  readonly auction: InstantSpan | null;
  readonly known: HoursKnown;
};

/** A calendar ready for questions. Made by `buildCalendar`; never changed. */
export type Calendar = {
  readonly facts: CalendarFacts;
  /** Day numbers of all sessions, ascending. */
  readonly sessions: Int32Array;
  readonly fromDay: DayNumber;
  readonly toDay: DayNumber;
};

const MINUTE_MS = 60_000;
const MINUTES_OF_DAY = 1440;
const SATURDAY = 6;
const SUNDAY = 0;

/** Lists all sessions between `facts.from` and `facts.to`, both included. */
export function buildCalendar(facts: CalendarFacts): Calendar {
  const fromDay = dayNumberOf(facts.from);
  const toDay = dayNumberOf(facts.to);
  const closed = new Set([...facts.closed.keys()].map(dayNumberOf));
  const special = new Set([...facts.special.keys()].map(dayNumberOf));
  const sessions: number[] = [];
  for (let day: number = fromDay; day <= toDay; day++) {
    const weekday = weekdayOf(day);
    const isWeekend = weekday === SATURDAY || weekday === SUNDAY;
    if (special.has(day as DayNumber) || (!isWeekend && !closed.has(day as DayNumber))) {
      sessions.push(day);
    }
  }
  return { facts, sessions: Int32Array.from(sessions), fromDay, toDay };
}

/** Whether the day lies in the announced range, where the calendar may be asked at all. */
export function isCovered(calendar: Calendar, day: number): boolean {
  return day >= calendar.fromDay && day <= calendar.toDay;
}

/** Index of the day in `calendar.sessions`, or -1 when it is no session (or not covered). */
export function sessionIndexOf(calendar: Calendar, day: number): number {
  const index = lowerBound(calendar.sessions, day);
  return calendar.sessions[index] === day ? index : -1;
}

export function isSession(calendar: Calendar, day: number): boolean {
  return sessionIndexOf(calendar, day) >= 0;
}

/** Number of sessions on days before `day`; also the index of the first session on or after it. */
export function sessionsBefore(calendar: Calendar, day: number): number {
  return lowerBound(calendar.sessions, day);
}

/** The newest session on or before `day`. @throws CALENDAR_RANGE outside the announced range. */
export function sessionOnOrBefore(calendar: Calendar, day: number): DayNumber {
  requireCovered(calendar, day);
  const index = lowerBound(calendar.sessions, day + 1) - 1;
  const session = calendar.sessions[index];
  if (session === undefined) throw outOfRange(calendar, day);
  return session as DayNumber;
}

/** The first session after `day`. @throws CALENDAR_RANGE when the range holds none. */
export function sessionAfter(calendar: Calendar, day: number): DayNumber {
  requireCovered(calendar, day);
  const session = calendar.sessions[lowerBound(calendar.sessions, day + 1)];
  if (session === undefined) throw outOfRange(calendar, day);
  return session as DayNumber;
}

/** The hours of a session by the wall clock. @throws CALENDAR_RANGE when the day is none */
export function wallHoursOf(calendar: Calendar, day: number): WallHours {
  const session = dateOfDayNumber(day);
  if (!isSession(calendar, day)) throw outOfRange(calendar, day);
  const { facts } = calendar;
  const regular = facts.formerHours?.find((former) => session <= former.to) ?? facts;
  const special = facts.special.get(session);
  const { openMinute, closeMinute } = special ?? regular;
  const { closingAuction } = facts;
  const known = special?.known ?? "announced";
  const hasAuction =
    closingAuction !== undefined &&
    session >= closingAuction.from &&
    closeMinute === regular.closeMinute &&
    known !== "not_announced";
  return {
    openMinute,
    closeMinute,
    breaks: special?.breaks ?? [],
    auction: hasAuction
      ? { fromMinute: closingAuction.openMinute, toMinute: closingAuction.closeMinute }
      : null,
    known,
  };
}

/** The hours of a session as instants. @throws CALENDAR_RANGE when the day is none */
export function hoursOf(calendar: Calendar, day: number): SessionHours {
  const hours = wallHoursOf(calendar, day);
  const session = dateOfDayNumber(day);
  const instantOf = (minute: MinuteOfDay): EpochMs =>
    instantOfWallMinute(calendar, session, minute);
  const spanOf = ({ fromMinute, toMinute }: MinuteSpan): InstantSpan => ({
    from: instantOf(fromMinute),
    to: instantOf(toMinute),
  });
  return {
    session,
    opensAt: instantOf(hours.openMinute),
    closesAt: instantOf(hours.closeMinute),
    breaks: hours.breaks.map(spanOf),
    auction: hours.auction === null ? null : spanOf(hours.auction),
    known: hours.known,
  };
}

/** When nothing of the session's row can change any more but by correction: at the close, or after the auction. */
export function endOf(hours: Pick<SessionHours, "closesAt" | "auction">): EpochMs {
  return hours.auction !== null && hours.auction.to > hours.closesAt
    ? hours.auction.to
    : hours.closesAt;
}

/**
 * The newest session whose row is whole at `instant`: it ended at least `settleMinutes` before
 * (decision 2). @throws CALENDAR_RANGE when the instant lies outside the announced range.
 */
export function newestCompleteSession(
  calendar: Calendar,
  instant: EpochMs,
  settleMinutes: number,
): DayNumber {
  const localDay = localDayOf(calendar, instant);
  let session = sessionOnOrBefore(calendar, localDay);
  while (instant < endOf(hoursOf(calendar, session)) + settleMinutes * MINUTE_MS) {
    session = sessionOnOrBefore(calendar, session - 1);
  }
  return session;
}

/** The exchange's local day at an instant. */
export function localDayOf(calendar: Calendar, instant: EpochMs): DayNumber {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(
    calendar.facts.timeZone,
  );
  return dayNumberOf(zoned.toPlainDate().toString() as SessionDate);
}

/** The instant of a wall-clock minute of a local day in the exchange's zone. */
export function instantOfWallMinute(
  calendar: Calendar,
  date: SessionDate,
  minute: MinuteOfDay,
): EpochMs {
  const day = Temporal.PlainDate.from(date).add({ days: Math.floor(minute / MINUTES_OF_DAY) });
  const zoned = day.toZonedDateTime({
    timeZone: calendar.facts.timeZone,
    plainTime: new Temporal.PlainTime(Math.floor(minute / 60) % 24, minute % 60),
  });
  return zoned.epochMilliseconds as EpochMs;
}

function requireCovered(calendar: Calendar, day: number): void {
  if (!isCovered(calendar, day)) throw outOfRange(calendar, day);
}

function outOfRange(calendar: Calendar, day: number): MeridianError {
  const { id, from, to } = calendar.facts;
  return new MeridianError("CALENDAR_RANGE", {
    message: `${dateOfDayNumber(day)} is outside what the ${id} calendar announces (${from} to ${to})`,
    facts: { calendar: id, date: dateOfDayNumber(day), from, to },
  });
}

/** First index whose value is not below `value`. */
function lowerBound(sorted: Int32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
