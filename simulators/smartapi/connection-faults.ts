/**
 * Faults of connections and of the way in: cuts, silences, bursts, garbage, refused upgrades. Each leaves
 * its mark on the delivery, which then knows what is lost; REST faults are the answers' business.
 */
import { must } from "#core/assert.ts";
import { seededRandom } from "#core/random.ts";
import type { SwitchedFault } from "./fault-book.ts";
import type { FeedConnection } from "./feed-connection.ts";
import { GARBAGE_SHAPES } from "./fault-list.ts";
import { garbageFrame } from "./garbage-frame.ts";
import { type PacketDelivery, lossOf } from "./packet-delivery.ts";
import { STREAM_MODES, type StreamMode } from "./packet-book.ts";
import type { VendorAccounts } from "./vendor-accounts.ts";

/** What a strike asks of the feed. Seconds are event time. */
export type StrikeOutcome = {
  /** Event time goes on for so long before the feed stands still for lost tokens. */
  readonly loseSeconds?: number | undefined;
  /** Sockets flow again after so long. */
  readonly freezeSeconds?: number | undefined;
  readonly pauseMs?: number | undefined;
};

/** Refusals that wait for the next upgrades. */
export type UpgradeGate = { refuse401: number; refuse429: number };

export type StrikeParts = {
  readonly delivery: PacketDelivery;
  readonly accounts: VendorAccounts;
  readonly gate: UpgradeGate;
};

const LOSE_SECONDS = 20;
const SLOW_PACKETS = 500;

/**
 * Carries out a rule; `undefined` when no connection is there to be struck, so that it stays due.
 * Rules of the gate need a connection only when they came with a time.
 */
export function strikeConnection(
  parts: StrikeParts,
  rule: SwitchedFault,
): StrikeOutcome | undefined {
  const { delivery, accounts, gate } = parts;
  const { fault, at, nth, args } = rule.rule;
  const target = targetOf(delivery, rule);
  const isTimed = at !== undefined || nth !== undefined;
  const isGate = fault === "upgrade_401" || fault === "upgrade_429" || fault === "stale_snapshot";
  if (target === undefined && (isTimed || !isGate)) return undefined;
  const loseSeconds = args?.seconds ?? LOSE_SECONDS;
  rule.left -= 1;
  rule.struck += 1;
  note(delivery, rule, fault === "suspended_host" || isGate ? undefined : target);
  switch (fault) {
    case "upgrade_401":
      gate.refuse401 += args?.times ?? 1;
      break;
    case "upgrade_429":
      gate.refuse429 += args?.times ?? 1;
      break;
    case "stale_snapshot":
      delivery.staleSubscriptions += args?.times ?? 1;
      break;
    case "token_expiry":
      accounts.expireAll((args?.refresh ?? "works") === "works");
      break;
    case "suspended_host":
      for (const one of openConnections(delivery)) freeze(one, "frozen");
      return { freezeSeconds: loseSeconds, pauseMs: args?.pauseMs ?? 0 };
    case "garbage_frame":
      return {};
    default:
      return { loseSeconds, ...silence(delivery, must(target, "checked above"), rule) };
  }
  if (!isTimed && fault !== "token_expiry") return {};
  for (const one of openConnections(delivery)) cutConnection(delivery, one, fault);
  return { loseSeconds };
}

/** Sends what was collected, ends the connection, and counts what it carried as lost from here. */
export function cutConnection(
  delivery: PacketDelivery,
  connection: FeedConnection,
  cause: string,
): void {
  connection.flush();
  delivery.leave(connection, cause);
  connection.outlet.cut();
}

/** A connection is over by the client's doing; what a fault had silenced is that fault's loss. */
export function forgetConnection(delivery: PacketDelivery, connection: FeedConnection): void {
  delivery.leave(connection, lossOf(connection.flow));
}

/** Cuts a slow connection whose buffer is full; true when it did. */
export function cutWhenFull(delivery: PacketDelivery, connection: FeedConnection): boolean {
  if (connection.flow !== "slow" || connection.queue.length <= connection.queueMax) return false;
  cutConnection(delivery, connection, "slow_consumer");
  return true;
}

function silence(
  delivery: PacketDelivery,
  target: FeedConnection,
  rule: SwitchedFault,
): StrikeOutcome {
  const { fault, args } = rule.rule;
  if (fault === "drop") {
    cutConnection(delivery, target, fault);
  } else if (fault === "slow_consumer") {
    target.queueMax = args?.packets ?? SLOW_PACKETS;
    freeze(target, "slow");
  } else {
    target.flush();
    target.flow = fault === "half_open" ? "half_open" : "stalled";
    delivery.orphans.addAll(target.masks, fault);
  }
  return {};
}

function freeze(connection: FeedConnection, flow: "frozen" | "slow"): void {
  connection.flush();
  connection.flow = flow;
  connection.outlet.setReading(false);
}

function note(
  delivery: PacketDelivery,
  rule: SwitchedFault,
  target: FeedConnection | undefined,
): void {
  const { fault, args } = rule.rule;
  if (fault !== "garbage_frame" || target === undefined) {
    delivery.noteStrike(rule, { connection: target?.id, packets: [] });
    return;
  }
  const random = seededRandom(rule.id);
  const shapes = Array.from(
    { length: args?.packets ?? 1 },
    (_, at) => args?.shape ?? GARBAGE_SHAPES[(rule.id + at) % GARBAGE_SHAPES.length] ?? "text",
  );
  for (const shape of shapes) {
    const [token = 0, mode = STREAM_MODES[1]] = subscriptionOf(target) ?? [];
    const bytes = garbageFrame(shape, delivery.book.packetOf(token, mode), random);
    target.appendFrame(bytes, shape === "text");
    target.sent -= 1;
  }
  delivery.noteStrike(rule, { connection: target.id, packets: [], shapes });
}

function subscriptionOf(connection: FeedConnection): [number, StreamMode] | undefined {
  const token = connection.masks.findIndex((mask) => mask !== 0);
  const mode = STREAM_MODES.find((one) => ((connection.masks[token] ?? 0) & (1 << one)) !== 0);
  return mode === undefined ? undefined : [token, mode];
}

function openConnections(delivery: PacketDelivery): FeedConnection[] {
  return delivery.connections.filter((one) => one.flow === "open");
}

function targetOf(delivery: PacketDelivery, { rule }: SwitchedFault): FeedConnection | undefined {
  return openConnections(delivery).find(
    (one) => one.subscribed > 0 && (rule.connection ?? one.id) === one.id,
  );
}
