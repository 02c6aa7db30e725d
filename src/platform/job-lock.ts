/**
 * Keeps a second run of the same job out. The lock is `BEGIN EXCLUSIVE` on a small database of its
 * own, which the operating system frees when the holder ends, however it ends (decision 35).
 */
import { existsSync, mkdirSync } from "node:fs";
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
const UNNAMED = "a process that has not named itself";

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
  const holderPath = join(folder, `${name}.holder.json`);
  const database = openLocked(folder, name, holderPath);
  removeLeftoversOf(holderPath);
  writeFileAtomic(holderPath, `{"pid":${process.pid},"startedAt":"${isoOfInstant(startedAt)}"}\n`);
  return {
    release: () => {
      database.exec("ROLLBACK");
      database.close();
    },
  };
}

/**
 * Who holds the lock `name`, as it named itself; `undefined` when nobody does. Changes nothing, and stands in
 * no starting job's way.
 */
export function findJobHolder(workspace: Workspace, name: string): string | undefined {
  const folder = join(workspace.stateDir, "locks");
  if (!existsSync(join(folder, `${name}.lock`))) return undefined;
  const holderPath = join(folder, `${name}.holder.json`);
  for (let attempt = 1; attempt <= NAME_TRIES_MAX; attempt++) {
    const database = tryLock(folder, name);
    if (database !== undefined) {
      database.close();
      return undefined;
    }
    const holder = readHolder(holderPath);
    if (holder !== undefined) return holder;
    pause();
  }
  return UNNAMED;
}

/** The locked database. Another that looks whether the lock is free holds it for an instant: tried again. */
function openLocked(folder: string, name: string, holderPath: string): DatabaseSync {
  let holder: string | undefined;
  for (let attempt = 1; holder === undefined && attempt <= NAME_TRIES_MAX; attempt++) {
    const database = tryLock(folder, name);
    if (database !== undefined) return database;
    holder = readHolder(holderPath);
    if (holder === undefined) pause();
  }
  throw new MeridianError("JOB_RUNNING", {
    message: `the job ${name} is already running: ${holder ?? UNNAMED}`,
    facts: { job: name },
  });
}

function tryLock(folder: string, name: string): DatabaseSync | undefined {
  const database = new DatabaseSync(join(folder, `${name}.lock`), { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (cause) {
    database.close();
    if (isStoreBusy(cause)) return undefined;
    throw nameStoreError(cause, `${name}.lock`);
  }
}

/** What the holder wrote of itself. A name that an earlier holder left is not taken for its own. */
function readHolder(holderPath: string): string | undefined {
  const text = readTextIfThere(holderPath)?.trim() ?? "";
  return isRunning(Number(/"pid":(\d+)/.exec(text)?.[1])) ? text : undefined;
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAME_PAUSE_MS);
}
