/**
 * A stream that is killed at any instant, in the session and while it publishes: the next start loses no
 * sealed candle, changes none and seals none twice, and the day comes out as the exchange had it.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type RandomSource, seededRandom } from "#core/random.ts";
import { must } from "#core/assert.ts";
import { testCount, testSeed } from "../support/depth.ts";
import {
  compareWithTruth,
  coveredTwice,
  epochMinuteOf,
  liveBatches,
  liveFolder,
  readCandleRows,
  readPublished,
  rewriteBatches,
  sealedByReplay,
  tickSegments,
} from "../support/india-candles.ts";
import {
  type CommandEnd,
  type IndiaDesk,
  type RunningCommand,
  indiaDesks,
  pauseMs,
  untilTrue,
} from "../support/india-operator.ts";
import { secondOfDay } from "../../simulators/synthetic-market/tick-session.ts";

const openDesk = indiaDesks();
const SESSION = "2026-06-12";
const EVENING = "fixed:2026-06-12T11:00:00Z";
const STREAM = ["india", "stream", "--clock", "feed", "--json"];
const STOCKS = 5;
/** Points at full depth. */
const POINTS = 50;
const CLOSING_POINTS = 20;
const POINT_MS_MAX = 120_000;

const FROM = "15:06";
const HELD_AT = "15:20:30";
/** The newest minute that is sealed when the feed stands, and the end of what is whole. */
const SEALED_LAST = "-1519.parquet";
const WHOLE_TO = "15:20";
const EVENT_SECONDS_PER_SECOND = 375;
/** A second kill comes so long after the restart: while it logs in, replays, or streams again. */
const RESTART_MS_MAX = 2500;
/** A record begins with its length, kind, time and checksum. */
const RECORD_HEAD_BYTES = 17;

describe("killed in mid-session", () => {
  const points = Array.from({ length: testCount(2, POINTS) }, (_, point) => point);
  test.concurrent.each(points)(
    "at point %i, it goes on with every candle that was sealed",
    { timeout: POINT_MS_MAX },
    async (point) => {
      const random = seededRandom(testSeed() + point);
      const desk = await openDesk({
        seed: testSeed() + point,
        stocks: STOCKS,
        simulator: {
          startAt: FROM,
          holdAt: HELD_AT,
          pace: { kind: "speed", eventSecondsPerSecond: EVENT_SECONDS_PER_SECOND },
        },
      });
      const { workspace, simulator } = desk;
      const killAt = between(random, secondOfDay(FROM), secondOfDay(HELD_AT));
      const stream = desk.start(STREAM);
      await untilTrue(
        "the feed is there",
        () => secondOfDay(simulator.report().eventTime) >= killAt,
      );
      await kill(stream);
      tearLog(workspace, random);
      const sealedBefore = batchesOf(workspace);
      if (random() < 0.5) await restartAndKill(desk, between(random, 0, RESTART_MS_MAX));
      const sealedBetween = batchesOf(workspace);

      const restarted = desk.start(STREAM);
      await untilItHoldsTheSession(desk, restarted);
      await simulator.settled();
      await untilTrue(`${SEALED_LAST} is on the disk`, () =>
        [...batchesOf(workspace).keys()].some((name) => name.endsWith(SEALED_LAST)),
      );
      expect(await desk.run(["india", "stop"])).toMatchObject({ exitCode: 0 });
      expectDone(await restarted.ended);
      const sealed = batchesOf(workspace);
      expect([...sealed]).toEqual(expect.arrayContaining([...sealedBefore, ...sealedBetween]));
      expect(coveredTwice(sealed.keys(), SESSION)).toEqual([]);
      expect(await rewriteBatches(workspace, { session: SESSION, batches: sealed.keys() })).toEqual(
        sealed,
      );
      const rows = await readCandleRows(
        [...sealed.keys()].map((name) => join(liveFolder(workspace, SESSION), name)),
      );
      expect(rows).toHaveLength(sealedByReplay(workspace).length);
      await expectTrueDay(desk);
    },
  );
});

describe("killed while it publishes", () => {
  const points = Array.from({ length: testCount(1, CLOSING_POINTS) }, (_, point) => point);
  test.concurrent.each(points)(
    "at point %i, the next start publishes the day",
    { timeout: POINT_MS_MAX },
    async (point) => {
      const random = seededRandom(testSeed() - point);
      const desk = await openDesk({
        seed: testSeed() + point,
        stocks: STOCKS,
        simulator: { startAt: "15:10", holdAt: HELD_AT },
      });
      const { simulator } = desk;
      const stream = desk.start(STREAM);
      await simulator.settled();
      stream.signal("SIGINT");
      const phase = must(PHASES[(testSeed() + point) % PHASES.length], "a phase");
      await untilTrue(phase.name, () => phase.isReached(desk) || !isAlive(stream.pid));
      await pauseMs(between(random, 0, 80));
      await kill(stream);
      if (random() < 0.5) {
        expectDone(await desk.run(["india", "stream", "--clock", EVENING, "--json"]));
      } else {
        const restarted = desk.start(STREAM);
        await untilItHoldsTheSession(desk, restarted);
        await desk.run(["india", "stop"]);
        expectDone(await restarted.ended);
      }
      await expectTrueDay(desk, "15:11");
    },
  );
});

/** Where a kill of the last phase may come, in the order of the phase. */
const PHASES: readonly {
  readonly name: string;
  readonly isReached: (desk: IndiaDesk) => boolean;
}[] = [
  { name: "REST", isReached: ({ simulator }) => candleCalls(simulator.requests()) > 0 },
  {
    name: "receipts",
    isReached: ({ workspace }) =>
      tickSegments(workspace).some((path) => existsSync(`${path}.meta.json`)),
  },
  {
    name: "build",
    isReached: ({ workspace }) => existsSync(join(workspace, "data", "analytics", "india")),
  },
  {
    name: "review",
    isReached: ({ workspace }) => existsSync(join(workspace, "docs", "review", "india")),
  },
];

function candleCalls(requests: readonly { readonly path: string }[]): number {
  return requests.filter(({ path }) => path.endsWith("getCandleData")).length;
}

/** What is complete of the day equals the exchange's, and nothing is there that was not. */
async function expectTrueDay({ workspace, simulator }: IndiaDesk, from?: string): Promise<void> {
  const { timeline } = simulator;
  const truth = compareWithTruth(await readPublished(workspace), timeline, {
    fromMinute: from === undefined ? undefined : epochMinuteOf(timeline, from),
    toMinute: epochMinuteOf(timeline, WHOLE_TO),
  });
  expect(truth).toMatchObject({ wrong: [], invented: [], missing: [] });
  expect(truth.compared).toBeGreaterThan(50);
}

function expectDone({ exitCode, stdout, stderr }: CommandEnd): void {
  expect(exitCode === 0 ? "" : stdout + stderr).toBe("");
}

async function kill(command: RunningCommand): Promise<void> {
  command.signal("SIGKILL");
  await command.ended;
}

async function restartAndKill(desk: IndiaDesk, afterMs: number): Promise<void> {
  const restarted = desk.start(STREAM);
  await pauseMs(afterMs);
  await kill(restarted);
}

/** The one that was killed left its name behind: only the restarted one's will do. */
async function untilItHoldsTheSession(
  { workspace }: IndiaDesk,
  restarted: RunningCommand,
): Promise<void> {
  const named = join(workspace, "data", "state", "locks", "india-stream.pid");
  await untilTrue(
    "it holds the session",
    () => existsSync(named) && Number(readFileSync(named, "utf8")) === restarted.pid,
  );
}

/** Half of the time, the kill came while a record was written: its first bytes are there. */
function tearLog(workspace: string, random: RandomSource): void {
  const path = tickSegments(workspace).at(-1);
  if (path === undefined || random() < 0.5) return;
  const written = readFileSync(path);
  const bytes = Math.min(written.length, between(random, 1, 2 * RECORD_HEAD_BYTES));
  appendFileSync(path, written.subarray(0, bytes));
}

function batchesOf(workspace: string): Map<string, string> {
  return existsSync(liveFolder(workspace, SESSION))
    ? liveBatches(workspace, SESSION)
    : new Map<string, string>();
}

function between(random: RandomSource, from: number, to: number): number {
  return from + Math.floor(random() * (to - from));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
