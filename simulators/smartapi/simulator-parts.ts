/**
 * Wires one simulator: market and session, delivery and feed, accounts and answers, and what a control
 * command changes in them. It knows no HTTP server; `smartapi-server.ts` owns the sockets.
 */
import { unreachable } from "#core/assert.ts";
import { dateOfDayNumber, dayNumberOf } from "#core/session-date.ts";
import { seededRandom } from "#core/random.ts";
import { sessionsBefore } from "#core/calendar.ts";
import type { IndiaMarket } from "../synthetic-market/india-market.ts";
import type { TickTimeline } from "../synthetic-market/tick-columns.ts";
import {
  type TickSession,
  midnightMinuteOf,
  secondOfDay,
  tickSessionOf,
  timeOfDay,
} from "../synthetic-market/tick-session.ts";
import { DEFAULT_PACKETS_PER_MINUTE, makeTickTimeline } from "../synthetic-market/tick-timeline.ts";
import { auctionTruthOf, minuteTruthOf } from "../synthetic-market/tick-truth.ts";
import type { UpgradeGate } from "./connection-faults.ts";
import type { ParsedControlCommand, RequestRecord } from "./control-protocol.ts";
import { FaultBook, type FaultRule } from "./fault-book.ts";
import { type FeedReport, makeFeedReport } from "./feed-report.ts";
import { PacketDelivery, type SnapshotPolicy } from "./packet-delivery.ts";
import { RestAnswers, type RestCall } from "./rest-answers.ts";
import { type FeedPace, TickFeed } from "./tick-feed.ts";
import {
  SIMULATED_CREDENTIALS,
  type SimulatedCredentials,
  VendorAccounts,
} from "./vendor-accounts.ts";
import type { Reply } from "./vendor-replies.ts";

/** What a simulator is made from, apart from its port. Only `market` and `session` are needed. */
export type SmartApiSettings = {
  readonly market: IndiaMarket;
  readonly session: TickSession;
  /** Packets a minute of an ordinary stock (20); `even` gives every stock as many. */
  readonly packetsPerMinute?: number | undefined;
  readonly even?: boolean | undefined;
  /** Some packets come after the close (true). */
  readonly afterClose?: boolean | undefined;
  /** A pace, or the seconds in which the session from `startAt` on is to pass. By default as fast as taken. */
  readonly pace?: FeedPace | { readonly kind: "session"; readonly seconds: number } | undefined;
  /** Event time of the feed's first packet (09:07). */
  readonly startAt?: string | undefined;
  /** The feed starts when so many token-modes are subscribed (1); never by itself with "command". */
  readonly waitForTokens?: number | "command" | undefined;
  /** Packets from this event time on wait until `advanceTo` lets them pass. */
  readonly holdAt?: string | undefined;
  /** Event time stands still while subscribed tokens have no connection (true), for so long at most (60 s). */
  readonly waitOnLoss?: boolean | undefined;
  readonly waitOnLossMs?: number | undefined;
  readonly snapshots?: SnapshotPolicy | undefined;
  /** The time of sending, epoch ms, replaces the last traded quantity in modes 2 and 3 (false). */
  readonly stampSends?: boolean | undefined;
  /** Event seconds after a minute from which a packet of it is counted as late (2). */
  readonly sealDelaySeconds?: number | undefined;
  readonly credentials?: SimulatedCredentials | undefined;
  readonly tokenLifetimeSeconds?: number | undefined;
  readonly readableExpiry?: boolean | undefined;
  readonly laterLoginEnds?: boolean | undefined;
  /** The vendor's limits of calls apply (true). */
  readonly rateLimits?: boolean | undefined;
  readonly masterRows?: number | undefined;
  /** Sockets that say nothing for so long are cut (35); 0 for never. */
  readonly idleSeconds?: number | undefined;
  readonly faults?: readonly FaultRule[] | undefined;
  /** Wall clock of one-time codes and token expiry; the machine's by default. */
  readonly wallMs?: (() => number) | undefined;
};

const DEFAULT_START = "09:07";
const DAY_SECONDS = 86_400;
const WAIT_ON_LOSS_MS = 60_000;
const SEAL_DELAY_SECONDS = 2;
const MASTER_ROWS = 2000;
const REQUESTS_KEPT_MAX = 100_000;
const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60_000;

/** Everything of a simulator but its sockets. */
export class SimulatorParts {
  readonly timeline: TickTimeline;
  readonly accounts: VendorAccounts;
  readonly delivery: PacketDelivery;
  readonly feed: TickFeed;
  readonly rest: RestAnswers;
  readonly faults = new FaultBook();
  readonly gate: UpgradeGate = { refuse401: 0, refuse429: 0 };
  readonly requests: RequestRecord[] = [];
  #answered = 0;

  constructor(settings: SmartApiSettings) {
    const { market, session } = settings;
    const wallMs = settings.wallMs ?? (() => Date.now());
    const packetsPerMinute = settings.packetsPerMinute ?? DEFAULT_PACKETS_PER_MINUTE;
    this.timeline = makeTickTimeline({ ...settings, packetsPerMinute });
    this.accounts = new VendorAccounts({
      credentials: settings.credentials ?? SIMULATED_CREDENTIALS,
      wallMs,
      tokenLifetimeMs: (settings.tokenLifetimeSeconds ?? DAY_SECONDS) * MS_PER_SECOND,
      readableExpiry: settings.readableExpiry ?? true,
      laterLoginEnds: settings.laterLoginEnds ?? false,
    });
    for (const rule of settings.faults ?? []) this.faults.add(rule);
    this.delivery = new PacketDelivery({
      timeline: this.timeline,
      sealDelaySeconds: settings.sealDelaySeconds ?? SEAL_DELAY_SECONDS,
      snapshots: settings.snapshots ?? "today",
      stampSends: settings.stampSends ?? false,
      wallMs,
      previousCloseMs: previousCloseMs(market, session),
    });
    const { delivery, accounts, gate, faults } = this;
    this.feed = new TickFeed({
      parts: { delivery, accounts, gate },
      faults,
      ...feedTiming(settings),
      monotonicMs: () => performance.now(),
    });
    this.rest = new RestAnswers({
      accounts,
      faults,
      timeline: this.timeline,
      candles: {
        market,
        timeline: this.timeline,
        packetsPerMinute,
        rowsPassed: () => delivery.rowsPassed,
        otherDays: new Map(),
      },
      limits: settings.rateLimits ?? true,
      masterRows: settings.masterRows ?? MASTER_ROWS,
      monotonicMs: () => performance.now(),
      eventSecond: () => this.feed.eventSecond,
      chance: seededRandom(market.input.seed),
    });
  }

  /** Answers a call over REST and records it. */
  answer(call: RestCall): Reply {
    const reply = this.rest.answer(call);
    if (this.requests.length >= REQUESTS_KEPT_MAX) this.requests.shift();
    this.requests.push({
      sequence: ++this.#answered,
      method: call.method,
      path: call.path,
      outcome: reply.outcome,
      status: reply.status,
      eventTime: timeOfDay(this.feed.eventSecond),
    });
    return reply;
  }

  /** Switches a fault on after checking its form; returns its id. */
  addFault(rule: FaultRule): number {
    const id = this.faults.add(rule);
    this.feed.refreshFaults();
    return id;
  }

  clearFaults(id?: number): void {
    this.faults.clear(id);
    this.delivery.armed = this.delivery.armed.filter(({ left }) => left > 0);
    this.feed.refreshFaults();
  }

  /** Lets packets before an event time pass; all of them without one. */
  advanceTo(time?: string): void {
    this.feed.advanceTo(time === undefined ? Infinity : secondOfDay(time));
  }

  report(): FeedReport {
    return makeFeedReport(this.delivery, this.feed, this.faults);
  }

  /** Carries out a control command and returns what it answers; to wait and to close are the server's. */
  obey(command: ParsedControlCommand): Record<string, unknown> {
    switch (command.command) {
      case "add_faults":
        return { ids: command.faults.map((rule) => this.addFault(rule)) };
      case "clear_faults":
        this.clearFaults(command.id);
        return {};
      case "start":
        this.feed.start();
        return {};
      case "advance":
        this.advanceTo(command.to);
        return {};
      case "wait":
      case "state":
        return { state: this.#state() };
      case "report":
        return { report: this.report() };
      case "truth":
        return this.#truth(command.token);
      case "requests":
        return { requests: this.requests.filter((one) => one.sequence > (command.after ?? 0)) };
      case "reset_limits":
        this.rest.windows.reset();
        return {};
      case "close":
        return {};
      default:
        return unreachable(command);
    }
  }

  #state(): Record<string, unknown> {
    return {
      state: this.feed.state,
      eventTime: timeOfDay(this.feed.eventSecond),
      rowsPassed: this.delivery.rowsPassed,
      rows: this.timeline.length,
      subscribed: this.delivery.connections.reduce((sum, one) => sum + one.subscribed, 0),
      orphans: this.delivery.orphans.count,
      connections: this.delivery.connections.length,
    };
  }

  #truth(token: string): Record<string, unknown> {
    const index = this.timeline.instruments.findIndex((one) => one.token === token);
    const { rowsPassed } = this.delivery;
    return {
      minutes: minuteTruthOf(this.timeline, index, rowsPassed),
      auction: auctionTruthOf(this.timeline, index, rowsPassed) ?? null,
    };
  }
}

function feedTiming(
  settings: SmartApiSettings,
): Pick<
  ConstructorParameters<typeof TickFeed>[0],
  "pace" | "startSecond" | "waitForTokens" | "waitOnLoss" | "waitOnLossMs" | "holdAtSecond"
> {
  const { session, waitForTokens } = settings;
  const openSecond = session.openMinute * 60;
  const startAt = settings.startAt ?? (session.preOpen ? DEFAULT_START : timeOfDay(openSecond));
  const startSecond = secondOfDay(startAt);
  const endMinute = Math.max(session.closeMinute, session.auction?.toMinute ?? 0);
  const pace = settings.pace ?? { kind: "consumer" };
  return {
    pace:
      pace.kind === "session"
        ? {
            kind: "speed",
            eventSecondsPerSecond: Math.max(1, (endMinute * 60 - startSecond) / pace.seconds),
          }
        : pace,
    startSecond,
    holdAtSecond: settings.holdAt === undefined ? Infinity : secondOfDay(settings.holdAt),
    waitForTokens: waitForTokens === "command" ? Infinity : (waitForTokens ?? 1),
    waitOnLoss: settings.waitOnLoss ?? true,
    waitOnLossMs: settings.waitOnLossMs ?? WAIT_ON_LOSS_MS,
  };
}

function previousCloseMs(market: IndiaMarket, session: TickSession): number {
  const { calendar } = market.input;
  const before = calendar.sessions[sessionsBefore(calendar, dayNumberOf(session.date)) - 1];
  const date = dateOfDayNumber(before ?? dayNumberOf(session.date) - 1);
  const { closeMinute } = tickSessionOf(calendar, date);
  return (midnightMinuteOf(date) + closeMinute) * MS_PER_MINUTE;
}
