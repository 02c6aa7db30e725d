/**
 * Lets a session of packets pass in event time: at a pace, or as fast as they are taken. It starts with
 * the subscriptions it was told to wait for, stands still while a client is away, and strikes faults at
 * their time. What is delivered to whom is `packet-delivery.ts`'s.
 */
import {
  type StrikeOutcome,
  type StrikeParts,
  cutWhenFull,
  strikeConnection,
} from "./connection-faults.ts";
import type { FaultBook } from "./fault-book.ts";
import { stageOf } from "./fault-list.ts";
import { pauseMs, yieldOnce } from "./feed-pause.ts";
import type { PacketDelivery } from "./packet-delivery.ts";

/** speed: event seconds a second of the machine; consumer: as fast as the client takes them. */
export type FeedPace =
  | { readonly kind: "speed"; readonly eventSecondsPerSecond: number }
  | { readonly kind: "consumer" };

export type FeedOptions = {
  readonly parts: StrikeParts;
  readonly faults: FaultBook;
  readonly pace: FeedPace;
  readonly startSecond: number;
  /** The feed starts when so many token-modes are subscribed; never by itself with `Infinity`. */
  readonly waitForTokens: number;
  readonly waitOnLoss: boolean;
  readonly waitOnLossMs: number;
  /** Packets from this second on wait until they are let pass. */
  readonly holdAtSecond: number;
  readonly monotonicMs: () => number;
};

export type FeedState = "waiting" | "running" | "holding" | "ended";

const CONSUMER_ROWS = 2048;
/** More than this waits for the operating system: the feed waits too. */
const PENDING_BYTES_MAX = 4 * 1024 * 1024;
const TICK_MS = 1;
const HOLD_MS = 3;
const MS_PER_SECOND = 1000;

/** A session that passes once. */
export class TickFeed {
  state: FeedState = "waiting";
  readonly startRow: number;
  readonly ended: Promise<void>;
  readonly #options: FeedOptions;
  readonly #delivery: PacketDelivery;
  #isClosed = false;
  #isCommanded = false;
  /** Event second up to which packets may pass at the given pace; moves only while the feed runs. */
  #eventSecond: number;
  #measuredMs = 0;
  #loseUntil = -1;
  #freezeUntil = Infinity;
  #freezePauseMs = 0;
  #heldSinceMs: number | undefined;
  #orphansGivenUp = 0;
  #holdAtSecond: number;
  #nextSecond = -1;
  #nextNth = Infinity;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#delivery = options.parts.delivery;
    const { timeline } = this.#delivery;
    this.#eventSecond = options.startSecond;
    this.#holdAtSecond = options.holdAtSecond;
    this.startRow = timeline.secondStart[options.startSecond] ?? 0;
    for (let row = 0; row < this.startRow; row++) this.#delivery.book.advance(row);
    this.#delivery.rowsPassed = this.startRow;
    this.ended = this.#run();
  }

  /** Event time in seconds after midnight; between packets it goes on with the pace. */
  get eventSecond(): number {
    return Math.max(this.#eventSecond, this.#delivery.second);
  }

  /** Starts whatever is subscribed. */
  start(): void {
    this.#isCommanded = true;
  }

  /** Lets packets before this second pass; it may only go on. */
  advanceTo(second: number): void {
    this.#holdAtSecond = Math.max(this.#holdAtSecond, second);
  }

  /** Resolves when the feed stands at its holding point or has ended. */
  async settled(): Promise<void> {
    while (this.state !== "ended" && !this.#isClosed) {
      if (this.state === "holding" && this.#isAtPoint()) return;
      await pauseMs(HOLD_MS);
    }
  }

  /** Tells that a fault was switched on or off. */
  refreshFaults(): void {
    this.#nextSecond = Math.min(this.#options.faults.nextSecond(), this.#freezeUntil);
    this.#nextNth = this.#options.faults.nextNth();
  }

  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    await yieldOnce();
    while (!this.#isClosed && !this.#isCommanded && this.#tokens() < this.#options.waitForTokens) {
      await pauseMs(HOLD_MS);
    }
    this.refreshFaults();
    this.#measuredMs = this.#options.monotonicMs();
    const { timeline } = this.#delivery;
    while (!this.#isClosed && this.#delivery.rowsPassed < timeline.length) {
      if (this.#isAtPoint() || this.#mustHold(this.#nextRowSecond()) || this.#isBlocked()) {
        this.state = "holding";
        await pauseMs(HOLD_MS);
        this.#measuredMs = this.#options.monotonicMs();
        continue;
      }
      this.state = "running";
      this.#pass(this.#targetRow());
      if (this.#freezePauseMs > 0) await this.#sleepFrozen();
      for (const connection of this.#delivery.connections) connection.flush();
      await (this.#options.pace.kind === "speed" ? pauseMs(TICK_MS) : yieldOnce());
    }
    this.#finish();
  }

  /** Rows before this one may pass now. Within a second they are spread evenly. */
  #targetRow(): number {
    const { timeline, rowsPassed } = this.#delivery;
    const { pace, monotonicMs } = this.#options;
    if (pace.kind === "consumer") return Math.min(timeline.length, rowsPassed + CONSUMER_ROWS);
    const instant = monotonicMs();
    this.#eventSecond +=
      ((instant - this.#measuredMs) / MS_PER_SECOND) * pace.eventSecondsPerSecond;
    this.#measuredMs = instant;
    const second = Math.floor(this.#eventSecond);
    const from = timeline.secondStart[second] ?? timeline.length;
    const to = timeline.secondStart[second + 1] ?? timeline.length;
    return Math.floor(from + (to - from) * (this.#eventSecond - second));
  }

  #pass(toRow: number): void {
    const { timeline } = this.#delivery;
    for (let row = this.#delivery.rowsPassed; row < toRow; row++) {
      const second = timeline.second[row] ?? 0;
      if (second >= this.#holdAtSecond) break;
      if (second >= this.#nextSecond || row - this.startRow + 1 >= this.#nextNth) {
        this.#check(second, row - this.startRow + 1);
        if (this.#freezePauseMs > 0) break;
      }
      if (this.#delivery.orphans.count > this.#orphansGivenUp && this.#mustHold(second)) break;
      this.#delivery.deliver(row);
      for (const connection of this.#delivery.connections) {
        if (connection.flow !== "slow" || !cutWhenFull(this.#delivery, connection)) continue;
        break;
      }
    }
    // Where the feed had to stop early, event time has not gone on either.
    if (this.#delivery.rowsPassed < toRow) this.#eventSecond = this.#nextRowSecond();
  }

  #isAtPoint(): boolean {
    return this.#nextRowSecond() >= this.#holdAtSecond;
  }

  #nextRowSecond(): number {
    return this.#delivery.timeline.second[this.#delivery.rowsPassed] ?? this.#delivery.second;
  }

  /** Strikes what is due before the packet of this second passes. */
  #check(second: number, nth: number): void {
    if (second >= this.#freezeUntil) this.#thaw();
    for (const rule of this.#options.faults.takeDue(second, nth)) {
      if (stageOf(rule.rule.fault) === "packet") {
        this.#delivery.armed.push(rule);
        continue;
      }
      const outcome = strikeConnection(this.#options.parts, rule);
      if (outcome === undefined) this.#options.faults.putBack(rule);
      else this.#suffer(outcome, second);
    }
    this.refreshFaults();
    // A rule that found nobody to strike is tried again with the next second.
    this.#nextSecond = Math.max(this.#nextSecond, second + 1);
  }

  #suffer(outcome: StrikeOutcome, second: number): void {
    if (outcome.loseSeconds !== undefined) {
      this.#loseUntil = Math.max(this.#loseUntil, second + outcome.loseSeconds);
      this.#orphansGivenUp = 0;
    }
    if (outcome.freezeSeconds !== undefined) {
      this.#freezeUntil = second + outcome.freezeSeconds;
      this.#freezePauseMs = outcome.pauseMs ?? 0;
    }
  }

  #thaw(): void {
    this.#freezeUntil = Infinity;
    for (const connection of this.#delivery.connections) {
      if (connection.flow !== "frozen") continue;
      connection.flow = "open";
      this.#delivery.flushQueue(connection);
      connection.outlet.setReading(true);
    }
  }

  async #sleepFrozen(): Promise<void> {
    const durationMs = this.#freezePauseMs;
    this.#freezePauseMs = 0;
    await pauseMs(durationMs);
    this.#measuredMs = this.#options.monotonicMs();
  }

  /** Whether event time stands still because tokens have lost their connection. */
  #mustHold(second: number): boolean {
    const { waitOnLoss, waitOnLossMs, monotonicMs } = this.#options;
    const { orphans } = this.#delivery;
    if (!waitOnLoss || orphans.count <= this.#orphansGivenUp || second < this.#loseUntil) {
      this.#heldSinceMs = undefined;
      if (orphans.count === 0) this.#orphansGivenUp = 0;
      return false;
    }
    this.#heldSinceMs ??= monotonicMs();
    if (monotonicMs() - this.#heldSinceMs < waitOnLossMs) return true;
    this.#orphansGivenUp = orphans.count;
    return false;
  }

  #isBlocked(): boolean {
    return this.#delivery.connections.some(
      (one) => one.flow === "open" && one.outlet.pendingBytes() > PENDING_BYTES_MAX,
    );
  }

  #tokens(): number {
    return this.#delivery.connections.reduce((sum, one) => sum + one.subscribed, 0);
  }

  #finish(): void {
    this.#thaw();
    this.#delivery.releaseAll();
    for (const connection of this.#delivery.connections) connection.flush();
    this.#eventSecond = Math.max(this.#eventSecond, this.#delivery.second);
    this.state = "ended";
  }
}
