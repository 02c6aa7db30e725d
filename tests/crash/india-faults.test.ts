/**
 * A session full of faults, streamed by the product in a process of its own: what it reports as missing,
 * repeated and late is what the vendor did, one for one, and what it publishes is what the feed held.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { sessionDate } from "#core/session-date.ts";
import {
  indiaEnvironment,
  indiaMarketOf,
  indiaSettingsText,
  startIndiaVendor,
} from "../../simulators/faults/india-stage.ts";
import { PRODUCT_ENTRY } from "../../simulators/faults/product-process.ts";
import {
  type MinuteJudgement,
  judgeMinutes,
  readPublishedMinutes,
} from "../../simulators/faults/published-minutes.ts";
import { runStreamToItsEnd } from "../../simulators/faults/stream-run.ts";
import type { FaultRule } from "../../simulators/smartapi/fault-book.ts";
import { FAULT_NAMES, type FaultName } from "../../simulators/smartapi/fault-list.ts";
import { planFaults } from "../../simulators/smartapi/fault-plan.ts";
import type { FeedReport } from "../../simulators/smartapi/feed-report.ts";
import type { SmartApiSimulator } from "../../simulators/smartapi/smartapi-server.ts";
import { midnightMinuteOf, secondOfDay } from "../../simulators/synthetic-market/tick-session.ts";
import { testCount, testSeed } from "../support/depth.ts";

/** A session, and where faults of the stream and the lasting refusal strike in it. */
type Scene = {
  readonly session: string;
  readonly from: string;
  readonly to: string;
  /** The vendor refuses connections so long here that REST takes over. */
  readonly refusedAt: string;
  readonly closesAt: string;
};
/** An hour on a holiday; a whole day, with the auction at its end. */
const SHORT: Scene = {
  session: "2025-10-21",
  from: "13:47",
  to: "14:36",
  refusedAt: "14:38",
  closesAt: "14:45",
};
const WHOLE: Scene = {
  session: "2026-09-15",
  from: "09:20",
  to: "15:04",
  refusedAt: "15:06",
  closesAt: "15:30",
};

const STREAM_FAULTS_QUICK = 24;
const STREAM_FAULTS_FULL = 200;
const STOCKS = 8;
const REFUSED_TIMES = 6;
/** A day with a second or more for each silence, on a busy machine. */
const HUNG_MS = 240_000;
const TIMEOUT_MS = 300_000;

const CANDLE_CALL = { call: "getCandleData" };
/** Failures of calls after the close that repeating them heals. */
const HEALED_FAULTS = [
  "ab1004_storm",
  "text_403",
  "empty_body",
  "gateway_error",
  "string_false",
] as const satisfies readonly FaultName[];
/** Faults after which nobody waits, for a session that is not about silence. */
const QUICK_FAULTS: readonly FaultName[] = [
  "drop",
  "slow_consumer",
  "duplicate",
  "late",
  "reorder",
];
/** They break a day before its first packet; `instruments.test.ts` and `smart-api.store.test.ts` have them. */
const OF_THE_START: readonly FaultName[] = ["login_refused", "instruments_404", "instruments_null"];

/** How the product names a gap that a fault tears. The others tear none. */
const CAUSE_OF: Partial<Record<string, string>> = {
  drop: "DISCONNECT",
  slow_consumer: "DISCONNECT",
  token_expiry: "DISCONNECT",
  upgrade_401: "DISCONNECT",
  upgrade_429: "DISCONNECT",
  stale_snapshot: "DISCONNECT",
  stall_pong_alive: "STALL",
  half_open: "HALF_OPEN",
};
/** What the product counts where the vendor sent something that is no packet of today. */
const OF_GARBAGE = [
  "WRONG_LENGTH",
  "WRONG_MODE",
  "UNKNOWN_EXCHANGE",
  "UNKNOWN_TOKEN",
  "ABSURD_VALUE",
];

const reportSchema = z.looseObject({
  outcome: z.string(),
  session: z.string(),
  packets: z.strictObject({
    received: z.number(),
    duplicates: z.number(),
    late: z.number(),
    reordered: z.number(),
    missing: z.number().nullable(),
    missingReason: z.string().nullable(),
  }),
  anomalies: z.record(z.string(), z.number()),
  gaps: z.array(
    z.looseObject({
      from: z.string(),
      to: z.string(),
      cause: z.string(),
      tokens: z.number(),
      missingBySequence: z.number().nullable(),
    }),
  ),
  unknownMinutes: z.array(z.strictObject({ symbol: z.string(), from: z.string(), to: z.string() })),
  candles: z.looseObject({ canonical: z.number(), incomplete: z.number() }),
  polled: z.number(),
  rest: z.looseObject({ asked: z.number(), landed: z.number(), failed: z.array(z.unknown()) }),
});
type StreamReport = z.output<typeof reportSchema>;

const folders: string[] = [];
const vendors: SmartApiSimulator[] = [];

afterEach(async () => {
  await Promise.all(vendors.splice(0).map((vendor) => vendor.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("a session with faults of every kind", () => {
  test(
    "is reported packet by packet and published minute by minute",
    { timeout: TIMEOUT_MS },
    async () => {
      const count = testCount(STREAM_FAULTS_QUICK, STREAM_FAULTS_FULL);
      const scene = testCount(0, 1) === 0 ? SHORT : WHOLE;
      const { from, to, refusedAt } = scene;
      const faults: FaultRule[] = [
        ...planFaults({ seed: testSeed(), count, from, to }),
        { fault: "upgrade_429", at: refusedAt, args: { times: REFUSED_TIMES, seconds: 20 } },
        ...HEALED_FAULTS.map((fault) => ({ fault, at: scene.closesAt, args: CANDLE_CALL })),
      ];
      const kinds = new Set<string>([...faults.map(({ fault }) => fault), ...OF_THE_START]);
      expect([...kinds].toSorted()).toEqual([...FAULT_NAMES].toSorted());

      const { report, vendor, judgement } = await streamScene(scene, faults);
      const truth = vendor.report();
      expect(truth.unstruck).toEqual([]);
      expectSamePackets(report, truth);
      expectSameGaps(report, truth);
      expectSameAnomalies(report, truth);
      expect(report.polled).toBeGreaterThan(0);
      // Three tries of the first call are not enough; all later ones heal.
      expect(report.rest.failed.length).toBeLessThanOrEqual(1);
      expectSameMinutes(report, judgement);
    },
  );

  test(
    "whose vendor gives no candles has no minute but its own",
    { timeout: TIMEOUT_MS },
    async () => {
      const faults: FaultRule[] = [
        ...planFaults({
          ...SHORT,
          seed: testSeed() + 1,
          count: testCount(10, 40),
          kinds: QUICK_FAULTS,
        }),
        { fault: "empty_body", count: 100_000, args: CANDLE_CALL },
      ];
      const { report, vendor, judgement } = await streamScene(SHORT, faults);
      expectSamePackets(report, vendor.report());
      expectSameGaps(report, vendor.report());
      expect(report.rest.landed).toBe(0);
      expectSameMinutes(report, judgement);
      expect(judgement.incomplete).toBeGreaterThan(0);
    },
  );
});

async function streamScene(
  { session }: Scene,
  faults: readonly FaultRule[],
): Promise<{
  readonly report: StreamReport;
  readonly vendor: SmartApiSimulator;
  readonly judgement: MinuteJudgement;
}> {
  const folder = mkdtempSync(join(tmpdir(), "meridian-india-faults-"));
  folders.push(folder);
  const workspace = join(folder, "workspace");
  mkdirSync(join(workspace, "data"), { recursive: true });
  writeFileSync(join(workspace, "data", "workspace-kind"), "synthetic\n");
  const market = indiaMarketOf(testSeed(), STOCKS);
  const vendor = await startIndiaVendor({ market, session, faults });
  vendors.push(vendor);
  writeFileSync(join(workspace, "meridian.toml"), indiaSettingsText(vendor, market));
  const environment = { ...indiaEnvironment(), NODE_COMPILE_CACHE: join(folder, "compiled") };
  const { stream, stop } = await runStreamToItsEnd(
    { entry: PRODUCT_ENTRY, workspace, environment, hungMs: HUNG_MS },
    vendor,
  );
  expect({ ...stream, stdout: "" }).toMatchObject({ exitCode: 0, hung: false });
  expect(stop).toMatchObject({ exitCode: 0 });
  const report = reportSchema.parse(JSON.parse(stream.stdout));
  expect(report).toMatchObject({ outcome: "stopped", session });
  const gaps = report.gaps.map(({ from, to }) => ({ fromMs: epochMs(from), toMs: epochMs(to) }));
  const unknown = report.unknownMinutes.map(({ symbol, from, to }) => ({
    symbol,
    fromMs: epochMs(from),
    toMs: epochMs(to),
  }));
  const published = await readPublishedMinutes(workspace);
  const uncounted = unpricedOf(vendor.report());
  return {
    report,
    vendor,
    judgement: judgeMinutes(published, vendor.timeline, { gaps, unknown, uncounted }),
  };
}

/** Every number of packets is the vendor's own. Its "late" counts apart what it sends on subscribing. */
function expectSamePackets({ packets }: StreamReport, truth: FeedReport): void {
  expect(packets).toEqual({
    received: truth.sent,
    duplicates: truth.duplicates,
    late: truth.late + truth.lateSnapshots,
    reordered: truth.reordered,
    missing: truth.missing,
    missingReason: null,
  });
}

/** One gap for each connection that a fault took, with its cause, and all that is missing inside of them. */
function expectSameGaps({ gaps }: StreamReport, truth: FeedReport): void {
  const causes = truth.strikes.flatMap(({ fault }) => CAUSE_OF[fault] ?? []);
  expect(gaps.map(({ cause }) => cause).toSorted()).toEqual(causes.toSorted());
  const missing = gaps.reduce((sum, gap) => sum + (gap.missingBySequence ?? Number.NaN), 0);
  expect(missing).toBe(truth.missing);
  for (const gap of gaps) expect(epochMs(gap.to)).toBeGreaterThanOrEqual(epochMs(gap.from));
}

function expectSameAnomalies({ anomalies }: StreamReport, truth: FeedReport): void {
  const { text: _texts, ...frames } = truth.garbage;
  const sent = Object.values(frames).reduce((sum, frame) => sum + frame, 0);
  const counted = OF_GARBAGE.reduce((sum, code) => sum + (anomalies[code] ?? 0), 0);
  expect(counted).toBe(sent);
  expect(anomalies["ZERO_PRICE"] ?? 0).toBe(truth.zeroPrice);
  expect(anomalies["VOLUME_DECREASE"] ?? 0).toBe(truth.volumeDecrease);
  expect(anomalies["STALE_SNAPSHOT"] ?? 0).toBe(truth.staleSnapshots);
}

/** What is published equals the feed or is marked, and is counted so. */
function expectSameMinutes({ candles }: StreamReport, judgement: MinuteJudgement): void {
  expect(judgement.problems).toEqual([]);
  expect(judgement.incomplete).toBe(candles.incomplete);
  expect(judgement.equal + judgement.incomplete).toBe(candles.canonical);
}

/** Packets that a fault left without a price, by token and minute. */
function unpricedOf({ session, strikes }: FeedReport): (token: string, minute: number) => number {
  const counts = new Map<string, number>();
  const midnight = midnightMinuteOf(sessionDate(session));
  for (const { fault, packets } of strikes) {
    if (fault !== "zero_price") continue;
    for (const { token, time } of packets) {
      const key = `${token} ${midnight + Math.floor(secondOfDay(time) / 60)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return (token, minute) => counts.get(`${token} ${minute}`) ?? 0;
}

function epochMs(text: string): number {
  return Temporal.Instant.from(text).epochMilliseconds;
}
