/**
 * Whether a stream may begin at an instant: in a session of the calendar, a while before it, or not at all
 * (spec 2.2). Pure; the calendar's answer comes in as values and waiting is the caller's.
 */
import {
  type Calendar,
  type SessionHours,
  endOf,
  hoursOf,
  isCovered,
  isSession,
  localDayOf,
  sessionAfter,
  sessionIndexOf,
} from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type SessionDate, dateOfDayNumber } from "#core/session-date.ts";

const MINUTE_MS = 60_000;
/** Connecting begins so long before the open: 09:00 for 09:15. */
const CONNECT_BEFORE_OPEN_MS = 15 * MINUTE_MS;
/** The stream ends by itself so long after the close: 15:45 for 15:30. */
const END_AFTER_CLOSE_MS = 15 * MINUTE_MS;
/** An auction's print comes within this after its end. */
const AUCTION_SETTLE_MS = 5 * MINUTE_MS;
/** A stream started earlier than this before connecting is not what its operator wants. */
const WAIT_MAX_MS = 120 * MINUTE_MS;

/** A session with the instants between which it is streamed. */
export type StreamWindow = SessionHours & {
  readonly connectsAt: EpochMs;
  readonly endsAt: EpochMs;
};

export type StartDecision =
  | { readonly kind: "go"; readonly window: StreamWindow }
  /** The session is near: wait until `window.connectsAt`. */
  | { readonly kind: "wait"; readonly window: StreamWindow }
  /** The session of this day is over; what was streamed of it can still be published. */
  | { readonly kind: "over"; readonly window: StreamWindow; readonly says: string }
  | { readonly kind: "none"; readonly says: string };

/** The window of a session day. @throws CALENDAR_RANGE when it is none */
export function windowOf(calendar: Calendar, day: number): StreamWindow {
  const hours = hoursOf(calendar, day);
  const { opensAt, closesAt } = hours;
  return {
    ...hours,
    connectsAt: (opensAt - CONNECT_BEFORE_OPEN_MS) as EpochMs,
    // The closing auction ends within these minutes; its print must have come.
    endsAt: Math.max(closesAt + END_AFTER_CLOSE_MS, endOf(hours) + AUCTION_SETTLE_MS) as EpochMs,
  };
}

/** Decides for an instant of the machine's clock. @throws CALENDAR_RANGE outside the announced range */
export function decideStart(calendar: Calendar, instant: EpochMs): StartDecision {
  const day = localDayOf(calendar, instant);
  const date = dateOfDayNumber(day);
  if (!isCovered(calendar, day)) throw outOfRange(calendar, date);
  if (!isSession(calendar, day)) {
    return {
      kind: "none",
      says: `${date} is no session of ${calendar.facts.id}; ${nextSession(calendar, day)}`,
    };
  }
  const window = windowOf(calendar, day);
  if (window.known === "not_announced") return { kind: "none", says: unknownHours(date) };
  if (instant >= window.endsAt) {
    const says = `the session of ${date} is over; ${nextSession(calendar, day)}`;
    return { kind: "over", window, says };
  }
  if (instant >= window.connectsAt) return { kind: "go", window };
  if (window.connectsAt - instant <= WAIT_MAX_MS) return { kind: "wait", window };
  const hours = Math.floor((window.connectsAt - instant) / (60 * MINUTE_MS));
  return {
    kind: "none",
    says: `the session of ${date} begins in more than ${hours} hours; start the stream within two hours of it`,
  };
}

/** The window of the day that packets tell, or why there is none. */
export function decideFeedSession(calendar: Calendar, day: number): StartDecision {
  const date = dateOfDayNumber(day);
  if (!isCovered(calendar, day)) throw outOfRange(calendar, date);
  if (!isSession(calendar, day)) {
    const says = `the feed is of ${date}, which is no session of ${calendar.facts.id}`;
    return { kind: "none", says };
  }
  const window = windowOf(calendar, day);
  if (window.known === "not_announced") return { kind: "none", says: unknownHours(date) };
  return { kind: "go", window };
}

function unknownHours(date: SessionDate): string {
  return `the exchange has announced a session on ${date}, but not its hours: add them to [india.calendar] open, or with calendar import`;
}

function nextSession(calendar: Calendar, day: number): string {
  const isLast = sessionIndexOf(calendar, calendar.sessions.at(-1) ?? day) < 0;
  if (isLast || day >= (calendar.sessions.at(-1) ?? day))
    return "the calendar announces no later one";
  return `the next one is ${dateOfDayNumber(sessionAfter(calendar, day))}`;
}

function outOfRange(calendar: Calendar, date: SessionDate): MeridianError {
  const { id, from, to } = calendar.facts;
  return new MeridianError("CALENDAR_RANGE", {
    message: `${date} is outside what the ${id} calendar announces (${from} to ${to})`,
    facts: { calendar: id, date, from, to },
  });
}
