/** The rebuild of a day against the plain model, against arrival in any order, and against the live book. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { seededRandom } from "#core/random.ts";
import { MINUTE_MS } from "../ticks/exchange-time.ts";
import { SCENE_OPEN, SCENE_PLAN } from "../ticks/log-scene.testing.ts";
import { randomSessions } from "./random-session.testing.ts";
import { modelOf } from "./reference-model.testing.ts";
import type { SessionRebuild } from "./rebuild-session.ts";
import {
  engineOf,
  packetsOf,
  rebuildOf,
  showCandles,
  showSealed,
  type Step,
} from "./session-scene.testing.ts";

const packet = packetsOf(SCENE_PLAN);
const session: Step = { session: SCENE_PLAN };
const seal = (minute: number): Step => ({ seal: SCENE_OPEN + minute });

/** The gaps of a rebuild as the model writes them. */
function gapsOf({ gaps, plan }: SessionRebuild) {
  const openMs = plan.openMinute * MINUTE_MS;
  return gaps.map(({ fromMs, toMs, volumeBySymbol }) => ({
    fromMs: fromMs - openMs,
    toMs: toMs - openMs,
    volumes: volumeBySymbol,
  }));
}

describe("a random session with every fault", () => {
  test.each([
    ["one by one", true],
    ["by leaps", false],
  ])("has the candles, gaps and counts of the plain model; numbered %s", (_how, areConsecutive) => {
    fc.assert(
      fc.property(randomSessions(areConsecutive), ({ plan, model, steps }) => {
        const expected = modelOf(plan, model);
        const rebuilt = rebuildOf(steps);
        expect(showCandles(rebuilt.candles, plan)).toEqual(expected.canonical);
        expect(gapsOf(rebuilt)).toEqual(expected.gaps);
        expect(rebuilt.counts).toMatchObject(expected.counts);
        const live = showCandles(rebuilt.sealedLive, plan);
        // Whether numbers are missing is judged by what came so far: the model judges it never.
        const ofHoles = areConsecutive ? { incomplete: true } : {};
        expect(live.map((candle) => ({ ...candle, ...ofHoles }))).toEqual(
          expected.live.map((candle) => ({ ...candle, ...ofHoles })),
        );
      }),
      { seed: testSeed(), numRuns: testCount(400, 20_000) },
    );
  });

  test("has the minutes around missing packets marked, once numbers tell that they are missing", () => {
    let holes = 0;
    fc.assert(
      fc.property(randomSessions(true, 1200), ({ plan, model, steps }) => {
        const expected = modelOf(plan, model);
        const rebuilt = rebuildOf(steps);
        expect(showCandles(rebuilt.candles, plan)).toEqual(expected.canonical);
        expect(rebuilt.counts).toMatchObject(expected.counts);
        holes += rebuilt.holes.length;
      }),
      { seed: testSeed(), numRuns: testCount(20, 500) },
    );
    expect(holes).toBeGreaterThan(0);
  });

  test("gives the live candles of its stream to the byte when its log is replayed", () => {
    fc.assert(
      fc.property(randomSessions(true), ({ steps }) => {
        const first = engineOf(steps).drainSealed();
        expect(engineOf(steps).drainSealed()).toEqual(first);
        const { sealedLive, plan } = rebuildOf(steps);
        expect(showCandles(sealedLive, plan)).toEqual(showSealed(first, plan));
      }),
      { seed: testSeed(), numRuns: testCount(50, 2000) },
    );
  });
});

/** Shuffles the frames between any two other steps; seals stay where they are. */
function shuffled(steps: readonly Step[], random: () => number): Step[] {
  const mixed: Step[] = [];
  let frames: Step[] = [];
  const empty = (): void => {
    for (; frames.length > 0;) {
      mixed.push(...frames.splice(Math.floor(random() * frames.length), 1));
    }
    frames = [];
  };
  for (const step of steps) {
    if ("frame" in step) {
      frames.push(step);
      continue;
    }
    empty();
    mixed.push(step);
  }
  empty();
  return mixed;
}

const isNoSeal = (step: Step): boolean => !("seal" in step) && !("auctionSeal" in step);

test("the canonical candles and gaps are the same for any arrival between connection events", () => {
  const random = seededRandom(testSeed());
  const permutationsOfEach = 20;
  fc.assert(
    fc.property(fc.boolean().chain(randomSessions), ({ steps }) => {
      const { candles, gaps, holes, counts, anomalies } = rebuildOf(steps);
      for (let count = 0; count < permutationsOfEach; count++) {
        // Without seals, frames of the whole stretch between two events change places.
        const rebuilt = rebuildOf(shuffled(steps.filter(isNoSeal), random));
        expect(rebuilt.candles).toEqual(candles);
        expect(rebuilt.gaps).toEqual(gaps);
        expect(rebuilt.holes).toEqual(holes);
        expect(rebuilt.anomalies.map((each) => each.count)).toEqual(
          anomalies.map((each) => each.count),
        );
        const { packets, unique, duplicates, missing } = counts;
        expect(rebuilt.counts).toMatchObject({ packets, unique, duplicates, missing });
      }
    }),
    { seed: testSeed(), numRuns: testCount(25, 500) },
  );
});

test("frames of any bytes among the packets are anomalies, each counted, and nothing fails", () => {
  const random = seededRandom(testSeed());
  const pick = (size: number): number => Math.floor(random() * size);
  const frames = testCount(2000, 100_000);
  const steps: Step[] = [session];
  for (let count = 0; count < frames; count++) {
    const made = packet("INFY", (count * 22_500) / frames, { sequence: count, volume: count });
    const frame =
      "frame" in made ? made.frame.slice(0, pick(3) === 0 ? pick(124) : 123) : new Uint8Array();
    for (let change = pick(4); change > 0 && frame.length > 0; change--) {
      frame[pick(frame.length)] = pick(256);
    }
    steps.push({ frame });
    if (pick(50) === 0) steps.push(seal(Math.floor((count * 375) / frames) - 1));
  }
  const { counts, anomalies } = rebuildOf(steps);
  const refused = anomalies
    .filter(({ code }) => code !== "VOLUME_DECREASE" && code !== "ZERO_PRICE")
    .reduce((sum, { count }) => sum + count, 0);
  expect(refused).toBeGreaterThan(frames / 4);
  expect(counts.packets + refused).toBe(frames);
});

describe("the day's exact numbers", () => {
  const numbers = (sequences: readonly number[]): Step[] =>
    sequences.map((sequence) => packet("INFY", sequence, { sequence, volume: sequence }));

  test("count repeated, late and missing packets once each", () => {
    const steps: Step[] = [
      session,
      ...numbers(Array.from({ length: 400 }, (_, index) => index).filter((at) => at !== 90)),
      ...numbers([30, 30]),
      seal(5),
      ...numbers([300]),
    ];
    const withLate = steps.toSpliced(200, 1);
    withLate.push(packet("INFY", 200, { sequence: 200, volume: 200 }));
    const { counts } = rebuildOf(withLate);
    expect(counts).toEqual({
      packets: 402,
      unique: 399,
      duplicates: 3,
      late: 1,
      reordered: 0,
      missing: 1,
      reason: null,
    });
  });

  test("do not tell what is missing when the exchange's numbers leap", () => {
    const { counts } = rebuildOf([session, ...numbers([1, 150, 912, 913])]);
    expect(counts).toMatchObject({ missing: null, reason: "SEQUENCE_NOT_CONSECUTIVE" });
  });

  test("tell what is missing across gaps, however many there are", () => {
    const lost = { kind: "LOST", connection: 0, cause: "DISCONNECT", says: "closed" } as const;
    const steps: Step[] = [session];
    for (let part = 0; part < 20; part++) {
      steps.push(...numbers(Array.from({ length: 10 }, (_, index) => part * 15 + index)));
      steps.push({ event: lost });
    }
    expect(rebuildOf(steps).counts).toMatchObject({ missing: 19 * 5, reason: null });
  });

  test("count a packet without a price as one that came", () => {
    const steps = numbers(Array.from({ length: 200 }, (_, index) => index));
    steps[100] = packet("INFY", 100, { sequence: 100, price: 0 });
    expect(rebuildOf([session, ...steps]).counts).toMatchObject({ unique: 200, missing: 0 });
  });

  test("say between which minutes packets are missing without a gap", () => {
    const steps = numbers(Array.from({ length: 400 }, (_, index) => index));
    steps.splice(119, 2);
    const { holes, candles, plan } = rebuildOf([session, ...steps]);
    expect(holes).toEqual([
      { symbol: "INFY", fromMinute: SCENE_OPEN + 1, toMinute: SCENE_OPEN + 2 },
    ]);
    const incomplete = showCandles(candles, plan).filter((candle) => candle.incomplete);
    expect(incomplete.map(({ minute }) => minute)).toEqual([1, 2]);
  });
});

test("a late packet enters the canonical candles and not the live ones", () => {
  const rebuilt = rebuildOf([
    session,
    packet("INFY", -5, { sequence: 1, price: 100, volume: 0 }),
    packet("INFY", 5, { sequence: 2, price: 101, volume: 10 }),
    seal(0),
    packet("INFY", 50, { sequence: 3, price: 109, volume: 14 }),
    packet("INFY", 70, { sequence: 4, price: 103, volume: 20 }),
    seal(1),
  ]);
  expect(showCandles(rebuilt.sealedLive, SCENE_PLAN)).toMatchObject([
    { ohlc: [101, 101, 101, 101], volume: 10 },
    { ohlc: [103, 103, 103, 103], volume: 10 },
  ]);
  expect(showCandles(rebuilt.candles, SCENE_PLAN)).toMatchObject([
    { ohlc: [101, 109, 101, 109], volume: 14 },
    { ohlc: [103, 103, 103, 103], volume: 6 },
  ]);
});

test("a repeated packet with another time counts once, at its earlier time", () => {
  const { candles, counts } = rebuildOf([
    session,
    packet("INFY", -5, { sequence: 1, price: 100, volume: 0 }),
    packet("INFY", 5, { sequence: 2, price: 101, volume: 10 }),
    packet("INFY", 125, { sequence: 2, price: 101, volume: 10 }),
    packet("INFY", 130, { sequence: 3, price: 102, volume: 11 }),
  ]);
  expect(counts.duplicates).toBe(1);
  expect(showCandles(candles, SCENE_PLAN)).toMatchObject([
    { minute: 0, ticks: 1 },
    { minute: 2, ticks: 1 },
  ]);
});
