/**
 * Hands packets to the connections that subscribed them and writes down each of them. Faults of single
 * packets strike here; when packets pass and which connections live is decided by who calls.
 */
import type { TickTimeline } from "../synthetic-market/tick-columns.ts";
import { newestRowOf, sequenceOf } from "../synthetic-market/tick-columns.ts";
import { timeOfDay } from "../synthetic-market/tick-session.ts";
import { DeliveryLedger } from "./delivery-ledger.ts";
import type { SwitchedFault } from "./fault-book.ts";
import type { FaultName } from "./fault-list.ts";
import { FeedConnection, type Flow, type Outlet, type QueuedPacket } from "./feed-connection.ts";
import { OrphanedTokens } from "./orphaned-tokens.ts";
import { PacketBook, STREAM_MODES, type StreamMode } from "./packet-book.ts";
import { type HeldPacket, type PacketPlan, planPacket } from "./packet-faults.ts";

export type SnapshotPolicy = "today" | "always" | "none";

export type DeliveryOptions = {
  readonly timeline: TickTimeline;
  readonly sealDelaySeconds: number;
  readonly snapshots: SnapshotPolicy;
  readonly stampSends: boolean;
  readonly wallMs: () => number;
  /** When the last packet of the session before was sent. */
  readonly previousCloseMs: number;
};

/** A packet that a fault touched. */
export type StruckPacket = {
  readonly token: string;
  readonly sequence: number;
  readonly time: string;
};

/** What one strike of a fault did. */
export type Strike = {
  readonly rule: number;
  readonly fault: string;
  readonly eventTime: string;
  readonly connection: number | undefined;
  readonly packets: StruckPacket[];
  /** Frames of each garbage shape, for the fault that sends them. */
  readonly shapes?: readonly string[] | undefined;
};

const HOLDING_FAULTS: readonly FaultName[] = ["reorder", "late"];
/** A packet that a fault held back when its connection ended. */
const CAUSE_HELD = "held_when_closed";
const LOSS_OF_FLOW: Readonly<Record<Flow, string>> = {
  open: "client_closed",
  gone: "client_closed",
  stalled: "stall_pong_alive",
  half_open: "half_open",
  frozen: "suspended_host",
  slow: "slow_consumer",
};

/** What packets of a connection are lost by when it ends or is silent in this state. */
export function lossOf(flow: Flow): string {
  return LOSS_OF_FLOW[flow];
}

/** The delivery of one session. */
export class PacketDelivery {
  readonly timeline: TickTimeline;
  readonly book: PacketBook;
  readonly ledger: DeliveryLedger;
  readonly orphans: OrphanedTokens;
  readonly strikes: Strike[] = [];
  connections: FeedConnection[] = [];
  readonly closed: FeedConnection[] = [];
  /** Rules that strike the next packets that suit them. */
  armed: SwitchedFault[] = [];
  /** Subscriptions that are still answered with yesterday's packets. */
  staleSubscriptions = 0;
  /** Rows before this one have passed. */
  rowsPassed = 0;
  readonly #options: DeliveryOptions;
  #held: HeldPacket[] = [];
  #opened = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.timeline = options.timeline;
    this.book = new PacketBook(options.timeline);
    this.ledger = new DeliveryLedger(options.timeline, options.sealDelaySeconds);
    this.orphans = new OrphanedTokens(options.timeline.instruments.length);
  }

  /** Event time of the newest packet that passed. */
  get second(): number {
    return this.timeline.second[this.rowsPassed - 1] ?? this.timeline.second[0] ?? 0;
  }

  join(outlet: Outlet): FeedConnection {
    const connection = new FeedConnection(this.#opened++, outlet, this.timeline.instruments.length);
    connection.openedAt = timeOfDay(this.second);
    this.connections.push(connection);
    return connection;
  }

  /** A connection is over: what it carried and what waited for it is lost until it comes back. */
  leave(connection: FeedConnection, cause: string): void {
    if (connection.flow === "gone") return;
    connection.flow = "gone";
    connection.closedAt = timeOfDay(this.second);
    connection.closedBy = cause;
    this.connections = this.connections.filter((one) => one !== connection);
    this.closed.push(connection);
    this.orphans.addAll(connection.masks, cause);
    this.orphans.lose(cause, connection.queue.length);
    connection.queue = [];
    const dropped = this.#held.filter((one) => one.connection === connection);
    // The second copy of a duplicate is no packet that is missed.
    this.orphans.lose(CAUSE_HELD, dropped.filter((one) => !one.isCopy).length);
    this.#held = this.#held.filter((one) => one.connection !== connection);
  }

  /** Subscribes and sends the snapshot, as the vendor does. Nothing happens for what is subscribed. */
  subscribe(connection: FeedConnection, token: number, mode: StreamMode, isStale: boolean): void {
    const mask = connection.masks[token] ?? 0;
    if ((mask & (1 << mode)) !== 0) return;
    connection.masks[token] = mask | (1 << mode);
    connection.subscribed += 1;
    if (connection.flow === "stalled" || connection.flow === "half_open") {
      this.orphans.add(token, mode, lossOf(connection.flow));
      return;
    }
    this.orphans.remove(token, mode);
    this.#snapshot(connection, token, mode, isStale);
  }

  unsubscribe(connection: FeedConnection, token: number, mode: StreamMode): void {
    const mask = connection.masks[token] ?? 0;
    if ((mask & (1 << mode)) === 0) return;
    connection.masks[token] = mask & ~(1 << mode);
    connection.subscribed -= 1;
    this.orphans.remove(token, mode);
  }

  /** The next row passes: it goes to whoever subscribed it, or is lost. */
  deliver(row: number): void {
    const token = this.timeline.token[row] ?? 0;
    this.book.advance(row);
    this.rowsPassed = row + 1;
    if (this.orphans.count > 0) this.orphans.countLost(token);
    const stampMs = this.#options.stampSends ? this.#options.wallMs() : 0;
    for (const connection of this.connections) {
      const mask = connection.masks[token] ?? 0;
      if (mask === 0 || connection.flow === "stalled" || connection.flow === "half_open") continue;
      for (const mode of STREAM_MODES) {
        if ((mask & (1 << mode)) === 0) continue;
        if (connection.flow === "open" && this.armed.length === 0) {
          connection.appendNewest(this.book, token, mode, stampMs);
          this.ledger.record(row, mode, false);
        } else {
          this.#deliverWithCare(connection, row, mode);
        }
      }
    }
    if (this.#held.length > 0) this.#release(row);
  }

  /** Sends a packet now, or queues it where nothing flows. */
  emit(connection: FeedConnection, packet: QueuedPacket): void {
    if (connection.flow === "frozen" || connection.flow === "slow") {
      connection.queue.push(packet);
      return;
    }
    connection.appendFrame(packet.bytes);
    if (packet.row >= 0) this.ledger.record(packet.row, packet.mode, packet.isSnapshot);
    else this.ledger.staleSnapshots += 1;
  }

  /** Sends what waited on a connection that flows again. */
  flushQueue(connection: FeedConnection): void {
    const { queue } = connection;
    connection.queue = [];
    for (const packet of queue) this.emit(connection, packet);
  }

  /** Hands over what packet faults still hold; for the end of the session. */
  releaseAll(): void {
    const held = this.#held;
    this.#held = [];
    for (const { connection, packet } of held) this.emit(connection, packet);
  }

  noteStrike(rule: SwitchedFault, strike: Pick<Strike, "connection" | "packets" | "shapes">): void {
    this.strikes.push({
      rule: rule.id,
      fault: rule.rule.fault,
      eventTime: timeOfDay(this.second),
      ...strike,
    });
  }

  struckPacket(row: number): StruckPacket {
    return {
      token: this.timeline.instruments[this.timeline.token[row] ?? 0]?.token ?? "",
      sequence: sequenceOf(this.timeline, row),
      time: timeOfDay(this.timeline.second[row] ?? 0),
    };
  }

  #deliverWithCare(connection: FeedConnection, row: number, mode: StreamMode): void {
    const token = this.timeline.token[row] ?? 0;
    const bytes = Buffer.from(this.book.packetOf(token, mode));
    const packet: QueuedPacket = { bytes, row, mode, isSnapshot: false };
    const plan = connection.flow === "open" ? this.#planFor(connection, packet) : undefined;
    if (!plan) {
      this.emit(connection, packet);
      return;
    }
    if (plan.send !== undefined) this.emit(connection, plan.send);
    if (plan.also !== undefined) this.emit(connection, plan.also);
    if (plan.hold !== undefined) this.#held.push({ connection, ...plan.hold });
  }

  #planFor(connection: FeedConnection, packet: QueuedPacket): PacketPlan | undefined {
    for (const rule of this.armed) {
      if ((rule.rule.connection ?? connection.id) !== connection.id) continue;
      // Two packets of one instrument that are held would swap with each other.
      if (this.#holds(packet.row) && HOLDING_FAULTS.includes(rule.rule.fault)) continue;
      const plan = planPacket(this.timeline, rule.rule, packet, this.#options.sealDelaySeconds);
      if (!plan) continue;
      rule.left -= 1;
      rule.struck += 1;
      if (rule.left <= 0) this.armed = this.armed.filter((one) => one !== rule);
      this.noteStrike(rule, {
        connection: connection.id,
        packets: [this.struckPacket(packet.row)],
      });
      return plan;
    }
    return undefined;
  }

  #holds(row: number): boolean {
    const { token } = this.timeline;
    return this.#held.some(({ packet }) => token[packet.row] === token[row]);
  }

  #release(row: number): void {
    const due = this.#held.filter(
      (one) =>
        (one.afterRow !== undefined && one.afterRow <= row) ||
        (one.afterSecond !== undefined && one.afterSecond <= this.ledger.newestSecond),
    );
    if (due.length === 0) return;
    this.#held = this.#held.filter((one) => !due.includes(one));
    for (const { connection, packet } of due) this.emit(connection, packet);
  }

  #snapshot(connection: FeedConnection, token: number, mode: StreamMode, isStale: boolean): void {
    const { snapshots, previousCloseMs } = this.#options;
    if (snapshots === "none" && !isStale) return;
    const row = newestRowOf(this.timeline, token, this.rowsPassed);
    if (row !== undefined && !isStale) {
      const bytes = Buffer.from(this.book.packetOf(token, mode));
      this.emit(connection, { bytes, row, mode, isSnapshot: true });
    } else if (isStale || snapshots === "always") {
      const bytes = this.book.stalePacketOf(token, mode, previousCloseMs);
      this.emit(connection, { bytes, row: -1, mode, isSnapshot: true });
    }
  }
}
