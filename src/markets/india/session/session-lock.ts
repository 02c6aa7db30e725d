/**
 * The one login that the vendor allows at a time (decision 18), as a lock of the workspace: a stream or
 * another job that asks the vendor holds it, and who comes second is told by whom it is held.
 */
import type { Clock } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type JobLock, takeJobLock } from "#platform/job-lock.ts";
import type { Workspace } from "#platform/workspace.ts";

/** Name of the lock; its holder's file says pid and start. */
export const SESSION_LOCK = "india-session";

/** Takes the login for this process. @throws SESSION_IN_USE with the holder's pid; DISK_FULL */
export function takeSessionLock(workspace: Workspace, clock: Clock): JobLock {
  try {
    return takeJobLock(workspace, SESSION_LOCK, clock.wallMs());
  } catch (cause) {
    if (!(cause instanceof MeridianError) || cause.code !== "JOB_RUNNING") throw cause;
    const pid = Number(/"pid":(\d+)/.exec(cause.message)?.[1] ?? Number.NaN);
    const whose = Number.isNaN(pid) ? "a process that has not named itself" : `process ${pid}`;
    throw new MeridianError("SESSION_IN_USE", {
      message: `the SmartAPI session of this workspace is held by ${whose}; one login serves at a time`,
      facts: { pid: Number.isNaN(pid) ? null : pid },
      cause,
    });
  }
}
