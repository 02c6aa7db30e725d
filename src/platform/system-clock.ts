/** The real clock of the machine, and a fixed one for byte comparisons in SYNTHETIC workspaces. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Clock, EpochMs } from "#core/clock.ts";

const NANOSECONDS_IN_MS = 1e6;

/** The machine's own clock. */
export function systemClock(): Clock {
  return {
    wallMs: () => Temporal.Now.instant().epochMilliseconds as EpochMs,
    // Counts from the machine's start, so that processes can compare it (`performance.now()` cannot).
    monotonicMs: () => Number(process.hrtime.bigint()) / NANOSECONDS_IN_MS,
    sleepMs: (durationMs) => sleep(durationMs),
  };
}

/**
 * A clock whose wall time stands at `instant` but for what was slept: waiting costs no real time
 * and moves both readings, so rate limits behave as they would.
 */
export function fixedClock(instant: EpochMs): Clock {
  let sleptMs = 0;
  return {
    wallMs: () => (instant + Math.round(sleptMs)) as EpochMs,
    monotonicMs: () => sleptMs,
    sleepMs: (durationMs) => {
      sleptMs += Math.max(0, durationMs);
      // A loop that only waits must still let sockets and signals have their turn.
      return nextTurn();
    },
  };
}

/** The machine's clock set to `instant` at this moment: it runs on from there, and waiting takes its time. */
export function shiftedClock(instant: EpochMs): Clock {
  const machine = systemClock();
  const startedMs = machine.monotonicMs();
  return {
    ...machine,
    wallMs: () => Math.round(instant + machine.monotonicMs() - startedMs) as EpochMs,
  };
}

/** Writes an instant as UTC text with milliseconds, `2026-05-17T17:12:31.142Z`. */
export function isoOfInstant(instant: EpochMs): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toString({ fractionalSecondDigits: 3 });
}

/** The instant of ISO text with a zone. @throws RangeError when the text is none. */
export function instantOfIso(text: string): EpochMs {
  return Temporal.Instant.from(text).epochMilliseconds as EpochMs;
}
