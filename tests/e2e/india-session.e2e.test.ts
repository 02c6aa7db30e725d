/**
 * A streaming session as its operator has it: from the instrument master to the published day and its
 * review, through the command line in processes of its own, against the look-alike of SmartAPI.
 */
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type IndiaReview, indiaReviewSchema } from "#contracts/india-review.ts";
import { describeParquet } from "#lake/read-parquet.testing.ts";
import {
  CANDLE_COLUMN_TYPES,
  compareWithTruth,
  coveredTwice,
  epochMinuteOf,
  liveBatches,
  liveFolder,
  readPointedCandleFiles,
  readPublished,
  rewriteBatches,
} from "../support/india-candles.ts";
import {
  type CommandEnd,
  INDEX_COUNT,
  type IndiaDesk,
  indiaDesks,
  untilTrue,
} from "../support/india-operator.ts";
import { testCount, testSeed } from "../support/depth.ts";

const openDesk = indiaDesks();
const SESSION = "2026-06-12";
const STREAM = ["india", "stream", "--clock", "feed", "--json"];
const STOCKS = 6;

const reportSchema = z.looseObject({
  outcome: z.string(),
  says: z.string(),
  session: z.string(),
  mode: z.string(),
  synthetic: z.literal(true),
  use: z.strictObject({ tokens: z.number(), headroom: z.number(), connections: z.number() }),
  coverageGaps: z.array(z.looseObject({ symbol: z.string(), role: z.string().nullable() })),
  packets: z.looseObject({
    received: z.number(),
    duplicates: z.number(),
    late: z.number(),
    missing: z.number().nullable(),
  }),
  anomalies: z.record(z.string(), z.number()),
  gaps: z.array(z.looseObject({ cause: z.string(), tokens: z.number() })),
  candles: z.looseObject({ sealed: z.number(), canonical: z.number(), incomplete: z.number() }),
  snapshot: z.string(),
  review: z.string(),
});
type Report = z.output<typeof reportSchema>;

const errorSchema = z.looseObject({
  error: z.looseObject({ code: z.string(), facts: z.record(z.string(), z.unknown()) }),
});

/** The report of a stream that has to have ended well. */
function reportOf({ exitCode, stdout, stderr }: CommandEnd): Report {
  if (exitCode !== 0) throw new Error(`it ended with ${exitCode}: ${stdout}${stderr}`);
  return z.parse(reportSchema, JSON.parse(stdout));
}

function errorOf({ exitCode, stdout }: CommandEnd) {
  const { code, facts } = z.parse(errorSchema, JSON.parse(stdout)).error;
  return { exitCode, code, facts };
}

function readReview(desk: IndiaDesk, session: string): IndiaReview {
  const path = join(desk.workspace, "docs", "review", "india", session, "review.json");
  return indiaReviewSchema.parse(JSON.parse(readFileSync(path, "utf8")));
}

/** Ends a stream as from another terminal; the command returns when the day is published. */
async function stop(desk: IndiaDesk): Promise<CommandEnd> {
  return await desk.run(["india", "stop"]);
}

describe("a session with faults, ended from another terminal", () => {
  const NOWHERE = "Nifty Nowhere";
  const UNBOUND = "Nifty IT";
  const TOKENS = STOCKS + INDEX_COUNT - 1;
  const GARBAGE = 6;
  let desk: IndiaDesk;
  let instruments: unknown;
  let streamPid: number;
  let refused: CommandEnd[];
  let besideIt: CommandEnd[];
  let captured: Map<string, string>;
  let stopped: CommandEnd;
  let streamed: CommandEnd;

  beforeAll(async () => {
    desk = await openDesk({
      seed: testSeed(),
      stocks: STOCKS,
      simulator: {
        startAt: testCount(0, 1) === 1 ? "09:07" : "15:05",
        holdAt: "15:20",
        waitForTokens: TOKENS,
        faults: [
          { fault: "duplicate", at: "15:08", count: 3 },
          { fault: "drop", at: "15:12" },
          {
            fault: "garbage_frame",
            at: "15:15",
            args: { packets: GARBAGE, shape: "wrong_length" },
          },
        ],
      },
      settings: ["[india.proxies]", `sector_it = "${NOWHERE}"`],
    });
    const { simulator, workspace } = desk;
    instruments = await desk.runJson(["india", "instruments"]);
    const stream = desk.start(STREAM);
    streamPid = stream.pid;
    await simulator.settled();
    refused = await Promise.all([desk.run(STREAM), desk.run(["india", "history", "--json"])]);
    besideIt = await Promise.all([desk.run(["status"]), desk.run(["doctor", "--offline"])]);
    simulator.advanceTo("15:29");
    await simulator.settled();
    await untilTrue("the minute 15:27 is on the disk", () =>
      [...liveBatches(workspace, SESSION).keys()].some((name) => name.endsWith("-1527.parquet")),
    );
    captured = liveBatches(workspace, SESSION);
    cpSync(liveFolder(workspace, SESSION), join(workspace, "captured"), { recursive: true });
    simulator.advanceTo();
    await simulator.ended;
    stopped = await stop(desk);
    streamed = await stream.ended;
  });

  test("ends both terminals with 0", () => {
    expect(reportOf(streamed)).toMatchObject({ outcome: "stopped", session: SESSION });
    expect(stopped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${streamPid}`) });
  });

  test("has a token for every name but the one that the master does not hold", () => {
    const gaps = [{ symbol: NOWHERE, role: "sector_it" }];
    expect(instruments).toMatchObject({ gaps });
    expect(reportOf(streamed)).toMatchObject({
      coverageGaps: gaps,
      use: { tokens: TOKENS, headroom: 3000 - TOKENS, connections: 1 },
    });
  });

  test("keeps out a second stream and whoever else asks the vendor, and names who holds it", () => {
    const refusal = { exitCode: 2, code: "SESSION_IN_USE", facts: { pid: streamPid } };
    expect(refused.map(errorOf)).toEqual([refusal, refusal]);
    expect(besideIt.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });

  test("tells exactly what came, and what did not", () => {
    const sent = desk.simulator.report();
    const { packets, anomalies, gaps } = reportOf(streamed);
    expect(packets).toMatchObject({
      received: sent.sent,
      duplicates: sent.duplicates,
      late: sent.late + sent.lateSnapshots,
      missing: sent.missing,
    });
    expect(sent).toMatchObject({
      garbage: { wrong_length: GARBAGE },
      lostByCause: { drop: expect.any(Number) },
    });
    expect(anomalies).toEqual({ WRONG_LENGTH: GARBAGE });
    expect(gaps).toMatchObject([
      { cause: "ABSENT", tokens: TOKENS, missingBySequence: null },
      { cause: "DISCONNECT", tokens: TOKENS },
    ]);
  });

  test("publishes Parquet with the documented columns", async () => {
    const { snapshot, paths } = readPointedCandleFiles(desk.workspace);
    expect(snapshot).toBe(reportOf(streamed).snapshot);
    expect(await describeParquet(paths)).toEqual(CANDLE_COLUMN_TYPES);
  });

  test("publishes every minute as the exchange had it, and none that it had not", async () => {
    const candles = await readPublished(desk.workspace);
    const truth = compareWithTruth(candles, desk.simulator.timeline, { without: [UNBOUND] });
    expect(truth).toMatchObject({ wrong: [], invented: [], missing: [] });
    expect(truth.compared).toBeGreaterThan(1000);
    const sources = Map.groupBy(candles, ({ source }) => source);
    expect([...sources.keys()].sort()).toEqual(["SYNTHETIC:rest", "SYNTHETIC:stream"]);
  });

  test("sealed candles that a replay of the log gives again to the byte", async () => {
    expect(captured.size).toBeGreaterThan(1);
    expect(coveredTwice(captured.keys(), SESSION)).toEqual([]);
    const batches = captured.keys();
    expect(await rewriteBatches(desk.workspace, { session: SESSION, batches })).toEqual(captured);
  });

  test("is made again from the raw log alone, with the same content", async () => {
    const before = readPointedCandleFiles(desk.workspace);
    for (const stage of ["staging", "analytics"]) {
      rmSync(join(desk.workspace, "data", stage, "india"), { recursive: true });
    }
    expect(await desk.runJson(["india", "build"])).toMatchObject({
      snapshot: before.snapshot,
      contentDigest: before.contentDigest,
    });
    expect(readPointedCandleFiles(desk.workspace)).toEqual(before);
  });
});

describe("a session with a closing auction, followed to its end", () => {
  const DATE = "2026-08-07";
  let desk: IndiaDesk;
  let streamed: CommandEnd;

  beforeAll(async () => {
    // The feed of stocks without the auction goes on longer than the exchange's day, which ends the stream.
    desk = await openDesk({
      date: DATE,
      seed: testSeed(),
      stocks: 12,
      hours: { closeMinute: 947 },
      simulator: { startAt: "15:08", faults: [{ fault: "duplicate", at: "15:11" }] },
    });
    streamed = await desk.run(STREAM);
  });

  test("ends by itself a quarter of an hour after the close", () => {
    expect(reportOf(streamed)).toMatchObject({ outcome: "closed", session: DATE });
    expect(existsSync(liveFolder(desk.workspace, DATE))).toBe(false);
  });

  test("has one row for the auction of a stock that takes part, and no minutes of it from then on", async () => {
    const { timeline } = desk.simulator;
    const candles = await readPublished(desk.workspace);
    const fromMinute = epochMinuteOf(timeline, "15:15");
    const participants = timeline.instruments.filter(({ hasAuction }) => hasAuction);
    expect(participants.length).toBeGreaterThan(0);
    for (const { name } of participants) {
      const rows = candles.filter((one) => one.symbol === name && one.minute >= fromMinute);
      expect(rows.map(({ kind, minute }) => ({ kind, minute }))).toEqual([
        { kind: "auction", minute: fromMinute },
      ]);
    }
    const toMinute = epochMinuteOf(timeline, "15:30");
    const truth = compareWithTruth(candles, timeline, { toMinute });
    expect(truth).toMatchObject({ wrong: [], invented: [], missing: [] });
    expect(candles.filter(({ minute }) => minute >= toMinute)).toEqual([]);
  });
});

describe("a session in LTP mode", () => {
  let desk: IndiaDesk;
  let streamed: CommandEnd;

  beforeAll(async () => {
    desk = await openDesk({
      seed: testSeed(),
      simulator: { startAt: "15:00", holdAt: "15:25" },
      vendor: ['mode = "ltp"'],
    });
    const stream = desk.start(STREAM);
    await desk.simulator.settled();
    await stop(desk);
    streamed = await stream.ended;
  });

  test("knows neither volume nor VWAP of a streamed minute", async () => {
    expect(reportOf(streamed).mode).toBe("ltp");
    const candles = await readPublished(desk.workspace);
    const ofStream = candles.filter(({ source }) => source === "SYNTHETIC:stream");
    expect(ofStream.length).toBeGreaterThan(100);
    expect(ofStream.filter(({ volume, vwap }) => volume !== null || vwap !== null)).toEqual([]);
  });

  test("says so in the review, and does not judge momentum", () => {
    const { momentum, unknown } = readReview(desk, SESSION);
    expect(momentum).toMatchObject({ state: "INSUFFICIENT_DATA", count: 0 });
    expect(momentum.insufficient.map(({ reason }) => reason)).toContain("VOLUME_UNAVAILABLE");
    expect(unknown.map(({ code }) => code)).toContain("VOLUME_UNAVAILABLE");
  });
});

// Windows has no signals; there `india stop` is the way.
test.runIf(process.platform !== "win32")(
  "an interrupt in mid-session ends it cleanly, with the day so far published",
  async () => {
    const desk = await openDesk({
      seed: testSeed(),
      simulator: { startAt: "15:05", holdAt: "15:12" },
    });
    const { simulator, workspace } = desk;
    const stream = desk.start(STREAM);
    await simulator.settled();
    stream.signal("SIGINT");
    expect(reportOf(await stream.ended)).toMatchObject({ outcome: "stopped" });
    const toMinute = epochMinuteOf(simulator.timeline, "15:11");
    const candles = await readPublished(workspace);
    const truth = compareWithTruth(candles, simulator.timeline, { toMinute });
    expect(truth).toMatchObject({ wrong: [], invented: [], missing: [] });
    expect(truth.compared).toBeGreaterThan(1000);
  },
);

describe("without a stream", () => {
  let desk: IndiaDesk;
  beforeAll(async () => {
    desk = await openDesk();
  });

  test("a stop says that there is none", async () => {
    expect(await desk.run(["india", "stop"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("no stream is running"),
    });
  });

  test("a day that is no session is told, and no failure", async () => {
    await desk.runJson(["india", "instruments"]);
    const sunday = ["india", "stream", "--clock", "fixed:2026-06-14T05:00:00Z"];
    expect(await desk.run(sunday)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/2026-06-14 is no session .* the next one is 2026-06-15/),
    });
  });

  test("a wrong PIN is refused before anything is connected", async () => {
    const refused = await desk.run(STREAM, { SMARTAPI_PIN: "0815" });
    expect(errorOf(refused)).toMatchObject({ exitCode: 2, code: "LOGIN_REFUSED" });
    expect(refused.stdout + refused.stderr).not.toContain("0815");
    expect(desk.simulator.report().connections).toEqual([]);
  });

  test("a login that is not configured is named", async () => {
    const refused = await desk.run(STREAM, { SMARTAPI_TOTP_SECRET: "" });
    expect(errorOf(refused)).toMatchObject({
      exitCode: 2,
      code: "CREDENTIAL_MISSING",
      facts: { variables: ["SMARTAPI_TOTP_SECRET"] },
    });
  });
});

test("more tokens than three connections carry are refused before the first is made", async () => {
  const desk = await openDesk({ stocks: 2996, simulator: { packetsPerMinute: 0.01 } });
  expect(errorOf(await desk.run(STREAM))).toMatchObject({
    exitCode: 2,
    code: "STREAM_TOO_LARGE",
    facts: { wanted: 3001, allowed: 3000 },
  });
  expect(desk.simulator.report().connections).toEqual([]);
});
