/**
 * The seeded fault driver: runs a job of the product undisturbed, then again under faults chosen by seed,
 * lets the operator put things right with the same command, and compares. Two ends must be equal.
 */
import { unreachable } from "#core/assert.ts";
import { CLOCK_JOBS, runClockPoint } from "./clock-point.ts";
import { runDisturbed } from "./disturbed-run.ts";
import { JOB_NAMES, type JobName } from "./fault-jobs.ts";
import {
  type FaultPoint,
  type PointKind,
  chanceOf,
  chooseClockJumps,
  chooseDeath,
  chooseFullDisk,
  chooseHold,
  chooseSuspension,
} from "./fault-points.ts";
import { type TheatreOptions, WrongExit } from "./fault-theatre.ts";
import { createLanes } from "./lanes.ts";
import { PAIR_NAMES, runPairPoint } from "./pair-point.ts";
import { SUSPENDED_JOBS, runStreamPoint } from "./stream-point.ts";
import {
  BrokenReference,
  type DriverParts,
  type Outcome,
  type Reference,
  openParts,
} from "./undisturbed-run.ts";

/** What one fault did to one job. */
export type PointResult = Outcome & {
  readonly kind: PointKind;
  readonly job: string;
  readonly point: number;
  readonly durationMs: number;
  /** The command that does exactly this again. */
  readonly command: string;
};

export interface FaultDriver {
  /**
   * One fault of the kind on one job, or on a pair of them; waits for a free lane. Problems of the
   * product are in the result.
   */
  runPoint(kind: PointKind, job: string, point: number): Promise<PointResult>;
  /** What a point of a single job would suffer, in words. */
  sayPoint(kind: PointKind, job: string, point: number): Promise<string>;
  close(): Promise<void>;
}

/** Opens a driver; all its workspaces lie in one temporary folder. */
export async function openFaultDriver(
  options: TheatreOptions & { readonly seed: number },
): Promise<FaultDriver> {
  const parts = await openParts(options);
  const inLane = createLanes();
  const runPoint = async (kind: PointKind, job: string, point: number): Promise<PointResult> => {
    const command = `node simulators/faults/main.ts --seed ${options.seed} --kind ${kind} --job ${job} --point ${point}`;
    const startedMs = performance.now();
    const outcome = await settle(() => runOne(parts, kind, job, point));
    return { ...outcome, kind, job, point, durationMs: performance.now() - startedMs, command };
  };
  return {
    runPoint: (kind, job, point) => inLane(() => runPoint(kind, job, point)),
    sayPoint: async (kind, job, point) => {
      const name = oneNamed(JOB_NAMES, job);
      return choosePoint(parts, kind, name, point, await parts.referenceOf(name)).says;
    },
    close: () => parts.close(),
  };
}

/** Names of what can suffer a kind of fault. */
export function jobsOf(kind: PointKind): readonly string[] {
  switch (kind) {
    case "kill":
    case "full":
      return JOB_NAMES;
    case "clock":
      return CLOCK_JOBS;
    case "two":
      return PAIR_NAMES;
    case "suspend":
      // Windows has no signal that lets a process stand still.
      return process.platform === "win32" ? [] : SUSPENDED_JOBS;
    default:
      return unreachable(kind);
  }
}

/** A result as lines for people: what happened, and how to see it again. */
export function describeResult(result: PointResult): string {
  const { kind, job, point, says, problems, command, durationMs } = result;
  const head = `${problems.length === 0 ? "ok    " : "FAILED"} ${kind} ${job} ${point}: ${says} (${Math.round(durationMs)} ms)`;
  if (problems.length === 0) return head;
  return [head, ...problems.map((text) => `  ${text}`), `  repeat: ${command}`].join("\n");
}

async function runOne(
  parts: DriverParts,
  kind: PointKind,
  job: string,
  point: number,
): Promise<Outcome> {
  if (kind === "two") {
    const chance = chanceOf(parts.seed, `${kind}/${job}`, point);
    return await runPairPoint(parts, oneNamed(PAIR_NAMES, job), chance);
  }
  const name = oneNamed(kind === "clock" ? CLOCK_JOBS : JOB_NAMES, job);
  const chosen = choosePoint(parts, kind, name, point, await parts.referenceOf(name));
  if (kind === "clock") return await runClockPoint(parts, name, chosen);
  if (kind === "suspend" || name === "india-stream") {
    return await runStreamPoint(parts, kind, chosen);
  }
  return await runDisturbed(parts, { name, kind, point: chosen });
}

function choosePoint(
  parts: DriverParts,
  kind: PointKind,
  name: JobName,
  point: number,
  reference: Reference,
): FaultPoint {
  const chance = chanceOf(parts.seed, `${kind}/${name}`, point);
  switch (kind) {
    case "kill":
      return chooseDeath(chance, reference);
    case "full":
      return chooseFullDisk(chance, reference);
    case "clock":
      return chooseClockJumps(chance, reference);
    case "two":
      return chooseHold(chance, reference);
    case "suspend":
      return chooseSuspension(chance, reference);
    default:
      return unreachable(kind);
  }
}

function oneNamed<T extends string>(names: readonly T[], name: string): T {
  const found = names.find((one) => one === name);
  if (found === undefined) throw new Error(`there is no ${name}; there are ${names.join(", ")}`);
  return found;
}

/** A job that fails without any fault is a problem like any other. */
async function settle(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WrongExit || error instanceof BrokenReference)) throw error;
    return { says: "nothing", isStruck: false, problems: [`before any fault: ${error.message}`] };
  }
}
