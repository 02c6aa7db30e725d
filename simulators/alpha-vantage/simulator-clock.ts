/**
 * The time the simulated vendor believes in. It decides which sessions exist and when budgets reset;
 * it can stand still, run with a machine's clock at any pace, and be moved either way.
 */
import type { Clock, EpochMs } from "#core/clock.ts";

export interface SimulatorClock {
  simulatedNow(): EpochMs;
  /** Goes on from another instant, earlier or later. */
  moveTo(instant: EpochMs): void;
  advance(durationMs: number): void;
}

/** A clock that moves only when it is told to. */
export function standingClock(startsAt: EpochMs): SimulatorClock {
  return clockOver(startsAt, () => 0, 1);
}

/** A clock that runs with the machine's monotonic one, `pace` simulated seconds a second. */
export function runningClock(startsAt: EpochMs, pace = 1): SimulatorClock {
  return clockOver(startsAt, () => performance.now(), pace);
}

/** A clock that shows another clock's wall time, so that client and vendor share one. */
export function followingClock(leader: Clock): SimulatorClock {
  return clockOver(leader.wallMs(), () => leader.wallMs(), 1);
}

function clockOver(startsAt: EpochMs, sourceMs: () => number, pace: number): SimulatorClock {
  let instant: number = startsAt;
  let sourceAt = sourceMs();
  const simulatedNow = (): EpochMs =>
    Math.floor(instant + (sourceMs() - sourceAt) * pace) as EpochMs;
  const moveTo = (target: EpochMs): void => {
    instant = target;
    sourceAt = sourceMs();
  };
  return {
    simulatedNow,
    moveTo,
    advance: (durationMs) => moveTo((simulatedNow() + durationMs) as EpochMs),
  };
}

/** Writes an instant as UTC text with milliseconds. */
export function isoText(instant: EpochMs): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toString({ fractionalSecondDigits: 3 });
}

/** The instant of ISO 8601 text with a zone. Throws RangeError when the text is none. */
export function instantOfText(text: string): EpochMs {
  return Temporal.Instant.from(text).epochMilliseconds as EpochMs;
}
