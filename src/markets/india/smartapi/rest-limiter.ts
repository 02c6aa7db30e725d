/**
 * The arithmetic of the REST limits, which hold for a client code over rolling windows: when the next call
 * of an endpoint may be made. Pure; what was called, and waiting, is `rest-limiter-store.ts`'s.
 *
 * Calls of one second are spread, never bunched: 0.4 s apart was seen to trip a limit of 3 a second.
 */
import type { RestLimits } from "./rest-endpoints.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Two calls sent a minute apart can arrive a little closer together; the vendor counts arrivals. */
const WINDOW_GUARD_MS = 250;
/** How long a call is remembered. */
export const REMEMBERED_MS = HOUR_MS + WINDOW_GUARD_MS;

/** What is known of one endpoint's calls, as instants of the monotonic clock; null when there were fewer. */
export type EndpointUse = {
  readonly newestMs: number | null;
  /** The perMinute-th newest. */
  readonly minuteMs: number | null;
  /** The perHour-th newest. */
  readonly hourMs: number | null;
};

/** How long to wait before the next call; 0 when it may be made at once. */
export function decideWaitMs(limits: RestLimits, use: EndpointUse, monotonicMs: number): number {
  const readyMs = Math.max(
    use.newestMs === null ? -Infinity : use.newestMs + SECOND_MS / limits.perSecond,
    use.minuteMs === null ? -Infinity : use.minuteMs + MINUTE_MS + WINDOW_GUARD_MS,
    use.hourMs === null ? -Infinity : use.hourMs + HOUR_MS + WINDOW_GUARD_MS,
  );
  return Math.max(0, readyMs - monotonicMs);
}
