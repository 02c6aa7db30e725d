/** Tells whether a process is still there, so that what a dead one left behind is not taken for a live one's. */

/** Whether a process of this id exists on this machine. It may be somebody else's by now. */
export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    // Signal 0 is sent to nobody; Node answers it on Windows too.
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
}
