/**
 * Chooses by seed what a job suffers and where: the same seed, job and point always give the same. The
 * operations of the undisturbed run are what it chooses from.
 */
import { must } from "#core/assert.ts";
import { streamOf, uniformAt } from "../synthetic-market/counter-random.ts";
import type { CountedOperation, Strike } from "./fault-plan.ts";
import type { Suspension } from "./product-process.ts";

/**
 * `kill`: the process dies at an operation, inside a write, or at some instant. `full`: the disk has no
 * room, once or from then on. `clock`: the wall clock is set while the job runs. `two`: another job
 * runs at the same time. `suspend`: the host sleeps for some seconds and wakes up.
 */
export const POINT_KINDS = ["kill", "full", "clock", "two", "suspend"] as const;
export type PointKind = (typeof POINT_KINDS)[number];

/** One fault, of one job. */
export type FaultPoint = {
  readonly strikes: readonly Strike[];
  /** Kills from outside at this time after the start instead. */
  readonly killAfterMs?: number | undefined;
  readonly suspend?: Suspension | undefined;
  /** In words, for the report. */
  readonly says: string;
};

/** What an undisturbed run of the job did. */
export type UndisturbedRun = {
  readonly operations: readonly CountedOperation[];
  readonly durationMs: number;
};

/** A source of numbers in [0, 1) for one point of one job. */
export type PointChance = () => number;

const CHANCES_PER_POINT = 64;
/** One kill in six comes from outside, at an instant that no operation marks. */
const OUTSIDE_SHARE = 1 / 6;
/** The first part of a run is the start of Node itself. */
const START_SHARE = 0.3;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
/** Small corrections, a changed time zone, a wrong day, a wrong month, a dead battery. */
const JUMPS_MS = [
  1.5 * SECOND_MS,
  90 * SECOND_MS,
  2.5 * 3600 * SECOND_MS,
  DAY_MS,
  40 * DAY_MS,
  500 * DAY_MS,
];
const CLOCK_JUMPS_MAX = 3;
const HOLD_MS_MAX = 300;
/** Longer than any silence for which the product makes no new connection. */
const SUSPENDED_MS_MIN = 5500;
const SUSPENDED_MS_MAX = 7500;

/** The numbers that decide about a point. */
export function chanceOf(seed: number, job: string, point: number): PointChance {
  const stream = streamOf(seed, `faults/${job}`);
  let drawn = 0;
  return () => uniformAt(stream, point * CHANCES_PER_POINT + drawn++);
}

/** Chooses where the process dies. */
export function chooseDeath(chance: PointChance, run: UndisturbedRun): FaultPoint {
  if (chance() < OUTSIDE_SHARE) {
    const share = START_SHARE + chance() * (1 - START_SHARE);
    const killAfterMs = Math.round(share * run.durationMs);
    return { strikes: [], killAfterMs, says: `killed from outside after ${killAfterMs} ms` };
  }
  const action = oneOf(chance, ["kill_before", "kill_after", "tear"] as const);
  return strikeAt(action, pickOperation(chance, run), run);
}

/** Chooses where the disk is full. */
export function chooseFullDisk(chance: PointChance, run: UndisturbedRun): FaultPoint {
  const action = oneOf(chance, ["full_once", "full_on"] as const);
  const places = run.operations.flatMap(({ needsRoom }, index) => (needsRoom ? [index + 1] : []));
  return strikeAt(action, oneOf(chance, places), run);
}

/** Chooses up to three moments at which the wall clock is set forward or back. */
export function chooseClockJumps(chance: PointChance, run: UndisturbedRun): FaultPoint {
  const strikes = new Map<number, Strike>();
  const jumps = 1 + Math.floor(chance() * CLOCK_JUMPS_MAX);
  for (let jump = 0; jump < jumps; jump++) {
    const at = pickOperation(chance, run);
    const jumpMs = oneOf(chance, JUMPS_MS) * (chance() < 1 / 2 ? -1 : 1);
    strikes.set(at, { at, action: "jump", jumpMs });
  }
  const ordered = [...strikes.values()].toSorted((a, b) => a.at - b.at);
  const says = ordered.map((one) => `clock set by ${(one.jumpMs ?? 0) / SECOND_MS} s at ${one.at}`);
  return { strikes: ordered, says: says.join(", ") };
}

/** Chooses where a job is slow, so that another can overtake it. */
export function chooseHold(chance: PointChance, run: UndisturbedRun): FaultPoint {
  const at = pickOperation(chance, run);
  const holdMs = Math.round(chance() * HOLD_MS_MAX);
  return { strikes: [{ at, action: "hold", holdMs }], says: `held ${holdMs} ms at ${at}` };
}

/** Chooses when the host sleeps, and for how long. */
export function chooseSuspension(chance: PointChance, { durationMs }: UndisturbedRun): FaultPoint {
  const afterMs = Math.round((START_SHARE + chance() * (1 - START_SHARE)) * durationMs);
  const forMs = Math.round(SUSPENDED_MS_MIN + chance() * (SUSPENDED_MS_MAX - SUSPENDED_MS_MIN));
  const says = `suspended after ${afterMs} ms for ${forMs} ms`;
  return { strikes: [], suspend: { afterMs, forMs }, says };
}

/** One of several, all equally likely. */
function oneOf<T>(chance: PointChance, choices: readonly T[]): T {
  return must(choices[Math.floor(chance() * choices.length)], "there is something to choose from");
}

function pickOperation(chance: PointChance, { operations }: UndisturbedRun): number {
  return 1 + Math.floor(chance() * operations.length);
}

function strikeAt(
  action: Strike["action"],
  at: number,
  { operations }: UndisturbedRun,
): FaultPoint {
  const label = operations[at - 1]?.label ?? "nothing";
  return {
    strikes: [{ at, action }],
    says: `${action} at ${at} of ${operations.length}, ${label}`,
  };
}
