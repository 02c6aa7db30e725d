/** One run of a job at a time, whatever becomes of the one that holds the lock. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test, vi } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { startScript } from "./child-script.testing.ts";
import { findJobHolder, takeJobLock } from "./job-lock.ts";
import { temporaryFolders } from "./temporary-folder.testing.ts";
import { workspaceAt } from "./workspace.ts";

const makeFolder = temporaryFolders();
const STARTED = Date.UTC(2026, 4, 18, 21) as EpochMs;

const HOLD = `
import { takeJobLock } from "#platform/job-lock.ts";
import { workspaceAt } from "#platform/workspace.ts";
takeJobLock(workspaceAt(process.argv.at(-1)), "us-build", ${STARTED});
console.log(process.pid);
setInterval(() => undefined, 1000);`;

const LOOK_SLOWLY = `
import { DatabaseSync } from "node:sqlite";
const database = new DatabaseSync(process.argv.at(-1) + "/data/state/locks/us-build.lock");
database.exec("BEGIN EXCLUSIVE");
console.log("looking");
setTimeout(() => database.close(), 100);`;

describe("a job lock", () => {
  test("keeps a second run of the job out until it is released, and no other job", () => {
    const workspace = workspaceAt(makeFolder());
    const lock = takeJobLock(workspace, "us-build", STARTED);
    expect(() => takeJobLock(workspace, "us-build", STARTED)).toThrow(
      expect.objectContaining({ code: "JOB_RUNNING" }),
    );
    takeJobLock(workspace, "us-gate", STARTED).release();
    lock.release();
    takeJobLock(workspace, "us-build", STARTED).release();
  });

  test("names the process that holds it, and is free once that process is killed", async () => {
    const folder = makeFolder();
    const workspace = workspaceAt(folder);
    const holder = startScript(HOLD, { args: [folder] });
    const pid = await holder.firstLine;
    expect(() => takeJobLock(workspace, "us-build", STARTED)).toThrow(
      `the job us-build is already running: {"pid":${pid},"startedAt":"2026-05-18T21:00:00.000Z"}`,
    );
    holder.child.kill("SIGKILL");
    await holder.ended;
    const lock = takeJobLock(workspace, "us-build", STARTED);
    expect(() => takeJobLock(workspace, "us-build", STARTED)).toThrow(`{"pid":${process.pid}`);
    lock.release();
  });

  test("does not take the name of an earlier holder for that of the one that has it", () => {
    const workspace = workspaceAt(makeFolder());
    takeJobLock(workspace, "us-build", STARTED).release();
    const folder = join(workspace.stateDir, "locks");
    writeFileSync(join(folder, "us-build.holder.json"), '{"pid":999999}');
    const other = new DatabaseSync(join(folder, "us-build.lock"));
    other.exec("BEGIN EXCLUSIVE");
    expect(() => takeJobLock(workspace, "us-build", STARTED)).toThrow(
      "the job us-build is already running: a process that has not named itself",
    );
    other.close();
  });

  test("is looked at without a trace and without standing in a starting job's way", async () => {
    const folder = makeFolder();
    const workspace = workspaceAt(folder);
    expect(findJobHolder(workspace, "us-build")).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
    takeJobLock(workspace, "us-build", STARTED).release();
    expect(findJobHolder(workspace, "us-build")).toBeUndefined();
    const holder = startScript(HOLD, { args: [folder] });
    const pid = await holder.firstLine;
    expect(findJobHolder(workspace, "us-build")).toContain(`{"pid":${pid},`);
    holder.child.kill("SIGKILL");
    await holder.ended;
    const looker = startScript(LOOK_SLOWLY, { args: [folder] });
    await looker.firstLine;
    takeJobLock(workspace, "us-build", STARTED).release();
    await looker.ended;
  });

  test("says that the disk is full, and not that somebody holds it", () => {
    const workspace = workspaceAt(makeFolder());
    takeJobLock(workspace, "us-build", STARTED).release();
    vi.spyOn(DatabaseSync.prototype, "exec").mockImplementationOnce(() => {
      const message = "database or disk is full";
      throw Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode: 13 });
    });
    expect(() => takeJobLock(workspace, "us-build", STARTED)).toThrow(
      "no room on the disk to write us-build.lock",
    );
  });
});
