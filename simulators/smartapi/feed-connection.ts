/**
 * One socket as the feed sees it: what it subscribed, whether packets flow, and the frames that are
 * collected for the next write. It knows no WebSocket library; bytes go to an `Outlet`.
 */
import { LAST_QUANTITY_AT, type PacketBook, PACKET_BYTES, type StreamMode } from "./packet-book.ts";

/** Where framed bytes go. */
export interface Outlet {
  write(bytes: Buffer): void;
  /** Bytes that the operating system has not taken yet. */
  pendingBytes(): number;
  /** Ends the connection after what was written, without a close frame. */
  cut(): void;
  setReading(isReading: boolean): void;
}

/**
 * open: packets go out; stalled and half_open: they are lost; frozen and slow: they are queued;
 * gone: the connection is over.
 */
export type Flow = "open" | "stalled" | "half_open" | "frozen" | "slow" | "gone";

/** A packet that waits, as bytes. `row` is -1 for what is no packet of today. */
export type QueuedPacket = {
  readonly bytes: Buffer;
  readonly row: number;
  readonly mode: StreamMode;
  readonly isSnapshot: boolean;
};

const BATCH_BYTES = 256 * 1024;
const FRAME_BYTES_MAX = 512;
const HEADER_SHORT_MAX = 125;
const BINARY_FRAME = 0x82;
const TEXT_FRAME = 0x81;
const LENGTH_16 = 126;
const UINT32 = 2 ** 32;

/** A connection that may carry packets. */
export class FeedConnection {
  readonly id: number;
  readonly outlet: Outlet;
  /** Modes subscribed, by token: bit `1 << mode`. */
  readonly masks: Uint8Array;
  /** Token-modes subscribed. */
  subscribed = 0;
  flow: Flow = "open";
  /** Packets that went out. */
  sent = 0;
  queue: QueuedPacket[] = [];
  /** A slow connection is cut when more packets than this wait. */
  queueMax = Infinity;
  openedAt = "";
  closedAt: string | undefined;
  closedBy: string | undefined;
  #batch = Buffer.allocUnsafe(BATCH_BYTES);
  #from = 0;
  #to = 0;

  constructor(id: number, outlet: Outlet, tokens: number) {
    this.id = id;
    this.outlet = outlet;
    this.masks = new Uint8Array(tokens);
  }

  /** Collects the newest packet of a token; `stampMs` replaces the last traded quantity. */
  appendNewest(book: PacketBook, token: number, mode: StreamMode, stampMs: number): void {
    this.#room();
    const at = this.#header(BINARY_FRAME, PACKET_BYTES[mode]);
    this.#to += book.copyPacket(token, mode, this.#batch, at);
    if (stampMs > 0 && mode > 1) {
      this.#batch.writeUInt32LE(stampMs % UINT32, at + LAST_QUANTITY_AT);
      this.#batch.writeUInt32LE(Math.floor(stampMs / UINT32), at + LAST_QUANTITY_AT + 4);
    }
    this.sent += 1;
  }

  /** Collects bytes as a frame of their own. */
  appendFrame(bytes: Uint8Array, isText = false): void {
    if (bytes.length + FRAME_BYTES_MAX > BATCH_BYTES) throw new Error("a frame fits a batch");
    if (this.#batch.length - this.#to < bytes.length + FRAME_BYTES_MAX) this.#renew();
    const at = this.#header(isText ? TEXT_FRAME : BINARY_FRAME, bytes.length);
    this.#batch.set(bytes, at);
    this.#to = at + bytes.length;
    this.sent += 1;
  }

  /** Hands what was collected to the outlet in one piece. */
  flush(): void {
    if (this.#to === this.#from) return;
    const bytes = this.#batch.subarray(this.#from, this.#to);
    this.#from = this.#to;
    if (this.flow !== "gone") this.outlet.write(bytes);
  }

  #room(): void {
    if (this.#batch.length - this.#to < FRAME_BYTES_MAX) this.#renew();
  }

  /** The outlet may still hold the old batch, so it is never written again. */
  #renew(): void {
    this.flush();
    this.#batch = Buffer.allocUnsafe(BATCH_BYTES);
    this.#from = 0;
    this.#to = 0;
  }

  #header(opcode: number, length: number): number {
    const batch = this.#batch;
    batch[this.#to] = opcode;
    if (length <= HEADER_SHORT_MAX) {
      batch[this.#to + 1] = length;
      this.#to += 2;
    } else {
      batch[this.#to + 1] = LENGTH_16;
      batch.writeUInt16BE(length, this.#to + 2);
      this.#to += 4;
    }
    return this.#to;
  }
}
