/**
 * How long to wait before a connection is tried again: exponential with full jitter, longer when the vendor
 * said that there are too many (its old sockets still count). Pure; a connection counts as good, and starts
 * over, only once a tick came.
 */
import type { RandomSource } from "#core/random.ts";

export type ReconnectSettings = {
  readonly reconnect_seconds: number;
  readonly reconnect_seconds_max: number;
};

const HTTP_TOO_MANY = 429;
const HTTP_UNAVAILABLE = 503;
/** Full jitter may give nothing at all; so much of the step is always waited. */
const JITTER_FLOOR = 0.1;
/** "Too many" waits like a connection that failed so many times more. */
const CROWDED_STEPS = 3;
const EXPONENT_MAX = 30;

/**
 * The pause before the next try. `failures` counts tries since the last good connection, from 1; `status`
 * is the vendor's refusal of the upgrade, null for anything else.
 */
export function reconnectPauseMs(
  settings: ReconnectSettings,
  about: {
    readonly failures: number;
    readonly status: number | null;
    readonly retryAfterMs?: number | undefined;
  },
  random: RandomSource,
): number {
  const isCrowded = about.status === HTTP_TOO_MANY || about.status === HTTP_UNAVAILABLE;
  const steps = Math.max(0, about.failures - 1) + (isCrowded ? CROWDED_STEPS : 0);
  const mostMs = settings.reconnect_seconds_max * 1000;
  const stepMs = Math.min(
    mostMs,
    settings.reconnect_seconds * 1000 * 2 ** Math.min(EXPONENT_MAX, steps),
  );
  // When it is crowded half of the step is certain: coming back at once would only be refused again.
  const floor = isCrowded ? 0.5 : JITTER_FLOOR;
  const pauseMs = stepMs * (floor + (1 - floor) * random());
  return Math.min(mostMs, Math.max(pauseMs, about.retryAfterMs ?? 0));
}
