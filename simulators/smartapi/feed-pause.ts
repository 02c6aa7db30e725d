/** How the feed waits: for a while, or for one turn of the event loop. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** Waits at least so long, without keeping the process alive. */
export function pauseMs(durationMs: number): Promise<void> {
  return sleep(durationMs, undefined, { ref: false });
}

/**
 * Lets everything that waits for its turn go first. It does hold the process: turns that do not would
 * stand still in a process that has nothing else to do.
 */
export function yieldOnce(): Promise<void> {
  return nextTurn();
}
