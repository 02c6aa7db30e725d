/** Sessions of packets: true to their daily bar, in event time, seeded, and counted exactly. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { must } from "#core/assert.ts";
import { sessionDate } from "#core/session-date.ts";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { type IndiaMarket, buildIndiaMarket } from "./india-market.ts";
import { INDIA_INDEX_NAMES, indiaStockNames } from "./india-roster.ts";
import { smallIndiaCalendar } from "./small-india-calendar.ts";
import { type TickTimeline, neighbourRow, newestRowOf, sequenceOf } from "./tick-columns.ts";
import {
  SECONDS_PER_MINUTE,
  midnightMinuteOf,
  regularTickSession,
  secondOfDay,
  timeOfDay,
} from "./tick-session.ts";
import { makeTickTimeline } from "./tick-timeline.ts";
import { auctionTruthOf, dayTruthOf, minuteTruthOf, tradingSpan } from "./tick-truth.ts";

const calendar = smallIndiaCalendar();
const OLD_DAY = sessionDate("2026-06-12");
const AUCTION_DAY = sessionDate("2026-08-12");

function marketOf(seed: number, stocks = 14): IndiaMarket {
  return buildIndiaMarket({ seed, calendar, stocks: indiaStockNames(stocks) });
}

function rowsOf(timeline: TickTimeline, token: number): number[] {
  return [...timeline.rows.subarray(timeline.starts[token], timeline.starts[token + 1])];
}

const market = marketOf(5);
const timeline = makeTickTimeline({ market, session: regularTickSession(OLD_DAY) });

describe("a session of packets", () => {
  test("has the open, high, low, close and volume of its daily bar, with and without an auction", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.constantFrom(OLD_DAY, AUCTION_DAY),
        fc.constantFrom(0.3, 3, 20),
        (seed, date, packetsPerMinute) => {
          const made = makeTickTimeline({
            market: marketOf(seed, 6),
            session: regularTickSession(date),
            packetsPerMinute,
          });
          for (const [token, day] of made.days.entries()) {
            const { open, high, low, close, volume } = day;
            expect(dayTruthOf(made, token)).toMatchObject({ open, high, low, close, volume });
          }
        },
      ),
      { numRuns: testCount(6, 60), seed: testSeed() },
    );
  });

  test("lies in the order of event time, and each instrument counts its packets", () => {
    const seconds = timeline.second.subarray(0, timeline.length);
    expect(seconds).toEqual(seconds.toSorted());
    for (const token of timeline.instruments.keys()) {
      const rows = rowsOf(timeline, token);
      const volumes = Uint32Array.from(rows, (row) => timeline.volume[row] ?? 0);
      expect(Int32Array.from(rows, (row) => timeline.ordinal[row] ?? 0)).toEqual(
        Int32Array.from(rows.keys()),
      );
      expect(rows.every((row) => timeline.token[row] === token)).toBe(true);
      expect(volumes).toEqual(volumes.toSorted());
      expect(neighbourRow(timeline, rows[8] ?? 0, -1)).toBe(rows[7]);
      if (timeline.instruments[token]?.kind !== "stock") continue;
      const sequences = rows.map((row) => sequenceOf(timeline, row));
      expect(sequences).toEqual(rows.map((_, at) => (sequences[0] ?? 0) + at));
    }
  });

  test("shows what the real feed shows: shared seconds, prices ahead of volume, packets without news", () => {
    const stock = timeline.instruments.findIndex(
      ({ activity, kind }) => kind === "stock" && activity > 0.5,
    );
    const rows = rowsOf(timeline, stock);
    const pairs = rows.slice(1).map((row, at) => ({
      sameSecond: timeline.second[row] === timeline.second[rows[at] ?? 0],
      priceMoved: timeline.price[row] !== timeline.price[rows[at] ?? 0],
      traded: timeline.volume[row] !== timeline.volume[rows[at] ?? 0],
    }));
    expect(pairs.filter((pair) => pair.sameSecond).length).toBeGreaterThan(100);
    expect(pairs.filter((pair) => pair.priceMoved && !pair.traded).length).toBeGreaterThan(20);
    expect(pairs.filter((pair) => !pair.priceMoved && !pair.traded).length).toBeGreaterThan(100);
  });

  test("begins at 09:00 with volume before the open, seen by who listens from 09:07", () => {
    for (const [token, instrument] of timeline.instruments.entries()) {
      const first = must(rowsOf(timeline, token)[0], "every instrument ticks");
      expect(timeline.second[first]).toBeLessThan(secondOfDay("09:01"));
      if (instrument.kind !== "stock") continue;
      const atSeven = newestRowOf(timeline, token, timeline.secondStart[secondOfDay("09:07")] ?? 0);
      const atOpen = newestRowOf(timeline, token, timeline.secondStart[secondOfDay("09:15")] ?? 0);
      expect(timeline.volume[atSeven ?? -1]).toBe(0);
      expect(timeline.volume[atOpen ?? -1]).toBeGreaterThan(0);
    }
  });

  test("lets no two packets of an index look alike, and gives it no volume", () => {
    for (const packetsPerMinute of [0.05, 20]) {
      const made = makeTickTimeline({
        market: marketOf(6, 0),
        session: regularTickSession(OLD_DAY),
        packetsPerMinute,
      });
      for (const token of INDIA_INDEX_NAMES.keys()) {
        const looks = rowsOf(made, token).map((row) => `${made.second[row]}/${made.price[row]}`);
        expect(new Set(looks).size).toBe(looks.length);
        expect(dayTruthOf(made, token)?.volume).toBe(0);
      }
    }
  });

  test("is the same again, and an instrument's packets do not depend on the others", () => {
    const again = makeTickTimeline({ market: marketOf(5), session: regularTickSession(OLD_DAY) });
    expect(again.price).toEqual(timeline.price);
    const [one] = timeline.instruments.slice(7);
    const alone = makeTickTimeline({
      market,
      session: regularTickSession(OLD_DAY),
      instruments: [must(one, "there is an eighth instrument")],
    });
    expect([...alone.price.subarray(0, alone.length)]).toEqual(
      rowsOf(timeline, 7).map((row) => timeline.price[row]),
    );
  });

  test("has minute candles that add up to the packets", () => {
    const midnight = midnightMinuteOf(OLD_DAY);
    for (const token of timeline.instruments.keys()) {
      const candles = minuteTruthOf(timeline, token);
      const { fromMinute, toMinute } = tradingSpan(timeline, token);
      const traded = candles.reduce((sum, candle) => sum + candle.volume, 0);
      const atOpen = newestRowOf(
        timeline,
        token,
        timeline.secondStart[fromMinute * SECONDS_PER_MINUTE] ?? 0,
      );
      // What traded in minutes without a candle is nothing, so nothing is missing.
      expect(traded).toBe(
        (timeline.days[token]?.volume ?? 0) - (timeline.volume[atOpen ?? -1] ?? 0),
      );
      for (const candle of candles) {
        expect(candle.minute).toBeGreaterThanOrEqual(midnight + fromMinute);
        expect(candle.minute).toBeLessThan(midnight + toMinute);
        expect(candle.low).toBeLessThanOrEqual(Math.min(candle.open, candle.close));
        expect(candle.high).toBeGreaterThanOrEqual(Math.max(candle.open, candle.close));
        expect(candle.tickCount).toBeGreaterThan(0);
      }
    }
  });

  test("ends in one print at the close for stocks with an auction", () => {
    const made = makeTickTimeline({ market, session: regularTickSession(AUCTION_DAY) });
    const withAuction = [...made.instruments.keys()].filter(
      (token) => made.instruments[token]?.hasAuction,
    );
    expect(withAuction.length).toBeGreaterThan(3);
    for (const token of withAuction) {
      expect(auctionTruthOf(made, token)?.price).toBe(made.days[token]?.close);
      const lastMinute = minuteTruthOf(made, token).at(-1)?.minute ?? 0;
      expect(lastMinute).toBeLessThan(midnightMinuteOf(AUCTION_DAY) + 915);
    }
    expect(auctionTruthOf(made, 0)).toBeUndefined();
    expect(auctionTruthOf(timeline, withAuction[0] ?? 0)).toBeUndefined();
  });

  test("knows only the packets that have passed", () => {
    const passed = timeline.secondStart[secondOfDay("11:00:30")] ?? 0;
    const all = minuteTruthOf(timeline, 6);
    const early = minuteTruthOf(timeline, 6, passed);
    expect(early.slice(0, -1)).toEqual(all.slice(0, early.length - 1));
    expect(early.at(-1)?.minute).toBeLessThanOrEqual(midnightMinuteOf(OLD_DAY) + 660);
  });
});

test("times of day are written and read", () => {
  expect(timeOfDay(secondOfDay("09:07:05"))).toBe("09:07:05");
  expect(secondOfDay("15:30")).toBe(55_800);
  expect(() => secondOfDay("9:07")).toThrow("HH:MM");
});
