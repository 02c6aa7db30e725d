/**
 * How long a client pauses between tries of one question, and when it stops asking at all for a while, so
 * that the end of a session never hangs on a vendor that does not answer. Pure but for its own count.
 */
import type { RandomSource } from "#core/random.ts";
import type { RestFailure } from "./ask-smartapi.ts";

/** Tries of one question, renewals of the session not counted. */
export const TRIES_MAX = 3;
const PAUSE_MS = 500;
/** Who was told to be slower pauses longer. */
const THROTTLED_PAUSE_MS = 2000;
/** A longer wish of the vendor is not waited for inside a call. */
const PAUSE_MS_MAX = 30_000;

/** Failing tries in a row after which nothing is asked for `CIRCUIT_REST_MS`; then one try decides. */
export const CIRCUIT_FAILURES_MAX = 8;
export const CIRCUIT_REST_MS = 30_000;

/** The pause after the `tried`-th failed try, from 1: it doubles, and half of it is chance. */
export function retryPauseMs(
  failure: Pick<RestFailure, "outcome" | "retryAfterMs">,
  tried: number,
  random: RandomSource,
): number {
  const isThrottled = ["THROTTLED", "HTTP_429", "BURST"].includes(failure.outcome);
  const base = (isThrottled ? THROTTLED_PAUSE_MS : PAUSE_MS) * 2 ** (tried - 1);
  const pauseMs = Math.max(base * (0.5 + random() / 2), failure.retryAfterMs ?? 0);
  return Math.min(PAUSE_MS_MAX, pauseMs);
}

export interface Circuit {
  /** Whether the vendor may be asked at this moment of the monotonic clock. */
  mayAsk(monotonicMs: number): boolean;
  answered(): void;
  failed(monotonicMs: number): void;
}

/** A circuit that opens after failures in a row. */
export function createCircuit(): Circuit {
  let failures = 0;
  let askAgainMs = -Infinity;
  return {
    mayAsk: (monotonicMs) => {
      if (failures < CIRCUIT_FAILURES_MAX) return true;
      if (monotonicMs < askAgainMs) return false;
      // Only one tries; the others wait for what comes of it.
      askAgainMs = monotonicMs + CIRCUIT_REST_MS;
      return true;
    },
    answered: () => {
      failures = 0;
    },
    failed: (monotonicMs) => {
      failures += 1;
      if (failures >= CIRCUIT_FAILURES_MAX) askAgainMs = monotonicMs + CIRCUIT_REST_MS;
    },
  };
}
