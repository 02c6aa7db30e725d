/** Measures a stream while it runs: time from send to written, memory, processor. It touches no packet. */
import { readFileSync } from "node:fs";
import type { Clock } from "#core/clock.ts";
import { readInt64 } from "#markets/india/ticks/decode-packet.ts";
import { AT_LAST_QUANTITY, QUOTE_BYTES } from "#markets/india/ticks/packet-layout.ts";

export interface LoadMeter {
  /** A frame came; the simulator put the time of sending into its last quantity. */
  received(frame: Uint8Array): void;
  /** All that was received is written and interpreted. */
  wrote(): void;
  /** Notes the memory in use at this moment. */
  sample(): void;
  /** The load is over. */
  stop(): void;
  result(): LoadResult;
}

export type LoadResult = {
  /** From the first frame to the last. */
  readonly seconds: number;
  readonly frames: number;
  /** Milliseconds. */
  readonly latency: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly most: number;
  };
  /** Slope of memory over the time after the warm-up. */
  readonly growthMibAMinute: number;
  readonly peakMib: number;
  readonly cpuShare: number;
};

/** Seconds that a process's main thread has waited for a core; NaN where no system tells. */
export function coreWaitOf(pid: number): number {
  try {
    const [, waited] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
    return Number(waited) / NANOSECONDS;
  } catch {
    return Number.NaN;
  }
}

/** What is sent on subscribing has no time in it but a quantity. */
const STAMP_MIN = 1e12;
/** Longer ones count as this. */
const LATENCY_MS_MAX = 60_000;
/** Code is compiled and buffers grow to their size. */
const WARM_UP_SHARE = 1 / 3;
const BYTES_PER_MIB = 2 ** 20;
const MS_PER_MINUTE = 60_000;
const MS_PER_SECOND = 1000;
const MICROSECONDS_PER_MS = 1000;
const NANOSECONDS = 1e9;

type MemorySample = { readonly atMs: number; readonly mib: number };

export function createLoadMeter(clock: Clock): LoadMeter {
  const byLatencyMs = new Float64Array(LATENCY_MS_MAX + 1);
  let pending: number[] = [];
  const memory: MemorySample[] = [];
  let frames = 0;
  let [firstMs, lastMs, stoppedMs] = [0, 0, 0];
  let cpuBefore = process.cpuUsage();
  let cpuMs = 0;
  return {
    received: (frame) => {
      lastMs = clock.monotonicMs();
      if (frames === 0) {
        firstMs = lastMs;
        cpuBefore = process.cpuUsage();
      }
      frames += 1;
      if (frame.length !== QUOTE_BYTES) return;
      const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
      const stamp = readInt64(view, AT_LAST_QUANTITY);
      if (stamp >= STAMP_MIN) pending.push(stamp);
    },
    wrote: () => {
      const atMs = clock.wallMs();
      for (const sentMs of pending) {
        const latencyMs = Math.min(LATENCY_MS_MAX, Math.max(0, atMs - sentMs));
        byLatencyMs[latencyMs] = (byLatencyMs[latencyMs] ?? 0) + 1;
      }
      pending = [];
    },
    sample: () => {
      memory.push({ atMs: clock.monotonicMs(), mib: process.memoryUsage.rss() / BYTES_PER_MIB });
    },
    stop: () => {
      stoppedMs = clock.monotonicMs();
      const { user, system } = process.cpuUsage(cpuBefore);
      cpuMs = (user + system) / MICROSECONDS_PER_MS;
    },
    result: () => {
      const warmMs = firstMs + (lastMs - firstMs) * WARM_UP_SHARE;
      const warm = memory.filter(({ atMs }) => atMs >= warmMs && atMs <= lastMs);
      return {
        seconds: (lastMs - firstMs) / MS_PER_SECOND,
        frames,
        latency: {
          p50: quantileOf(byLatencyMs, 0.5),
          p99: quantileOf(byLatencyMs, 0.99),
          p999: quantileOf(byLatencyMs, 0.999),
          most: quantileOf(byLatencyMs, 1),
        },
        growthMibAMinute: slopeOf(warm) * MS_PER_MINUTE,
        peakMib: Math.max(...memory.map(({ mib }) => mib)),
        cpuShare: cpuMs / (stoppedMs - firstMs),
      };
    },
  };
}

/** The smallest value that this share of all does not pass. */
function quantileOf(counts: Float64Array, share: number): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  let passed = 0;
  for (const [value, count] of counts.entries()) {
    passed += count;
    if (count > 0 && passed >= all * share) return value;
  }
  return Number.NaN;
}

/** Of the straight line that fits best, in MiB a millisecond; 0 for fewer than two samples. */
function slopeOf(samples: readonly MemorySample[]): number {
  const meanMs = samples.reduce((sum, { atMs }) => sum + atMs, 0) / samples.length;
  const meanMib = samples.reduce((sum, { mib }) => sum + mib, 0) / samples.length;
  let [covariance, variance] = [0, 0];
  for (const { atMs, mib } of samples) {
    covariance += (atMs - meanMs) * (mib - meanMib);
    variance += (atMs - meanMs) ** 2;
  }
  return variance === 0 ? 0 : covariance / variance;
}
