/**
 * Deals the times of a session out to buckets: what comes before the open, each minute, the closing
 * auction, and what comes after (decisions 15, 17). A bucket is what one candle of an instrument is made of.
 */
import { MINUTE_MS, istMidnightMs } from "../ticks/exchange-time.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";

/** Before the open: no candle, but the volume and the price that the first minute begins from. */
export const BUCKET_BEFORE = 0;
/** The first minute's; the others follow. */
export const BUCKET_OPEN = 1;

export type SessionBuckets = {
  /** Bucket of the last minute of continuous trading. */
  readonly last: number;
  readonly auction: number;
  readonly after: number;
  /** Milliseconds since midnight in India. */
  readonly openMs: number;
  /** When the last bucket with candles ends. */
  readonly endMs: number;
  readonly midnightMs: number;
  /** Before this time a minute is the same bucket for every instrument. */
  readonly alikeUntilMs: number;
  bucketOf(slot: number, dayMs: number): number;
  /** Whether a bucket can have a candle: neither before the open nor after the close. */
  makesCandle(bucket: number): boolean;
  /** First millisecond of a bucket, and the first after it. */
  startMsOf(bucket: number): number;
  endMsOf(bucket: number): number;
  /** Epoch minute with which a bucket's candle begins. */
  minuteOf(bucket: number): number;
  /** Bucket of an epoch minute of the session; those beyond the close count as the last. */
  bucketOfMinute(minute: number): number;
};

/** The buckets of a session whose instruments are given in the order of their slots. */
export function sessionBucketsOf(
  plan: Pick<SessionPlan, "session" | "openMinute" | "closeMinute" | "auction" | "instruments">,
): SessionBuckets {
  const { openMinute, closeMinute, auction } = plan;
  const midnightMs = istMidnightMs(plan.session);
  const midnightMinute = midnightMs / MINUTE_MS;
  const open = openMinute - midnightMinute;
  const last = closeMinute - openMinute;
  const auctionBucket = last + 1;
  const after = last + 2;
  const auctionFrom = auction === null ? 0 : auction.fromMinute - openMinute;
  const auctionTo = auction === null ? 0 : auction.toMinute - openMinute;
  const isInAuction = Uint8Array.from(plan.instruments, ({ hasAuction }) =>
    hasAuction && auction !== null ? 1 : 0,
  );
  const bucketOf = (slot: number, dayMs: number): number => {
    const minute = Math.floor(dayMs / MINUTE_MS) - open;
    if (minute < 0) return BUCKET_BEFORE;
    if (isInAuction[slot] === 1 && minute >= auctionFrom) {
      return minute < auctionTo ? auctionBucket : after;
    }
    return minute < last ? minute + BUCKET_OPEN : after;
  };
  const minuteOf = (bucket: number): number =>
    bucket === auctionBucket ? openMinute + auctionFrom : openMinute + bucket - BUCKET_OPEN;
  const startMsOf = (bucket: number): number => (minuteOf(bucket) - midnightMinute) * MINUTE_MS;
  return {
    last,
    auction: auctionBucket,
    after,
    openMs: open * MINUTE_MS,
    endMs: (open + Math.max(last, auctionTo)) * MINUTE_MS,
    midnightMs,
    alikeUntilMs: (open + (auction === null ? last : Math.min(last, auctionFrom))) * MINUTE_MS,
    bucketOf,
    makesCandle: (bucket) => bucket !== BUCKET_BEFORE && bucket !== after,
    startMsOf,
    endMsOf: (bucket) =>
      bucket === auctionBucket ? (open + auctionTo) * MINUTE_MS : startMsOf(bucket) + MINUTE_MS,
    minuteOf,
    bucketOfMinute: (minute) => Math.min(minute - openMinute + BUCKET_OPEN, last),
  };
}
