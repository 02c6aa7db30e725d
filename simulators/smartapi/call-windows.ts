/**
 * The vendor's limits of calls over REST: rolling windows of a second, a minute and an hour, per client.
 * A refused call costs nothing.
 */

export type CallLimits = {
  readonly second: number;
  readonly minute?: number | undefined;
  readonly hour?: number | undefined;
};

const WINDOWS = [
  ["second", 1000],
  ["minute", 60_000],
  ["hour", 3_600_000],
] as const;
const HOUR_MS = 3_600_000;

/** Counts the calls of each endpoint. */
export class CallWindows {
  readonly #calls = new Map<string, number[]>();

  /** Lets a call through and counts it, or says no. */
  admits(endpoint: string, limits: CallLimits, instantMs: number): boolean {
    const calls = (this.#calls.get(endpoint) ?? []).filter((at) => at > instantMs - HOUR_MS);
    this.#calls.set(endpoint, calls);
    for (const [window, lengthMs] of WINDOWS) {
      const most = limits[window] ?? Infinity;
      if (calls.filter((at) => at > instantMs - lengthMs).length >= most) return false;
    }
    calls.push(instantMs);
    return true;
  }

  reset(): void {
    this.#calls.clear();
  }
}
