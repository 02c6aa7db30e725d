/**
 * What the faults of single packets make of one packet: send it, send it twice, spoil it, or hold it back
 * until it is out of order or late. A packet that does not suit the fault is left alone, so that what a
 * fault changes is known exactly.
 */
import { must, unreachable } from "#core/assert.ts";
import { type TickTimeline, neighbourRow } from "../synthetic-market/tick-columns.ts";
import { SECONDS_PER_MINUTE } from "../synthetic-market/tick-session.ts";
import { tradingSpan } from "../synthetic-market/tick-truth.ts";
import { changesNothing } from "./delivery-ledger.ts";
import type { FaultRule } from "./fault-book.ts";
import type { FeedConnection, QueuedPacket } from "./feed-connection.ts";
import { LAST_PRICE_AT, VOLUME_AT } from "./packet-book.ts";

/** When a packet that is held back may go: after a row has passed, or once a second was delivered. */
type Release = {
  readonly packet: QueuedPacket;
  readonly afterRow?: number | undefined;
  readonly afterSecond?: number | undefined;
  /** The packet itself went out already. */
  readonly isCopy?: boolean | undefined;
};

export type HeldPacket = Release & { readonly connection: FeedConnection };

/** What becomes of a packet. */
export type PacketPlan = {
  readonly send?: QueuedPacket | undefined;
  readonly also?: QueuedPacket | undefined;
  readonly hold?: Release | undefined;
};

const LATE_SECONDS = 1;
/** A packet this close to the end of the session is not made late: nothing might come after it. */
const LATE_MARGIN_SECONDS = 120;
const DECREASE_SHARE = 0.1;

/** The plan for a packet that suits the rule; `undefined` for one that does not. */
export function planPacket(
  timeline: TickTimeline,
  rule: FaultRule,
  packet: QueuedPacket,
  sealDelaySeconds: number,
): PacketPlan | undefined {
  const { row } = packet;
  const token = timeline.token[row] ?? 0;
  const instrument = must(timeline.instruments[token], "a packet belongs to an instrument");
  if (rule.token !== undefined && rule.token !== instrument.token) return undefined;
  switch (rule.fault) {
    case "duplicate":
      return duplicated(packet, rule.args?.packets ?? 0);
    case "reorder":
      return isTrading(timeline, row) ? reordered(timeline, packet) : undefined;
    case "late":
      return isTrading(timeline, row)
        ? late(timeline, packet, sealDelaySeconds + (rule.args?.seconds ?? LATE_SECONDS))
        : undefined;
    case "zero_price":
      return isTrading(timeline, row) && changesNothing(timeline, row)
        ? { send: spoilt(packet, LAST_PRICE_AT, 0) }
        : undefined;
    case "volume_decrease":
      return decreased(timeline, rule, packet);
    case "drop":
    case "stall_pong_alive":
    case "half_open":
    case "slow_consumer":
    case "garbage_frame":
    case "suspended_host":
    case "token_expiry":
    case "upgrade_401":
    case "upgrade_429":
    case "stale_snapshot":
    case "ab1004_storm":
    case "text_403":
    case "empty_body":
    case "gateway_error":
    case "string_false":
    case "login_refused":
    case "instruments_404":
    case "instruments_null":
      return undefined;
    default:
      return unreachable(rule.fault);
  }
}

function duplicated(packet: QueuedPacket, packetsLater: number): PacketPlan {
  if (packetsLater === 0) return { send: packet, also: packet };
  return {
    send: packet,
    hold: { packet, afterRow: packet.row + packetsLater, isCopy: true },
  };
}

/** Only when the next packet of the instrument comes in the same minute, which is then not sealed. */
function reordered(timeline: TickTimeline, packet: QueuedPacket): PacketPlan | undefined {
  const next = neighbourRow(timeline, packet.row, 1);
  if (next === undefined || minuteOf(timeline, next) !== minuteOf(timeline, packet.row)) {
    return undefined;
  }
  return { hold: { packet, afterRow: next } };
}

function late(
  timeline: TickTimeline,
  packet: QueuedPacket,
  secondsAfterMinute: number,
): PacketPlan | undefined {
  const sealedAt = (minuteOf(timeline, packet.row) + 1) * SECONDS_PER_MINUTE;
  const last = timeline.second[timeline.length - 1] ?? 0;
  if (sealedAt + secondsAfterMinute + LATE_MARGIN_SECONDS > last) return undefined;
  return { hold: { packet, afterSecond: sealedAt + secondsAfterMinute } };
}

function decreased(
  timeline: TickTimeline,
  rule: FaultRule,
  packet: QueuedPacket,
): PacketPlan | undefined {
  const { row, mode } = packet;
  const volume = timeline.volume[row] ?? 0;
  if (mode === 1 || volume === 0) return undefined;
  if (!isTrading(timeline, row) || !changesNothing(timeline, row)) return undefined;
  const next = neighbourRow(timeline, row, 1);
  const isLast = next === undefined || minuteOf(timeline, next) !== minuteOf(timeline, row);
  if (isLast !== (rule.args?.last ?? false)) return undefined;
  const shares = rule.args?.shares ?? Math.ceil(volume * DECREASE_SHARE);
  return { send: spoilt(packet, VOLUME_AT, Math.max(0, volume - shares)) };
}

function spoilt(packet: QueuedPacket, at: number, value: number): QueuedPacket {
  const bytes = Buffer.from(packet.bytes);
  bytes.writeBigInt64LE(BigInt(value), at);
  return { ...packet, bytes };
}

/** Stocks in continuous trading; an index has no sequence by which order could be told. */
function isTrading(timeline: TickTimeline, row: number): boolean {
  const token = timeline.token[row] ?? 0;
  const minute = minuteOf(timeline, row);
  const span = tradingSpan(timeline, token);
  return (
    timeline.instruments[token]?.kind === "stock" &&
    minute >= span.fromMinute &&
    minute < span.toMinute
  );
}

function minuteOf(timeline: TickTimeline, row: number): number {
  return Math.floor((timeline.second[row] ?? 0) / SECONDS_PER_MINUTE);
}
