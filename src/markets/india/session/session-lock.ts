/**
 * The one login that the vendor allows at a time (decision 18), as a lock of the workspace: a stream or
 * another job that asks the vendor holds it, and who comes second is told by whom it is held.
 */
import type { Clock } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { findJobHolder, type JobLock, takeJobLock } from "#platform/job-lock.ts";
import type { Workspace } from "#platform/workspace.ts";

/** Name of the lock; its holder's file says pid and start. */
export const SESSION_LOCK = "india-session";

/** Takes the login for this process. @throws SESSION_IN_USE with the holder's pid; DISK_FULL */
export function takeSessionLock(workspace: Workspace, clock: Clock): JobLock {
  try {
    return takeJobLock(workspace, SESSION_LOCK, clock.wallMs());
  } catch (cause) {
    if (!(cause instanceof MeridianError) || cause.code !== "JOB_RUNNING") throw cause;
    throw nameSessionInUse(pidOf(cause.message), cause);
  }
}

/** Who holds the login: its pid, null when it has not named itself; `undefined` when nobody does. */
export function findSessionHolder(workspace: Workspace): number | null | undefined {
  const holder = findJobHolder(workspace, SESSION_LOCK);
  return holder === undefined ? undefined : pidOf(holder);
}

/** The error that says who holds the login. */
export function nameSessionInUse(pid: number | null, cause?: unknown): MeridianError {
  const whose = pid === null ? "a process that has not named itself" : `process ${pid}`;
  return new MeridianError("SESSION_IN_USE", {
    message: `the SmartAPI session of this workspace is held by ${whose}; one login serves at a time`,
    facts: { pid },
    cause,
  });
}

function pidOf(text: string): number | null {
  const digits = /"pid":(\d+)/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
