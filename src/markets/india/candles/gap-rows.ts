/** Gaps as rows for people and reports: from, to, whom they concern and what spans them (decision 16). */
import type { SessionPlan } from "../ticks/session-instruments.ts";
import type { GapCause } from "../ticks/tick-source.ts";
import type { GapFact } from "./gap-book.ts";
import type { SessionBuckets } from "./session-buckets.ts";
import type { GapTally } from "./slot-gaps.ts";

export type GapRow = {
  /** Exchange times, epoch milliseconds: of the newest packet before and the first after. */
  readonly fromMs: number;
  /** The session's end when nothing came any more. */
  readonly toMs: number;
  readonly connection: number;
  readonly cause: GapCause;
  /** How many tokens the connection carries, and their symbols. */
  readonly tokens: number;
  readonly symbols: readonly string[];
  /** Rise of the cumulative volume that spans the gap and so belongs to no minute. */
  readonly volumeBySymbol: { readonly [symbol: string]: number };
  /** Packets missing by sequence numbers; null without one before it, or when they are not one by one. */
  readonly missingBySequence: number | null;
};

/** The rows of all gaps that touch the session, in the order in which they began. */
export function gapRowsOf(options: {
  readonly gaps: readonly GapFact[];
  /** By gap: when it ended, milliseconds since midnight; Infinity when it did not. */
  readonly endsMs: readonly number[];
  readonly tallies: readonly GapTally[];
  readonly buckets: SessionBuckets;
  readonly instruments: SessionPlan["instruments"];
  readonly areConsecutive: boolean;
}): GapRow[] {
  const { gaps, endsMs, tallies, buckets, instruments, areConsecutive } = options;
  const symbolOf = (slot: number): string => instruments[slot]?.symbol ?? "";
  return gaps.flatMap(({ connection, cause, fromMs, slots }, index): GapRow[] => {
    if (fromMs >= buckets.endMs) return [];
    const toMs = Math.min(endsMs[index] ?? buckets.endMs, buckets.endMs);
    // Before the first packet there was nothing to lose but what the session itself would have given.
    const sinceMs = fromMs === 0 ? Math.min(buckets.openMs, toMs) : fromMs;
    const volumes = [...(tallies[index]?.volumes ?? [])].sort(([a], [b]) => a - b);
    return [
      {
        fromMs: buckets.midnightMs + sinceMs,
        toMs: buckets.midnightMs + toMs,
        connection,
        cause,
        tokens: slots.length,
        symbols: slots.map(symbolOf),
        volumeBySymbol: Object.fromEntries(
          volumes.map(([slot, volume]) => [symbolOf(slot), volume]),
        ),
        missingBySequence: areConsecutive && fromMs > 0 ? (tallies[index]?.missing ?? 0) : null,
      },
    ];
  });
}
