/** The record of job runs: starts, ends, and runs whose process died. */
import { describe, expect, test } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { openJobRuns } from "./job-run-store.ts";

const NOON = Date.UTC(2026, 4, 18, 12) as EpochMs;

function open(database = openStateStore(":memory:"), at: number = NOON) {
  return openJobRuns({ database, clock: fixedClock(at as EpochMs) });
}

describe("job runs", () => {
  test("a run is recorded at its start and closed at its end with what it reported", () => {
    const database = openStateStore(":memory:");
    const run = open(database).start("us daily");
    expect(run).toEqual({
      id: 1,
      job: "us daily",
      startedAt: NOON,
      endedAt: null,
      outcome: "running",
      summary: null,
    });
    const summary = { asked: 11, received: 10, deferred: ["SPLITS QQQ"] };
    const ended = open(database, NOON + 5000).finish(run, { outcome: "partial", summary });
    expect(ended).toEqual({ ...run, endedAt: NOON + 5000, outcome: "partial", summary });
    expect(open(database).list()).toEqual([ended]);
  });

  test("a run that never ended is marked interrupted when its job starts again, and only then", () => {
    const database = openStateStore(":memory:");
    const runs = open(database);
    runs.start("us daily");
    runs.start("us build");
    const outcomes = () => runs.list().map(({ job, outcome }) => `${job} ${outcome}`);
    expect(outcomes()).toEqual(["us build running", "us daily running"]);
    open(database, NOON + 1).start("us daily");
    expect(outcomes()).toEqual(["us daily running", "us build running", "us daily interrupted"]);
    expect(runs.list({ job: "us daily" })[1]?.endedAt).toBe(NOON + 1);
  });

  test("a run ends once", () => {
    const runs = open();
    const run = runs.start("us daily");
    runs.finish(run, { outcome: "done", summary: null });
    expect(() => runs.finish(run, { outcome: "failed", summary: null })).toThrow("ends once");
  });

  test("runs are listed newest first, of one job or all, up to a number", () => {
    const runs = open();
    for (const job of ["a", "b", "a", "b", "a"]) {
      runs.finish(runs.start(job), { outcome: "done", summary: null });
    }
    expect(runs.list().map(({ id }) => id)).toEqual([5, 4, 3, 2, 1]);
    expect(runs.list({ job: "a", limit: 2 }).map(({ id }) => id)).toEqual([5, 3]);
    expect(runs.list({ job: "c" })).toEqual([]);
  });
});
