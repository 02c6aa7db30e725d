/**
 * The ticks of the benchmarks: a SYNTHETIC session of quote packets, made by seed, as the records that a
 * stream's log would hold - the session, frames as they arrive, seals. A seed decides which packets come
 * behind the next one of their token and which come twice. What becomes of them is measured elsewhere.
 */
import { buildCalendar } from "#core/calendar.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import { seededRandom } from "#core/random.ts";
import { sessionDate } from "#core/session-date.ts";
import { NSE_FACTS } from "#markets/india/nse-facts.ts";
import { createRecordBuffer } from "#markets/india/ticks/record-buffer.ts";
import type { SessionPlan } from "#markets/india/ticks/session-instruments.ts";
import {
  type LogBytes,
  payloadLengthAt,
  RECORD_HEAD_BYTES,
  RECORD_KINDS,
  receivedAtMsAt,
  recordKindAt,
} from "#markets/india/ticks/tick-log-format.ts";
import { NSE_CASH, PacketBook } from "../simulators/smartapi/packet-book.ts";
import { buildIndiaMarket } from "../simulators/synthetic-market/india-market.ts";
import { indiaStockNames } from "../simulators/synthetic-market/india-roster.ts";
import { type TickTimeline, neighbourRow } from "../simulators/synthetic-market/tick-columns.ts";
import { midnightMinuteOf, tickSessionOf } from "../simulators/synthetic-market/tick-session.ts";
import { makeTickTimeline } from "../simulators/synthetic-market/tick-timeline.ts";

export type TickSize = {
  readonly seed: number;
  /** Stocks and the five indices together. */
  readonly tokens: number;
  /** About so many; the walk of prices decides. */
  readonly ticks: number;
  /** One stock's packet in so many comes twice, one in so many behind the next of its token; 0 for none. */
  readonly duplicateEvery: number;
  readonly reorderEvery: number;
};

export type TickInput = {
  readonly plan: SessionPlan;
  readonly timeline: TickTimeline;
  /** The records of the log in their order, in stretches. */
  readonly stretches: readonly LogBytes[];
  /** Frames of the log; each is one packet. */
  readonly frames: number;
  readonly duplicates: number;
  readonly reordered: number;
};

const DATE = sessionDate("2026-06-12");
/** Daily bars before the day are only walked to reach it. */
const HISTORY_FROM = sessionDate("2026-05-04");
const INDICES = 5;
const MODE_QUOTE = 2;
const SECONDS_PER_MINUTE = 60;
const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60_000;
const SEAL_DELAY_SECONDS = 2;
/** How long a packet is on its way. */
const TRANSIT_MS = 50;
const FRAME_HEAD_BYTES = 1;
const STRETCH_BYTES = 8 * 1024 * 1024;

/** Makes the session. */
export function makeTickInput(size: TickSize): TickInput {
  const calendar = buildCalendar(NSE_FACTS);
  const stocks = indiaStockNames(size.tokens - INDICES);
  const market = buildIndiaMarket({ seed: size.seed, calendar, stocks, from: HISTORY_FROM });
  const session = tickSessionOf(calendar, DATE);
  const minutes = session.closeMinute - session.openMinute;
  const activity = market.instruments.reduce((sum, one) => sum + one.activity, 0);
  const packetsPerMinute = size.ticks / minutes / activity;
  const timeline = makeTickTimeline({ market, session, packetsPerMinute });
  const plan = planOf(timeline);
  return { plan, timeline, ...logOf(timeline, plan, size) };
}

/** Midnight in India of the session's day. */
export function midnightMsOf({ timeline }: Pick<TickInput, "timeline">): number {
  return midnightMinuteOf(timeline.session.date) * MS_PER_MINUTE;
}

/** The packets as they arrive; those of `fromMinute` on, if that is given. Views, not copies. */
export function* framesOf(
  { stretches }: Pick<TickInput, "stretches">,
  fromMinute = 0,
): Generator<Uint8Array> {
  for (const { view, to } of stretches) {
    for (let at = 0; at < to;) {
      const payload = at + RECORD_HEAD_BYTES;
      const length = payloadLengthAt(view, at);
      const isFrame = recordKindAt(view, at) === RECORD_KINDS.FRAME;
      if (isFrame && receivedAtMsAt(view, at) >= fromMinute * MS_PER_MINUTE) {
        yield new Uint8Array(view.buffer, payload + FRAME_HEAD_BYTES, length - FRAME_HEAD_BYTES);
      }
      at = payload + length;
    }
  }
}

function planOf({ instruments, session }: TickTimeline): SessionPlan {
  const midnight = midnightMinuteOf(session.date);
  return {
    session: session.date,
    mode: "quote",
    openMinute: midnight + session.openMinute,
    closeMinute: midnight + session.closeMinute,
    auction: null,
    sealDelayMs: SEAL_DELAY_SECONDS * MS_PER_SECOND,
    clock: "machine",
    instruments: instruments.map(({ name, token, kind }) => ({
      symbol: name,
      token,
      exchangeType: NSE_CASH,
      isIndex: kind !== "stock",
      hasAuction: false,
    })),
  };
}

/** Lets the packets arrive one by one, and seals each minute two seconds after its end. */
function logOf(timeline: TickTimeline, plan: SessionPlan, size: TickSize) {
  const random = seededRandom(size.seed);
  const isDue = (every: number): boolean => every > 0 && random() * every < 1;
  const midnight = midnightMinuteOf(timeline.session.date);
  const book = new PacketBook(timeline);
  const log = createLog();
  const heldBack = new Map<number, Uint8Array>();
  const counts = { frames: 0, duplicates: 0, reordered: 0 };
  let sealed = plan.openMinute - 1;

  const sealThrough = (minute: number, atMs: number): void => {
    while (sealed < Math.min(minute, plan.closeMinute - 1)) log.seal(++sealed, atMs);
  };
  const arrive = (packet: Uint8Array, atMs: number): void => {
    log.frame(packet, atMs);
    counts.frames += 1;
  };
  log.begin(plan);
  for (let row = 0; row < timeline.length; row++) {
    const second = timeline.second[row] ?? 0;
    const token = timeline.token[row] ?? 0;
    const atMs = midnight * MS_PER_MINUTE + second * MS_PER_SECOND + TRANSIT_MS;
    sealThrough(midnight + minuteOf(second - SEAL_DELAY_SECONDS) - 1, atMs);
    book.advance(row);
    const packet = book.packetOf(token, MODE_QUOTE);
    const before = heldBack.get(token);
    if (timeline.instruments[token]?.kind !== "stock") {
      arrive(packet, atMs);
    } else if (before === undefined && hasNextInMinute(timeline, row) && isDue(size.reorderEvery)) {
      heldBack.set(token, Uint8Array.from(packet));
    } else {
      arrive(packet, atMs);
      if (isDue(size.duplicateEvery)) {
        arrive(packet, atMs);
        counts.duplicates += 1;
      }
      if (before === undefined) continue;
      arrive(before, atMs);
      heldBack.delete(token);
      counts.reordered += 1;
    }
  }
  sealThrough(plan.closeMinute - 1, plan.closeMinute * MS_PER_MINUTE + plan.sealDelayMs);
  return { ...counts, stretches: log.end() };
}

function minuteOf(second: number): number {
  return Math.floor(second / SECONDS_PER_MINUTE);
}

function hasNextInMinute(timeline: TickTimeline, row: number): boolean {
  const next = neighbourRow(timeline, row, 1);
  if (next === undefined) return false;
  return minuteOf(timeline.second[next] ?? 0) === minuteOf(timeline.second[row] ?? 0);
}

/** Collects records into stretches of memory. */
function createLog() {
  const buffer = createRecordBuffer();
  const stretches: LogBytes[] = [];
  const cut = (): void => {
    const bytes = buffer.bytes().slice();
    stretches.push({ view: new DataView(bytes.buffer), from: 0, to: bytes.length });
    buffer.clear();
  };
  return {
    begin: (plan: SessionPlan): void => {
      const openMs = plan.openMinute * MS_PER_MINUTE;
      buffer.appendJson(RECORD_KINDS.SESSION, canonicalJson(plan), openMs);
    },
    frame: (packet: Uint8Array, atMs: number): void => {
      buffer.appendFrame(0, packet, atMs);
      if (buffer.length() >= STRETCH_BYTES) cut();
    },
    seal: (minute: number, atMs: number): void => buffer.appendSeal(minute, atMs),
    end: (): LogBytes[] => {
      cut();
      return stretches;
    },
  };
}
