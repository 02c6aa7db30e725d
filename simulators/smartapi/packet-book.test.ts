/** Packets as bytes: the vendor's layout, and the values of the timeline in it. */
import { describe, expect, test } from "vitest";
import { sessionDate } from "#core/session-date.ts";
import { buildIndiaMarket } from "../synthetic-market/india-market.ts";
import { indiaStockNames } from "../synthetic-market/india-roster.ts";
import { smallIndiaCalendar } from "../synthetic-market/small-india-calendar.ts";
import { newestRowOf, sequenceOf } from "../synthetic-market/tick-columns.ts";
import { midnightMinuteOf, regularTickSession } from "../synthetic-market/tick-session.ts";
import { makeTickTimeline } from "../synthetic-market/tick-timeline.ts";
import { dayTruthOf } from "../synthetic-market/tick-truth.ts";
import { PACKET_BYTES, PacketBook, STREAM_MODES } from "./packet-book.ts";
import { readPacket } from "./testing.ts";

/** The published sample of a quote, to check the reader that the other tests lean on. */
const SAMPLE_QUOTE =
  "0203353030333235000000000000000000000000000000000000006e993500000000008841295a8e0100006b5e0400000000000100000000000000a95d040000000000157b000000000000000000000026e0400000000070f10641b1590400000000009e6204000000000085580400000000009359040000000000";

const market = buildIndiaMarket({
  seed: 3,
  calendar: smallIndiaCalendar(),
  stocks: indiaStockNames(4),
});
const session = regularTickSession(sessionDate("2026-06-12"));
const timeline = makeTickTimeline({ market, session, packetsPerMinute: 2 });

test("the tests' reader knows the published layout", () => {
  expect(readPacket(Buffer.from(SAMPLE_QUOTE, "hex"))).toEqual({
    mode: 2,
    token: "500325",
    sequence: 3_512_686,
    timeMs: 1_710_909_637_000,
    price: 286_315,
    volume: 31_509,
  });
});

describe("the newest packet of an instrument", () => {
  const book = new PacketBook(timeline);
  const half = Math.floor(timeline.length / 2);
  for (let row = 0; row < half; row++) book.advance(row);

  test("has the length of its mode, and each mode begins like the next", () => {
    for (const token of timeline.instruments.keys()) {
      const packets = STREAM_MODES.map((mode) => Buffer.from(book.packetOf(token, mode)));
      expect(packets.map((packet) => packet.length)).toEqual(
        STREAM_MODES.map((mode) => PACKET_BYTES[mode]),
      );
      const [ltp, quote, snap] = packets;
      expect(quote?.subarray(1, 51)).toEqual(ltp?.subarray(1));
      expect(snap?.subarray(1, 123)).toEqual(quote?.subarray(1));
    }
  });

  test("says what the timeline says, in paise and whole seconds", () => {
    const midnightMs = midnightMinuteOf(session.date) * 60_000;
    for (const [token, instrument] of timeline.instruments.entries()) {
      const row = newestRowOf(timeline, token, half) ?? -1;
      const packet = book.packetOf(token, 2);
      expect(readPacket(packet)).toEqual({
        mode: 2,
        token: instrument.token,
        sequence: sequenceOf(timeline, row),
        timeMs: midnightMs + (timeline.second[row] ?? 0) * 1000,
        price: timeline.price[row],
        volume: timeline.volume[row],
      });
      const day = dayTruthOf(timeline, token, half);
      const long = (at: number): number => Number(packet.readBigInt64LE(at));
      expect([long(91), long(99), long(107), long(115)]).toEqual([
        day?.open,
        day?.high,
        day?.low,
        timeline.days[token]?.previousClose,
      ]);
      expect(long(59)).toBe(timeline.average[row]);
      expect(packet.readInt8(1)).toBe(1);
    }
  });

  test("has five buyers and five sellers around the price", () => {
    const stock = timeline.instruments.findIndex(({ kind }) => kind === "stock");
    const packet = book.packetOf(stock, 3);
    const { price } = readPacket(packet);
    const levels = Array.from({ length: 10 }, (_, level) => ({
      side: packet.readInt16LE(147 + level * 20),
      price: Number(packet.readBigInt64LE(147 + level * 20 + 10)),
    }));
    expect(levels.map(({ side }) => side)).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect(levels.every((level) => (level.side === 1) === level.price < price)).toBe(true);
  });

  test("of yesterday is older and keeps its length", () => {
    const stale = book.stalePacketOf(6, 2, 1_000_000_000_000);
    expect(stale).toHaveLength(123);
    expect(readPacket(stale)).toMatchObject({
      timeMs: 1_000_000_000_000,
      price: timeline.days[6]?.previousClose,
    });
  });
});
