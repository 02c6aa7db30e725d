/**
 * The vendor's call limits, per key: calls a day until midnight UTC, time between two calls, calls a
 * minute. Everything is measured on the simulator's clock. A refused call costs nothing.
 */
import type { EpochMs } from "#core/clock.ts";

export const PLANS = ["free", "premium"] as const;
export type Plan = (typeof PLANS)[number];

/** Absent means without limit. */
export type PlanLimits = {
  readonly callsPerDay?: number | undefined;
  /** Two calls must be *more* than this apart. */
  readonly spacingMs?: number | undefined;
  readonly callsPerMinute?: number | undefined;
};

/** The limits of 2026 (docs/vendors/alpha-vantage.md); premium is the smallest plan. */
export const VENDOR_LIMITS: Readonly<Record<Plan, PlanLimits>> = {
  free: { callsPerDay: 25, spacingMs: 1000 },
  premium: { callsPerMinute: 75 },
};

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const KEYS_MAX = 10_000;

type Usage = {
  utcDay: number;
  callsOfDay: number;
  newestCallMs: number;
  callsOfMinute: number[];
};

/** What a call gets: it is let through, or which limit refuses it. */
export type Admission = "admitted" | "daily_quota" | "burst" | "minute";

/** Counts the calls of each key. */
export class CallMeter {
  readonly #usage = new Map<string, Usage>();

  /** Decides about one call and counts it when it is let through. */
  admit(key: string, limits: PlanLimits, instant: EpochMs): Admission {
    const usage = this.#usageAt(key, instant);
    const { callsPerDay, spacingMs, callsPerMinute } = limits;
    if (callsPerDay !== undefined && usage.callsOfDay >= callsPerDay) return "daily_quota";
    if (spacingMs !== undefined && instant - usage.newestCallMs <= spacingMs) return "burst";
    if (callsPerMinute !== undefined && usage.callsOfMinute.length >= callsPerMinute) {
      return "minute";
    }
    usage.callsOfDay += 1;
    usage.newestCallMs = instant;
    if (callsPerMinute !== undefined) usage.callsOfMinute.push(instant);
    return "admitted";
  }

  /** Calls let through since the last midnight UTC before `instant`. */
  callsOfDay(key: string, instant: EpochMs): number {
    return this.#usageAt(key, instant).callsOfDay;
  }

  /** Forgets all calls of all keys. */
  reset(): void {
    this.#usage.clear();
  }

  #usageAt(key: string, instant: EpochMs): Usage {
    const utcDay = Math.floor(instant / DAY_MS);
    let usage = this.#usage.get(key);
    if (!usage) {
      if (this.#usage.size >= KEYS_MAX) this.#usage.clear();
      usage = { utcDay, callsOfDay: 0, newestCallMs: Number.NEGATIVE_INFINITY, callsOfMinute: [] };
      this.#usage.set(key, usage);
    }
    if (usage.utcDay !== utcDay) {
      usage.utcDay = utcDay;
      usage.callsOfDay = 0;
    }
    // A clock that was set back must not leave calls in the future.
    if (usage.newestCallMs > instant) usage.newestCallMs = Number.NEGATIVE_INFINITY;
    usage.callsOfMinute = usage.callsOfMinute.filter(
      (callMs) => callMs <= instant && callMs > instant - MINUTE_MS,
    );
    return usage;
  }
}
