/**
 * How `india stop` reaches a stream in another terminal: a file that names whom it is meant for. Files
 * work where there are no signals (decision 34); the stream looks for it several times a second.
 */
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { readTextIfThere, writeFileAtomic } from "#platform/atomic-file.ts";
import { isRunning } from "#platform/running-process.ts";
import type { Workspace } from "#platform/workspace.ts";
import { SESSION_LOCK } from "./session-lock.ts";

/** Asks the stream of this process id to end. */
export function writeStopRequest(workspace: Workspace, pid: number): void {
  mkdirSync(dirname(requestPath(workspace)), { recursive: true });
  writeFileAtomic(requestPath(workspace), `${pid}\n`);
}

/** Whether somebody asked this process to end. */
export function isStopRequested(workspace: Workspace, pid: number): boolean {
  return Number(readTextIfThere(requestPath(workspace))?.trim()) === pid;
}

/** Forgets a request, at the stream's start (one that was meant for another) and at its end. */
export function removeStopRequest(workspace: Workspace): void {
  rmSync(requestPath(workspace), { force: true });
}

/** The process that streams now, or `undefined` when none does. */
export function findStreamingProcess(workspace: Workspace): number | undefined {
  const holder = readTextIfThere(join(workspace.stateDir, "locks", "india-stream.pid"));
  const pid = Number(holder?.trim());
  return isRunning(pid) ? pid : undefined;
}

/** Names this process as the one that streams. */
export function writeStreamingProcess(workspace: Workspace, pid: number): void {
  writeFileAtomic(join(workspace.stateDir, "locks", "india-stream.pid"), `${pid}\n`);
}

/** The stream ended. */
export function removeStreamingProcess(workspace: Workspace): void {
  rmSync(join(workspace.stateDir, "locks", "india-stream.pid"), { force: true });
}

function requestPath(workspace: Workspace): string {
  return join(workspace.stateDir, "locks", `${SESSION_LOCK}.stop`);
}
