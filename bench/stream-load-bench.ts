/**
 * A full load from a real socket: the simulator in a process of its own sends to the product's three
 * connections, whose frames go the product's way into the tick log, onto the disk and into the engine.
 * Both sides' counts are held against each other, and the time from send to written is taken of every packet.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { settingsSchema } from "#contracts/settings.ts";
import { assert } from "#core/assert.ts";
import type { Clock } from "#core/clock.ts";
import { seededRandom } from "#core/random.ts";
import { type FramePath, openFramePath } from "#markets/india/session/frame-path.ts";
import { openSmartApi } from "#markets/india/smartapi/smart-api.ts";
import { openSmartApiStream } from "#markets/india/smartapi/smartapi-stream-client.ts";
import type { TickListener } from "#markets/india/ticks/tick-source.ts";
import { secretMask } from "#platform/secrets.ts";
import { openStateStore } from "#platform/state-store.ts";
import { systemClock } from "#platform/system-clock.ts";
import { controlSmartApi } from "../simulators/smartapi/control-client.ts";
import {
  type SmartApiProcess,
  startSmartApiProcess,
} from "../simulators/smartapi/simulator-process.ts";
import { SIMULATED_CREDENTIALS } from "../simulators/smartapi/vendor-accounts.ts";
import { type BenchResult, boundOf } from "./bench-result.ts";
import { type LoadPlan, type LoadSize, planLoad } from "./load-plan.ts";
import { type LoadMeter, coreWaitOf, createLoadMeter } from "./load-meter.ts";

const P99_MS_MAX = 10;
/** What a process's memory may drift in a minute and still be called flat. */
const GROWTH_MIB_A_MINUTE_MAX = 16;
/** As often as the session's own loop flushes, and syncs. */
const LOOP_MS = 50;
const SYNC_MS = 1000;
/** After the feed's end its last packets are on their way for a moment. */
const SETTLE_MS = 500;
const NO_LOG = { info: () => undefined, warn: () => undefined };

export type StreamLoadOptions = LoadSize & { readonly folder: string };

export async function benchStreamLoad(options: StreamLoadOptions): Promise<BenchResult> {
  const load = planLoad(options);
  const simulator = await startSmartApiProcess(load.flags);
  try {
    const meter = createLoadMeter(systemClock());
    const before = waitsOf(simulator);
    const path = await receive(load, simulator, meter, options.folder);
    const waits = waitsOf(simulator).map((seconds, at) => seconds - (before[at] ?? 0));
    return resultOf({ load, meter, path, waits, report: await reportOf(simulator) });
  } finally {
    await simulator.close();
  }
}

/** Streams until the feed has ended. */
async function receive(
  load: LoadPlan,
  simulator: SmartApiProcess,
  meter: LoadMeter,
  folder: string,
): Promise<FramePath> {
  const clock = systemClock();
  const rawDir = join(folder, "raw");
  mkdirSync(rawDir, { recursive: true });
  const path = openFramePath({
    rawDir,
    pid: process.pid,
    clock,
    onApplied: () => {
      meter.wrote();
      path.engine.drainSealed();
    },
  });
  path.begin(load.plan, []);
  const database = openStateStore(join(folder, "state.sqlite"));
  const stream = openStream(load, simulator, clock, database);
  await stream.start({
    onFrame: (connection, bytes, receivedAt) => {
      meter.received(bytes);
      path.takeFrame(connection, bytes, receivedAt);
    },
    onEvent: (event) => path.takeEvent(event),
  } satisfies TickListener);
  let turns = 0;
  while (!(await hasEnded(simulator, turns, meter))) {
    await clock.sleepMs(LOOP_MS);
    turns += 1;
    path.flush();
    if (turns % (SYNC_MS / LOOP_MS) === 0) await path.sync();
  }
  await clock.sleepMs(SETTLE_MS);
  path.flush();
  meter.stop();
  await stream.stop();
  await path.close();
  database.close();
  assert(path.failure() === undefined, "the log was written");
  return path;
}

function openStream(
  { tokens, seed }: LoadPlan,
  simulator: SmartApiProcess,
  clock: Clock,
  database: ReturnType<typeof openStateStore>,
) {
  const vendor = {
    rest_url: simulator.restUrl,
    stream_url: simulator.streamUrl,
    instruments_url: simulator.instrumentsUrl,
  };
  const settings = settingsSchema.parse({ india: { vendor } }).india.vendor;
  const credentials = SIMULATED_CREDENTIALS;
  const mask = secretMask(Object.values(credentials));
  const random = seededRandom(seed);
  const about = { settings, clock, random, log: NO_LOG };
  const { session } = openSmartApi({ ...about, credentials, database, mask });
  return openSmartApiStream({ ...about, session, tokens, isTrading: () => true });
}

const stateSchema = z.object({ state: z.object({ state: z.string() }) });

/** Asks once a second; each time also looks at the memory. */
async function hasEnded(
  simulator: SmartApiProcess,
  turns: number,
  meter: LoadMeter,
): Promise<boolean> {
  if (turns % (SYNC_MS / LOOP_MS) !== 0) return false;
  meter.sample();
  const answer = await controlSmartApi(simulator.controlUrl, { command: "state" });
  return stateSchema.parse(answer).state.state === "ended";
}

const reportSchema = z.object({
  report: z.object({
    passed: z.number(),
    sent: z.number(),
    snapshots: z.number(),
    connections: z.array(z.unknown()),
  }),
});
type SentReport = z.output<typeof reportSchema>["report"];

async function reportOf(simulator: SmartApiProcess): Promise<SentReport> {
  const answer = await controlSmartApi(simulator.controlUrl, { command: "report" });
  return reportSchema.parse(answer).report;
}

/** How long each of the two processes has waited for a core. */
function waitsOf(simulator: SmartApiProcess): number[] {
  return [process.pid, simulator.pid].map(coreWaitOf);
}

type Measured = {
  readonly load: LoadPlan;
  readonly meter: LoadMeter;
  readonly path: FramePath;
  readonly waits: readonly number[];
  readonly report: SentReport;
};

function resultOf({ load, meter, path, waits, report }: Measured): BenchResult {
  const { engine } = path;
  const counts = engine.counts();
  const { seconds, frames, latency, cpuShare, growthMibAMinute, peakMib } = meter.result();
  return {
    name: "stream-load",
    input: `${load.tokens.length} tokens on ${report.connections.length} connections, ${(frames / seconds).toFixed(0)} packets a second for ${seconds.toFixed(0)} s over loopback`,
    equal: [
      `the simulator sent ${report.passed} packets and ${report.snapshots} snapshots on subscribing; ${frames} came, ${counts.packets} were written and counted`,
    ],
    sides: [],
    bounds: [
      boundOf({
        name: "packets sent and not received",
        measured: Math.abs(report.sent - frames),
        limit: 0,
        kind: "at_most",
      }),
      boundOf({
        name: "packets received and not written and counted",
        measured: Math.abs(frames - counts.packets),
        limit: 0,
        kind: "at_most",
      }),
      boundOf({
        name: "p99 from send to written, ms",
        measured: latency.p99,
        limit: P99_MS_MAX,
        kind: "at_most",
      }),
      boundOf({
        name: "growth of memory after warm-up, MiB a minute",
        measured: growthMibAMinute,
        limit: GROWTH_MIB_A_MINUTE_MAX,
        kind: "at_most",
      }),
    ],
    notes: [
      `sent to written and interpreted, ms: p50 ${latency.p50}, p99 ${latency.p99}, p99.9 ${latency.p999}, most ${latency.most}`,
      `this process took ${cpuShare.toFixed(2)} of a core and at most ${peakMib.toFixed(0)} MiB`,
      `waited for a core while others had it: this process ${waits[0]?.toFixed(1)} s, the simulator ${waits[1]?.toFixed(1)} s`,
      `anomalies ${engine.anomalies().length}, gaps ${engine.gaps().length}, late ${counts.late}, duplicates ${counts.duplicates}`,
    ],
  };
}
