/**
 * Which session a feed is of that keeps its own time: the day of its packets, once it is sure that they are
 * of now. What the vendor sends first can be the state of an earlier day (a snapshot on subscription). Pure.
 */
import type { SessionDate } from "#core/session-date.ts";
import { istDateOf } from "../ticks/exchange-time.ts";

/** A feed that shows nothing but single packets is taken at its word after this. */
const DOUBT_MS_MAX = 2000;
const TOKEN_FROM = 1;
const TOKEN_TO = 27;

export interface FeedSession {
  /** Takes a frame whose exchange time is known. */
  observe(frame: Uint8Array, exchangeMs: number, monotonicMs: number): void;
  /** The day, once it is sure. */
  date(monotonicMs: number): SessionDate | undefined;
}

/**
 * Sure is a day on which one token shows two times, as a running feed does and a snapshot does not; else,
 * after a while, the newest day seen.
 */
export function createFeedSession(): FeedSession {
  const firstMsOf = new Map<string, number>();
  const decoder = new TextDecoder("latin1");
  let firstSeenMs: number | undefined;
  let newestDate: SessionDate | undefined;
  let sureDate: SessionDate | undefined;
  return {
    observe: (frame, exchangeMs, monotonicMs) => {
      firstSeenMs ??= monotonicMs;
      const date = istDateOf(exchangeMs);
      if (newestDate === undefined || date > newestDate) newestDate = date;
      const key = `${decoder.decode(frame.subarray(TOKEN_FROM, TOKEN_TO))} ${date}`;
      const firstMs = firstMsOf.get(key);
      if (firstMs === undefined) firstMsOf.set(key, exchangeMs);
      else if (firstMs !== exchangeMs && (sureDate === undefined || date > sureDate)) {
        sureDate = date;
      }
    },
    date: (monotonicMs) => {
      if (sureDate !== undefined) return sureDate;
      const isLong = firstSeenMs !== undefined && monotonicMs - firstSeenMs >= DOUBT_MS_MAX;
      return isLong ? newestDate : undefined;
    },
  };
}
