/**
 * Keeps a second run of the same job out. The lock is `BEGIN EXCLUSIVE` on a small database of its
 * own, which the operating system frees when the holder ends, however it ends (decision 35).
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { readTextIfThere, writeFileAtomic } from "./atomic-file.ts";
import { isoOfInstant } from "./system-clock.ts";
import type { Workspace } from "./workspace.ts";

export interface JobLock {
  release(): void;
}

/**
 * Takes the lock `name` (e.g. `us-build`) or says who holds it; never waits.
 * @throws JOB_RUNNING with the holder's pid and start.
 */
export function takeJobLock(workspace: Workspace, name: string, startedAt: EpochMs): JobLock {
  const folder = join(workspace.stateDir, "locks");
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, `${name}.lock`), { timeout: 0 });
  const holderPath = join(folder, `${name}.holder.json`);
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    const holder = readTextIfThere(holderPath) ?? "an unnamed process";
    throw new MeridianError("JOB_RUNNING", {
      message: `the job ${name} is already running: ${holder.trim()}`,
      facts: { job: name },
      cause,
    });
  }
  writeFileAtomic(holderPath, `{"pid":${process.pid},"startedAt":"${isoOfInstant(startedAt)}"}\n`);
  return {
    release: () => {
      database.exec("ROLLBACK");
      database.close();
    },
  };
}
