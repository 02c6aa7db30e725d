/**
 * Packets of bytes to candles, through the product's engine, against a parser built for each packet as the
 * vendor's SDK does it, and once more with the raw log written before anything is interpreted. Every field
 * of a sample is decoded the same by both, and all candles are the simulator's truth, before a time counts.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turnOfEventLoop } from "node:timers/promises";
import { assert, must } from "#core/assert.ts";
import type { EpochMs } from "#core/clock.ts";
import { createTickEngine, type TickEngine } from "#markets/india/candles/tick-engine.ts";
import {
  payloadLengthAt,
  RECORD_HEAD_BYTES,
  RECORD_KINDS,
  receivedAtMsAt,
  recordKindAt,
} from "#markets/india/ticks/tick-log-format.ts";
import { openTickLogWriter, type TickLogWriter } from "#markets/india/ticks/tick-log-store.ts";
import { type BenchResult, type Side, boundOf, medianOf, ratiosOf } from "./bench-result.ts";
import { compareFields, compareTruth } from "./compare-ticks.ts";
import { parseAsSdk } from "./sdk-parser.ts";
import { type TickInput, type TickSize, framesOf, makeTickInput } from "./tick-input.ts";

const MILLION_A_SECOND_MIN = 5;
const MILLION_A_SECOND_WITH_LOG_MIN = 1;
const SDK_RATIO_MIN = 100;
/** What one read of a socket brings at most; the stream flushes once for each. */
const FLUSH_BYTES = 64 * 1024;
/** As often as the stream does. */
const SYNC_MS = 1000;
const FRAME_HEAD_BYTES = 1;
const MS_PER_MINUTE = 60_000;
const MILLION = 1e6;

export type TicksBenchOptions = {
  readonly folder: string;
  readonly size: TickSize;
  /** Packets that the SDK's way decodes: so few because it takes so long. */
  readonly sample: number;
  readonly rounds: number;
};

export async function benchTicks(options: TicksBenchOptions): Promise<BenchResult> {
  const { folder, size, rounds } = options;
  const input = makeTickInput(size);
  const sample = framesOf(input, input.plan.openMinute).take(options.sample).toArray();
  const fields = compareFields(sample);
  const candles = compareTruth(input, aggregate(input));
  const engine: Lap[] = [];
  const logged: Lap[] = [];
  const sdk: Lap[] = [];
  for (let round = 0; round < rounds; round++) {
    engine.push(await lapOf(() => void aggregate(input)));
    const rawDir = join(folder, `log-${round}`);
    let close: (() => Promise<void>) | undefined;
    logged.push(await lapOf(async () => void (close = await aggregateLogged(input, rawDir))));
    await close?.();
    rmSync(rawDir, { recursive: true });
    sdk.push(await lapOf(() => parseAll(sample)));
  }
  const sides = [
    sideOf("engine", engine),
    sideOf("engine and raw log", logged),
    sideOf(`binary-parser, ${sample.length} packets`, sdk),
  ] as const;
  const perPacket = medianOf(ratiosOf(sides[2], sides[0])) * (input.frames / sample.length);
  return {
    name: "ticks",
    input: `${input.frames} quote packets of ${size.tokens} tokens, ${input.duplicates} of them repeated and ${input.reordered} out of order, by one thread`,
    equal: [
      `${fields} fields of ${sample.length} packets in binary-parser`,
      `${candles} minute candles in the simulator's truth`,
    ],
    sides,
    bounds: [
      boundOf({
        name: "million ticks in a second of one core",
        measured: input.frames / MILLION / medianOf(engine.map(({ core }) => core)),
        limit: MILLION_A_SECOND_MIN,
        kind: "at_least",
      }),
      boundOf({
        name: "million ticks a second with the raw log written",
        measured: input.frames / MILLION / medianOf(sides[1].seconds),
        limit: MILLION_A_SECOND_WITH_LOG_MIN,
        kind: "at_least",
      }),
      boundOf({
        name: "binary-parser / engine, by packet",
        measured: perPacket,
        limit: SDK_RATIO_MIN,
        kind: "at_least",
      }),
    ],
    notes: [
      "the raw log is flushed for each 64 KiB, as a read of the socket brings, and synced once a second",
      "binary-parser decodes all 15 fields and makes no candles; the engine decodes what candles need",
    ],
  };
}

/** By the clock, and what of it the thread had a core. */
type Lap = { readonly wall: number; readonly core: number };

async function lapOf(work: () => void | Promise<void>): Promise<Lap> {
  const startedMs = performance.now();
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return { wall: (performance.now() - startedMs) / 1000, core: (user + system) / MILLION };
}

function sideOf(name: string, laps: readonly Lap[]): Side {
  return {
    name,
    seconds: laps.map(({ wall }) => wall),
    cpuSeconds: laps.map(({ core }) => core),
  };
}

/** Applies the whole log as a replay does. Returns the engine with all batches still in it. */
function aggregate(input: TickInput): TickEngine {
  const engine = createTickEngine();
  for (const stretch of input.stretches) engine.applyRecords(stretch);
  return engine;
}

/**
 * The way of a live session: append, write, then interpret the same bytes; once a second a sync begins, and
 * the thread goes on meanwhile. Returns the close, which waits for the disk, for after the clock has stopped.
 */
async function aggregateLogged(input: TickInput, rawDir: string): Promise<() => Promise<void>> {
  mkdirSync(rawDir, { recursive: true });
  const engine = createTickEngine();
  const writer = openTickLogWriter({
    rawDir,
    startedAt: (input.plan.openMinute * MS_PER_MINUTE) as EpochMs,
    pid: process.pid,
    onWritten: (records) => engine.applyRecords(records),
  });
  writer.appendSession(input.plan, 0 as EpochMs);
  let syncedAtMs = performance.now();
  let sync = Promise.resolve();
  for (const { view, to } of input.stretches) {
    for (let at = 0; at < to;) {
      at = appendAgain(writer, view, at);
      if (writer.pendingBytes() < FLUSH_BYTES) continue;
      writer.flush();
      await turnOfEventLoop();
      if (performance.now() - syncedAtMs < SYNC_MS) continue;
      syncedAtMs = performance.now();
      sync = writer.sync();
    }
  }
  writer.flush();
  assert(engine.counts().packets === input.frames, "every packet was written and interpreted");
  return async () => {
    await sync;
    await writer.close();
  };
}

/** Appends the frame or seal of a record to another log. Returns where the next record begins. */
function appendAgain(writer: TickLogWriter, view: DataView, at: number): number {
  const length = payloadLengthAt(view, at);
  const receivedAt = receivedAtMsAt(view, at) as EpochMs;
  const payload = at + RECORD_HEAD_BYTES;
  const kind = recordKindAt(view, at);
  if (kind === RECORD_KINDS.FRAME) {
    const frame = payload + FRAME_HEAD_BYTES;
    const bytes = new Uint8Array(view.buffer, frame, length - FRAME_HEAD_BYTES);
    writer.appendFrame(view.getUint8(payload), bytes, receivedAt);
  } else if (kind === RECORD_KINDS.SEAL) {
    writer.appendSeal(view.getInt32(payload, true), receivedAt);
  }
  return payload + length;
}

function parseAll(packets: readonly Uint8Array[]): void {
  let parsed: unknown;
  for (const packet of packets) parsed = parseAsSdk(packet);
  must(parsed, "there are packets");
}
