/**
 * The gaps of each instrument: which one its next packet crosses, what rose across it, and whether a
 * bucket is touched by one. When gaps begin and end is the gap book's to say.
 */
import type { GapFact } from "./gap-book.ts";
import type { SessionBuckets } from "./session-buckets.ts";

/** What was found across a gap. */
export type GapTally = {
  /** Rise of cumulative volume that spans the gap, by slot. */
  readonly volumes: Map<number, number>;
  /** Sequence numbers between the packets around it. */
  missing: number;
};

/** Gaps are named in the order in which they begin. */

export function createSlotGaps(slots: number, buckets: SessionBuckets) {
  const tallies: GapTally[] = [];
  const fromMs: number[] = [];
  const toMs: number[] = [];
  const gapsOf: number[][] = Array.from({ length: slots }, () => []);
  /** Place in `gapsOf` of the first gap that is not crossed. */
  const next = new Int32Array(slots);
  /** A packet later than this crosses a gap. */
  const boundaryMs = new Float64Array(slots).fill(Number.POSITIVE_INFINITY);
  return {
    tallies,
    boundaryMs,
    add: (gap: GapFact, endMs: number): void => {
      const index = tallies.push({ volumes: new Map(), missing: 0 }) - 1;
      fromMs.push(gap.fromMs);
      toMs.push(endMs);
      for (const slot of gap.slots) {
        gapsOf[slot]?.push(index);
        boundaryMs[slot] = Math.min(boundaryMs[slot] ?? 0, gap.fromMs);
      }
    },
    setEnd: (gap: number, endMs: number): void => {
      toMs[gap] = endMs;
    },
    /** Counts sequence numbers that lie across the next gap. */
    addMissing: (slot: number, missed: number): void => {
      const tally = tallies[gapsOf[slot]?.[next[slot] ?? 0] ?? 0];
      if (tally !== undefined) tally.missing += missed;
    },
    /** Passes all gaps that begin before `ms`; returns the first, to which what spans them belongs. */
    cross: (slot: number, ms: number): number => {
      const gaps = gapsOf[slot] ?? [];
      const first = gaps[next[slot] ?? 0] ?? 0;
      let place = next[slot] ?? 0;
      while (place < gaps.length && ms > (fromMs[gaps[place] ?? 0] ?? 0)) place += 1;
      next[slot] = place;
      boundaryMs[slot] =
        place < gaps.length ? (fromMs[gaps[place] ?? 0] ?? 0) : Number.POSITIVE_INFINITY;
      return first;
    },
    addVolume: (gap: number, slot: number, rise: number): void => {
      const volumes = tallies[gap]?.volumes;
      volumes?.set(slot, (volumes.get(slot) ?? 0) + rise);
    },
    /** Whether a gap of the instrument has a part in the bucket. */
    isTouched: (slot: number, bucket: number): boolean => {
      const gaps = gapsOf[slot] ?? [];
      if (gaps.length === 0) return false;
      const startMs = buckets.startMsOf(bucket);
      const endMs = buckets.endMsOf(bucket);
      for (let place = gaps.length - 1; place >= 0; place--) {
        const gap = gaps[place] ?? 0;
        if ((toMs[gap] ?? 0) < startMs) return false;
        if ((fromMs[gap] ?? 0) < endMs) return true;
      }
      return false;
    },
  };
}
