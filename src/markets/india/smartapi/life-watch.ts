/**
 * Decides from what a link gives whether it lives: when the heartbeat is due, when silence means that the link
 * is half open or the vendor stalls, and when a connection was unusable for too long. Only ticks of
 * the caller's loop read the clock; a frame costs a count. Pure but for that count.
 */
import type { IndiaVendorSettings } from "#contracts/settings.ts";
import type { GapCause } from "../ticks/tick-source.ts";

export type TickMoment = {
  readonly monotonicMs: number;
  /** Time in which this process did not run; it is no silence of the vendor's. */
  readonly blockedMs: number;
  /** Null while the market does not trade. */
  readonly tradingSinceMs: number | null;
};

export interface LifeWatch {
  opened(atMs: number): void;
  lost(atMs: number): void;
  frame(): void;
  /** Anything else that shows that the vendor is there. */
  life(): void;
  /** What is due on an open link. */
  tick(at: TickMoment): {
    readonly ping: boolean;
    readonly silence: { readonly cause: GapCause; readonly says: string } | null;
  };
  /** Why the connection counts as unusable, the first time it does; null otherwise. */
  becameUnusable(at: TickMoment, isGood: boolean): string | null;
  /** Whether it had counted as unusable. */
  becameUsable(): boolean;
}

/** Heartbeats without an answer, and without any frame, after which nobody is there. */
const HEARTBEATS_UNANSWERED_MAX = 2.5;

export function createLifeWatch(
  settings: Pick<IndiaVendorSettings, "heartbeat_seconds" | "stall_seconds" | "fallback_seconds">,
): LifeWatch {
  const heartbeatMs = settings.heartbeat_seconds * 1000;
  const stallMs = settings.stall_seconds * 1000;
  const fallbackMs = settings.fallback_seconds * 1000;
  let hasFrame = false;
  let hasLife = false;
  let isOpen = false;
  let frameAtMs = 0;
  let lifeAtMs = 0;
  let pingAtMs = 0;
  let unusableSinceMs: number | null = null;
  let isTold = false;

  const silenceOf = ({ monotonicMs, tradingSinceMs }: TickMoment) => {
    const deadMs = monotonicMs - lifeAtMs;
    if (deadMs > heartbeatMs * HEARTBEATS_UNANSWERED_MAX) {
      return { cause: "HALF_OPEN", says: `no pong and no frame for ${secondsOf(deadMs)}` } as const;
    }
    if (tradingSinceMs === null) return null;
    const silentMs = monotonicMs - Math.max(frameAtMs, tradingSinceMs);
    return silentMs > stallMs
      ? ({ cause: "STALL", says: `no tick for ${secondsOf(silentMs)}, pongs came` } as const)
      : null;
  };

  return {
    opened: (atMs) => {
      isOpen = true;
      hasFrame = hasLife = false;
      frameAtMs = lifeAtMs = pingAtMs = atMs;
    },
    lost: (atMs) => {
      isOpen = false;
      unusableSinceMs ??= atMs;
    },
    frame: () => {
      hasFrame = true;
    },
    life: () => {
      hasLife = true;
    },
    tick: (at) => {
      const { monotonicMs, blockedMs } = at;
      frameAtMs = hasFrame ? monotonicMs : frameAtMs + blockedMs;
      lifeAtMs = hasFrame || hasLife ? monotonicMs : lifeAtMs + blockedMs;
      hasFrame = hasLife = false;
      const ping = monotonicMs - pingAtMs >= heartbeatMs;
      if (ping) pingAtMs = monotonicMs;
      return { ping, silence: silenceOf(at) };
    },
    becameUnusable: ({ monotonicMs, tradingSinceMs }, isGood) => {
      // Before the market trades an open link has nothing to send, and is as usable as it can be.
      const isUsable = isOpen && (isGood || tradingSinceMs === null);
      if (isUsable) unusableSinceMs = null;
      else unusableSinceMs ??= monotonicMs;
      const forMs = unusableSinceMs === null ? 0 : monotonicMs - unusableSinceMs;
      if (isTold || forMs <= fallbackMs) return null;
      isTold = true;
      return `no usable connection for ${secondsOf(forMs)}`;
    },
    becameUsable: () => {
      const wasTold = isTold;
      isTold = false;
      unusableSinceMs = null;
      return wasTold;
    },
  };
}

function secondsOf(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
