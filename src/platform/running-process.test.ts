/** Which processes still run. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { isRunning } from "./running-process.ts";

test("this process and its parent run, one that has ended and one that never was do not", () => {
  const ended = spawnSync(process.execPath, ["--version"]).pid;
  expect([process.pid, process.ppid].map(isRunning)).toEqual([true, true]);
  expect([ended, 0, -1, 1.5, Number.NaN].map(isRunning)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
