/** How the feed waits: without keeping its process alive, and letting sockets have their turn. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** Waits at least so long. */
export function pauseMs(durationMs: number): Promise<void> {
  return sleep(durationMs, undefined, { ref: false });
}

/** Lets everything that waits for its turn go first. */
export function yieldOnce(): Promise<void> {
  return nextTurn(undefined, { ref: false });
}
