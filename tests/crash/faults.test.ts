/**
 * Every job under seeded faults: killed, without room on the disk, on a clock that is set, beside another.
 * A failure prints the command that does exactly the same again.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type FaultDriver,
  describeResult,
  jobsOf,
  openFaultDriver,
} from "../../simulators/faults/fault-driver.ts";
import type { PointKind } from "../../simulators/faults/fault-points.ts";
import { testCount, testSeed } from "../support/depth.ts";

/** Points of each job at full depth, and jobs that the quick run takes one point of. */
const POINTS: Readonly<Record<PointKind, { readonly full: number; readonly quickJobs: number }>> = {
  kill: { full: 100, quickJobs: 3 },
  full: { full: 20, quickJobs: 1 },
  clock: { full: 20, quickJobs: 1 },
  two: { full: 10, quickJobs: 1 },
  suspend: { full: 20, quickJobs: jobsOf("suspend").length },
};
/** Two at a time, each of them a few seconds at most. */
const POINT_MS_MAX = 30_000;
const JOB_MS_MAX = 120_000;

let driver: FaultDriver;

beforeAll(async () => {
  driver = await openFaultDriver({ seed: testSeed() });
});

afterAll(async () => {
  await driver.close();
});

describe.each([
  { kind: "kill", title: "killed at any instant" },
  { kind: "full", title: "without room on the disk" },
  { kind: "clock", title: "on a clock that is set" },
  { kind: "two", title: "at the same time" },
  { kind: "suspend", title: "on a host that falls asleep" },
] as const)("$title", ({ kind }) => {
  const points = testCount(1, POINTS[kind].full);
  const timeout = JOB_MS_MAX + points * POINT_MS_MAX;
  test.concurrent.each(jobsOfRun(kind))(
    "%s comes to the same end as undisturbed",
    { timeout },
    async (job) => {
      const results = await Promise.all(
        Array.from({ length: points }, (_, point) => driver.runPoint(kind, job, point)),
      );
      const failed = results.filter(({ problems }) => problems.length > 0);
      expect(failed.map(describeResult).join("\n")).toBe("");
    },
  );
});

/** All jobs at full depth; some in a quick run, by its seed. */
function jobsOfRun(kind: PointKind): readonly string[] {
  const jobs = jobsOf(kind);
  const count = testCount(POINTS[kind].quickJobs, jobs.length);
  return jobs.map((_, index) => jobs[(index + testSeed()) % jobs.length] ?? "").slice(0, count);
}
