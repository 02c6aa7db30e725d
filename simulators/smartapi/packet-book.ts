/**
 * The newest packet of every instrument, as bytes of the vendor's modes 1 to 3: little endian, each mode
 * a prefix of the next. Written from the vendor's layout and shared with nobody, so that a mistake of the
 * product's decoder cannot hide in it.
 */
import { mixAt } from "../synthetic-market/counter-random.ts";
import { type TickTimeline, sequenceOf } from "../synthetic-market/tick-columns.ts";
import { SECONDS_PER_MINUTE, midnightMinuteOf } from "../synthetic-market/tick-session.ts";

/** Subscription modes: last price, quote, quote with depth. */
export const STREAM_MODES = [1, 2, 3] as const;
export type StreamMode = (typeof STREAM_MODES)[number];

/** Bytes of a packet by mode. */
export const PACKET_BYTES: Readonly<Record<StreamMode, number>> = { 1: 51, 2: 123, 3: 379 };

/** Segment of NSE cash shares and indices. */
export const NSE_CASH = 1;
/** Offsets that faults and stamps write to. */
export const LAST_PRICE_AT = 43;
export const LAST_QUANTITY_AT = 51;
export const VOLUME_AT = 67;

const EXCHANGE_AT = 1;
const TOKEN_AT = 2;
const TOKEN_BYTES_MAX = 25;
const SEQUENCE_AT = 27;
const TIME_AT = 35;
const AVERAGE_AT = 59;
const BUY_QUANTITY_AT = 75;
const SELL_QUANTITY_AT = 83;
const OPEN_AT = 91;
const HIGH_AT = 99;
const LOW_AT = 107;
const CLOSE_AT = 115;
const LAST_TRADE_TIME_AT = 123;
const OPEN_INTEREST_CHANGE_AT = 139;
const DEPTH_AT = 147;
const DEPTH_LEVELS = 5;
const LEVEL_BYTES = 20;
const UPPER_CIRCUIT_AT = 347;
const LOWER_CIRCUIT_AT = 355;
const YEAR_HIGH_AT = 363;
const YEAR_LOW_AT = 371;
const SLOT_BYTES = PACKET_BYTES[3];
const UINT32 = 2 ** 32;
const MS_PER_MINUTE = 60_000;
const MS_PER_SECOND = 1000;
const TICK_PAISE = 5;
const CIRCUIT_SHARE = 0.1;
const YEAR_SHARE = 0.3;
/** What the vendor calls dummy: any number may stand here. */
const GARBAGE_CHANGE = 4.9e-324;

/** Packets of a session, kept up to date row by row. */
export class PacketBook {
  readonly #timeline: TickTimeline;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #midnightMs: number;
  readonly #high: Int32Array;
  readonly #low: Int32Array;

  constructor(timeline: TickTimeline) {
    const count = timeline.instruments.length;
    this.#timeline = timeline;
    this.#bytes = Buffer.alloc(count * SLOT_BYTES);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    this.#midnightMs = midnightMinuteOf(timeline.session.date) * MS_PER_MINUTE;
    this.#high = new Int32Array(count);
    this.#low = new Int32Array(count);
    for (let token = 0; token < count; token++) this.#writeFixed(token);
  }

  /** Makes the row the newest packet of its instrument. Rows come in their order. */
  advance(row: number): void {
    const { timeline, view } = { timeline: this.#timeline, view: this.#view };
    const token = timeline.token[row] ?? 0;
    const at = token * SLOT_BYTES;
    const price = timeline.price[row] ?? 0;
    const volume = timeline.volume[row] ?? 0;
    const timeMs = this.#midnightMs + (timeline.second[row] ?? 0) * MS_PER_SECOND;
    view.setUint32(at + SEQUENCE_AT, sequenceOf(timeline, row), true);
    view.setUint32(at + TIME_AT, timeMs % UINT32, true);
    view.setUint32(at + TIME_AT + 4, Math.floor(timeMs / UINT32), true);
    view.setUint32(at + LAST_PRICE_AT, price, true);
    const isTrade = volume !== view.getUint32(at + VOLUME_AT, true);
    view.setUint32(at + LAST_QUANTITY_AT, timeline.quantity[row] ?? 0, true);
    view.setUint32(at + AVERAGE_AT, timeline.average[row] ?? 0, true);
    view.setUint32(at + VOLUME_AT, volume, true);
    if (timeline.instruments[token]?.kind === "stock") this.#writeBook(at, row, price);
    if (isTrade) view.setUint32(at + LAST_TRADE_TIME_AT, timeMs / MS_PER_SECOND, true);
    this.#writeDay(at, token, row, price);
  }

  /** Bytes of the newest packet of an instrument; a view that the next `advance` changes. */
  packetOf(token: number, mode: StreamMode): Buffer {
    const at = token * SLOT_BYTES;
    this.#bytes[at] = mode;
    return this.#bytes.subarray(at, at + PACKET_BYTES[mode]);
  }

  /** Copies the newest packet to `target` and returns how many bytes that were. */
  copyPacket(token: number, mode: StreamMode, target: Buffer, targetAt: number): number {
    const at = token * SLOT_BYTES;
    this.#bytes[at] = mode;
    return this.#bytes.copy(target, targetAt, at, at + PACKET_BYTES[mode]);
  }

  /** Yesterday's last packet of an instrument, as the vendor sends it to who subscribes. */
  stalePacketOf(token: number, mode: StreamMode, previousCloseMs: number): Buffer {
    const packet = Buffer.from(this.packetOf(token, mode));
    const day = this.#timeline.days[token];
    packet.writeBigInt64LE(
      BigInt(Math.max(0, (this.#timeline.sequenceBase[token] ?? 0) - 1)),
      SEQUENCE_AT,
    );
    packet.writeBigInt64LE(BigInt(previousCloseMs), TIME_AT);
    packet.writeBigInt64LE(BigInt(day?.previousClose ?? 0), LAST_PRICE_AT);
    if (mode > 1) packet.writeBigInt64LE(BigInt(day?.volume ?? 0), VOLUME_AT);
    return packet;
  }

  #writeFixed(token: number): void {
    const at = token * SLOT_BYTES;
    const { instruments, days } = this.#timeline;
    this.#bytes[at + EXCHANGE_AT] = NSE_CASH;
    this.#bytes.write(instruments[token]?.token ?? "", at + TOKEN_AT, TOKEN_BYTES_MAX, "ascii");
    const previous = days[token]?.previousClose ?? 0;
    const share = (factor: number): number => Math.round(previous * factor);
    this.#view.setUint32(at + CLOSE_AT, previous, true);
    this.#view.setFloat64(at + OPEN_INTEREST_CHANGE_AT, GARBAGE_CHANGE, true);
    this.#view.setUint32(at + UPPER_CIRCUIT_AT, share(1 + CIRCUIT_SHARE), true);
    this.#view.setUint32(at + LOWER_CIRCUIT_AT, share(1 - CIRCUIT_SHARE), true);
    this.#view.setUint32(at + YEAR_HIGH_AT, share(1 + YEAR_SHARE), true);
    this.#view.setUint32(at + YEAR_LOW_AT, share(1 - YEAR_SHARE), true);
    for (let level = 0; level < 2 * DEPTH_LEVELS; level++) {
      const levelAt = at + DEPTH_AT + level * LEVEL_BYTES;
      this.#view.setInt16(levelAt, level < DEPTH_LEVELS ? 1 : 0, true);
    }
  }

  #writeDay(at: number, token: number, row: number, price: number): void {
    const { timeline, view } = { timeline: this.#timeline, view: this.#view };
    const isStock = timeline.instruments[token]?.kind === "stock";
    const isOpen = (timeline.second[row] ?? 0) >= timeline.session.openMinute * SECONDS_PER_MINUTE;
    if (isStock ? (timeline.volume[row] ?? 0) === 0 : !isOpen) return;
    if (this.#high[token] === 0) {
      view.setUint32(at + OPEN_AT, timeline.days[token]?.open ?? price, true);
      this.#low[token] = price;
    }
    this.#high[token] = Math.max(this.#high[token] ?? 0, price);
    this.#low[token] = Math.min(this.#low[token] ?? price, price);
    view.setUint32(at + HIGH_AT, this.#high[token] ?? price, true);
    view.setUint32(at + LOW_AT, this.#low[token] ?? price, true);
  }

  /** Orders around the price: made up from the row, so that every packet differs a little. */
  #writeBook(at: number, row: number, price: number): void {
    const view = this.#view;
    const bits = mixAt(row, 1);
    view.setFloat64(at + BUY_QUANTITY_AT, 1000 + (bits & 0xffff), true);
    view.setFloat64(at + SELL_QUANTITY_AT, 1000 + (bits >>> 16), true);
    for (let level = 0; level < DEPTH_LEVELS; level++) {
      const buyAt = at + DEPTH_AT + level * LEVEL_BYTES;
      const sellAt = buyAt + DEPTH_LEVELS * LEVEL_BYTES;
      view.setUint32(buyAt + 2, 1 + ((bits >>> level) & 0xff), true);
      view.setUint32(sellAt + 2, 1 + ((bits >>> (level + 8)) & 0xff), true);
      view.setUint32(buyAt + 10, Math.max(0, price - (level + 1) * TICK_PAISE), true);
      view.setUint32(sellAt + 10, price + (level + 1) * TICK_PAISE, true);
      view.setInt16(buyAt + 18, 1 + level, true);
      view.setInt16(sellAt + 18, 1 + level, true);
    }
  }
}
