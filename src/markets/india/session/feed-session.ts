/**
 * Which session a feed is of that keeps its own time: the day of its packets, once it is sure that they are
 * of now. What the vendor sends first can be the state of an earlier day (a snapshot on subscription). Pure.
 */
import type { SessionDate } from "#core/session-date.ts";
import { istDateOf } from "../ticks/exchange-time.ts";

const TOKEN_FROM = 1;
const TOKEN_TO = 27;

export interface FeedSession {
  /** Takes a frame whose exchange time is known. */
  observe(frame: Uint8Array, exchangeMs: number): void;
  /** The day, once it is sure. */
  date(): SessionDate | undefined;
  /** The newest day seen, for a feed that ends before anything is sure. */
  newestDate(): SessionDate | undefined;
}

/** Sure is a day on which one token shows two times, as a running feed does and a snapshot does not. */
export function createFeedSession(): FeedSession {
  const firstMsOf = new Map<string, number>();
  const decoder = new TextDecoder("latin1");
  let newestDate: SessionDate | undefined;
  let sureDate: SessionDate | undefined;
  return {
    observe: (frame, exchangeMs) => {
      const date = istDateOf(exchangeMs);
      if (newestDate === undefined || date > newestDate) newestDate = date;
      const key = `${decoder.decode(frame.subarray(TOKEN_FROM, TOKEN_TO))} ${date}`;
      const firstMs = firstMsOf.get(key);
      if (firstMs === undefined) firstMsOf.set(key, exchangeMs);
      else if (firstMs !== exchangeMs && (sureDate === undefined || date > sureDate)) {
        sureDate = date;
      }
    },
    date: () => sureDate,
    newestDate: () => newestDate,
  };
}
