/**
 * The ground truth of a stream as one value: what passed, what was delivered, and what faults did to it.
 * It only reads; the counting is `delivery-ledger.ts`'s.
 */
import { timeOfDay } from "../synthetic-market/tick-session.ts";
import type { TokenReport } from "./delivery-ledger.ts";
import type { FaultBook } from "./fault-book.ts";
import type { StreamMode } from "./packet-book.ts";
import type { PacketDelivery, Strike } from "./packet-delivery.ts";
import type { FeedState, TickFeed } from "./tick-feed.ts";

/** Counts over all tokens; `missing` leaves indices out, whose sequence numbers mean nothing. */
export type FeedReport = {
  readonly session: string;
  readonly state: FeedState;
  readonly eventTime: string;
  /** Packets of the timeline that passed the feed since it began. */
  readonly passed: number;
  /** Packets that went out, snapshots and duplicates included; garbage and stale snapshots are not. */
  readonly sent: number;
  readonly unique: number;
  readonly snapshots: number;
  readonly staleSnapshots: number;
  readonly duplicates: number;
  readonly late: number;
  readonly lateSnapshots: number;
  readonly reordered: number;
  readonly missing: number;
  readonly missingIndex: number;
  readonly zeroPrice: number;
  readonly volumeDecrease: number;
  readonly garbage: Readonly<Record<string, number>>;
  /** Packets that nobody carried or that died in a buffer, by the fault that did it. */
  readonly lostByCause: Readonly<Record<string, number>>;
  readonly tokens: readonly TokenReport[];
  readonly connections: readonly {
    readonly id: number;
    readonly openedAt: string;
    readonly closedAt: string | undefined;
    readonly closedBy: string | undefined;
    readonly sent: number;
    readonly subscribed: number;
  }[];
  readonly strikes: readonly Strike[];
  /** Rules that have not struck as often as they should. */
  readonly unstruck: readonly number[];
  /** Epoch minutes of which a packet never came. */
  readonly damagedMinutes: readonly {
    readonly token: string;
    readonly mode: StreamMode;
    readonly minutes: readonly number[];
  }[];
};

/** The report at this moment. */
export function makeFeedReport(
  delivery: PacketDelivery,
  feed: TickFeed,
  faults: FaultBook,
): FeedReport {
  const { ledger, timeline, strikes, orphans } = delivery;
  const tokens = ledger.tokens();
  const sum = (count: (one: TokenReport) => number): number =>
    tokens.reduce((total, one) => total + count(one), 0);
  const garbage = new Map<string, number>();
  for (const shape of strikes.flatMap((strike) => strike.shapes ?? [])) {
    garbage.set(shape, (garbage.get(shape) ?? 0) + 1);
  }
  const struck = (fault: string): number =>
    strikes.filter((strike) => strike.fault === fault).length;
  return {
    session: timeline.session.date,
    state: feed.state,
    eventTime: timeOfDay(feed.eventSecond),
    passed: delivery.rowsPassed - feed.startRow,
    sent: ledger.sent,
    unique: sum((one) => one.unique),
    snapshots: ledger.snapshots,
    staleSnapshots: ledger.staleSnapshots,
    duplicates: sum((one) => one.duplicates),
    late: sum((one) => one.late),
    lateSnapshots: sum((one) => one.lateSnapshots),
    reordered: sum((one) => one.reordered),
    missing: sum((one) => (one.isIndex ? 0 : one.missing)),
    missingIndex: sum((one) => (one.isIndex ? one.missing : 0)),
    zeroPrice: struck("zero_price"),
    volumeDecrease: struck("volume_decrease"),
    garbage: Object.fromEntries(garbage),
    lostByCause: Object.fromEntries(orphans.lostByCause),
    tokens,
    connections: [...delivery.closed, ...delivery.connections].map((one) => ({
      id: one.id,
      openedAt: one.openedAt,
      closedAt: one.closedAt,
      closedBy: one.closedBy,
      sent: one.sent,
      subscribed: one.subscribed,
    })),
    strikes,
    unstruck: faults
      .list()
      .filter(({ left }) => left > 0)
      .map(({ id }) => id),
    damagedMinutes: ledger.damagedMinutes(delivery.rowsPassed),
  };
}
