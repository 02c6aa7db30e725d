/** Small tick logs for tests: a plan, frames, and what a segment holds as values. */
import type { EpochMs } from "#core/clock.ts";
import { sessionDate } from "#core/session-date.ts";
import { MINUTE_MS, istMidnightMs } from "./exchange-time.ts";
import type { SessionPlan } from "./session-instruments.ts";
import {
  type LogBytes,
  payloadLengthAt,
  receivedAtMsAt,
  RECORD_HEAD_BYTES,
  recordKindAt,
} from "./tick-log-format.ts";

export const SCENE_SESSION = sessionDate("2026-06-12");
const NINE_FIFTEEN = 555;
const SESSION_MINUTES = 375;

/** Epoch minute of the open of the scene's session. */
export const SCENE_OPEN = istMidnightMs(SCENE_SESSION) / MINUTE_MS + NINE_FIFTEEN;
/** When the scene's streams begin: 09:00 in India. */
export const SCENE_START = (SCENE_OPEN * MINUTE_MS - 900_000) as EpochMs;

/** A plan of two stocks and an index. */
export const SCENE_PLAN: SessionPlan = {
  session: SCENE_SESSION,
  mode: "quote",
  openMinute: SCENE_OPEN,
  closeMinute: SCENE_OPEN + SESSION_MINUTES,
  auction: null,
  sealDelayMs: 2000,
  clock: "feed",
  instruments: [
    { symbol: "TCS", token: "11536", exchangeType: 1, isIndex: false, hasAuction: false },
    { symbol: "Nifty 50", token: "99926000", exchangeType: 1, isIndex: true, hasAuction: false },
    { symbol: "INFY", token: "1594", exchangeType: 1, isIndex: false, hasAuction: false },
  ],
};

export type RecordValues = {
  readonly kind: number;
  readonly receivedAt: number;
  readonly payload: string;
};

/** Records as values; payloads in hexadecimal. */
export function recordsIn({ view, from, to }: LogBytes): RecordValues[] {
  const records: RecordValues[] = [];
  for (let at = from; at < to;) {
    const length = payloadLengthAt(view, at);
    const start = view.byteOffset + at + RECORD_HEAD_BYTES;
    const payload = new Uint8Array(view.buffer, start, length).toHex();
    records.push({ kind: recordKindAt(view, at), receivedAt: receivedAtMsAt(view, at), payload });
    at += RECORD_HEAD_BYTES + length;
  }
  return records;
}
