/**
 * Keeps a second run of the same job out. The lock is `BEGIN EXCLUSIVE` on a small database of its
 * own, which the operating system frees when the holder ends, however it ends (decision 35).
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { readTextIfThere, removeLeftoversOf, writeFileAtomic } from "./atomic-file.ts";
import { isRunning } from "./running-process.ts";
import { isStoreBusy, nameStoreError } from "./state-store.ts";
import { isoOfInstant } from "./system-clock.ts";
import type { Workspace } from "./workspace.ts";

/** A holder writes its name right after taking the lock; so long one that is slow is waited for. */
const NAME_TRIES_MAX = 20;
const NAME_PAUSE_MS = 25;

export interface JobLock {
  release(): void;
}

/**
 * Takes the lock `name` (e.g. `us-build`) or says who holds it; never waits for the job to end.
 * @throws JOB_RUNNING with the holder's pid and start; DISK_FULL
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
    if (!isStoreBusy(cause)) throw nameStoreError(cause, `${name}.lock`);
    throw new MeridianError("JOB_RUNNING", {
      message: `the job ${name} is already running: ${nameHolder(holderPath)}`,
      facts: { job: name },
      cause,
    });
  }
  removeLeftoversOf(holderPath);
  writeFileAtomic(holderPath, `{"pid":${process.pid},"startedAt":"${isoOfInstant(startedAt)}"}\n`);
  return {
    release: () => {
      database.exec("ROLLBACK");
      database.close();
    },
  };
}

/** What the holder wrote of itself. A name that an earlier holder left is not taken for its own. */
function nameHolder(holderPath: string): string {
  for (let attempt = 1; attempt <= NAME_TRIES_MAX; attempt++) {
    const text = readTextIfThere(holderPath)?.trim() ?? "";
    if (isRunning(Number(/"pid":(\d+)/.exec(text)?.[1]))) return text;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAME_PAUSE_MS);
  }
  return "a process that has not named itself";
}
