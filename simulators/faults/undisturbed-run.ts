/**
 * Runs a job and what finishes its evening without any fault: what the disturbed runs are compared with,
 * and whose operations the faults are chosen from.
 */
import { JOBS, type JobName } from "./fault-jobs.ts";
import {
  type FaultTheatre,
  openTheatre,
  requireExit,
  type TheatreOptions,
} from "./fault-theatre.ts";
import type { UndisturbedRun } from "./fault-points.ts";
import { findDamage, findLeftovers } from "./workspace-damage.ts";
import { type FactReader, type WorkspaceFacts, openFactReader } from "./workspace-facts.ts";

/** An undisturbed run. */
export type Reference = UndisturbedRun & {
  /** Requests that the vendor saw from the job and from its finish. */
  readonly requests: number;
  readonly afterJob: WorkspaceFacts;
  readonly atEnd: WorkspaceFacts;
};

/** What a driver was wrong about: the job does not even do without a fault what it should. */
export class BrokenReference extends Error {}

/** What the parts of a driver share. */
export type DriverParts = {
  readonly seed: number;
  readonly theatre: FaultTheatre;
  readonly facts: FactReader;
  /** Made once for each job. @throws WrongExit, BrokenReference */
  referenceOf(job: JobName): Promise<Reference>;
  close(): Promise<void>;
};

export type Outcome = {
  /** What was suffered, in words. */
  readonly says: string;
  /** Whether the fault met the job; a death by the clock can come when it has ended. */
  readonly isStruck: boolean;
  /** Everything that was wrong afterwards; empty when the job came through. */
  readonly problems: readonly string[];
};

/** Opens the shared parts; all workspaces lie in one temporary folder. */
export async function openParts(
  options: TheatreOptions & { readonly seed: number },
): Promise<DriverParts> {
  const theatre = await openTheatre(options);
  const facts = await openFactReader();
  const references = new Map<JobName, Promise<Reference>>();
  return {
    seed: options.seed,
    theatre,
    facts,
    referenceOf: (job) => {
      const made = references.get(job) ?? makeReference(theatre, facts, job);
      references.set(job, made);
      return made;
    },
    close: async () => {
      facts.close();
      await theatre.close();
    },
  };
}

async function makeReference(
  theatre: FaultTheatre,
  facts: FactReader,
  name: JobName,
): Promise<Reference> {
  const job = JOBS[name];
  const scene = await theatre.openScene(job.base, "second_evening", `${name}-undisturbed`);
  const run = await theatre.run(scene, job.step);
  requireExit(job.step, run);
  const afterJob = await facts.read(scene.workspace, job.market);
  for (const step of job.finish) requireExit(step, await theatre.run(scene, step));
  const problems = [...findDamage(scene.workspace), ...findLeftovers(scene.workspace)];
  if (problems.length > 0) throw new BrokenReference(`${name} undisturbed: ${problems.join("; ")}`);
  const atEnd = await facts.read(scene.workspace, job.market);
  const requests = theatre.requestCountOf(scene);
  theatre.closeScene(scene);
  const { operations } = run.report;
  return { operations, durationMs: run.durationMs, requests, afterJob, atEnd };
}
