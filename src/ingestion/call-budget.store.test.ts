/**
 * The budget over time, restarts and processes: no limit is exceeded in any window, no permit is lost,
 * and no jump of the clock changes either.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { must } from "#core/assert.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { openStateStore } from "#platform/state-store.ts";
import { keyLabelOf, openCallBudget } from "./call-budget-store.ts";
import type { BudgetLimits } from "./call-budget.ts";

const NOON = Date.UTC(2026, 4, 18, 12) as EpochMs;
const MIDNIGHT = Date.UTC(2026, 4, 19) as EpochMs;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const FREE: BudgetLimits = { perSecond: 0.8, perMinute: 5, perDay: 25 };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A machine whose true time goes on by waiting only, whose wall clock can be set, and that can restart. */
function machine() {
  let trueMs = 0;
  let startedAtMs = -5_000_000;
  let wallOffsetMs: number = NOON;
  const waits: number[] = [];
  const clock: Clock = {
    wallMs: () => Math.floor(trueMs + wallOffsetMs) as EpochMs,
    monotonicMs: () => trueMs - startedAtMs,
    sleepMs: (durationMs) => {
      waits.push(durationMs);
      trueMs += durationMs;
      return Promise.resolve();
    },
  };
  return {
    clock,
    waits,
    trueMs: () => trueMs,
    pass: (durationMs: number) => (trueMs += durationMs),
    setWall: (byMs: number) => (wallOffsetMs += byMs),
    restart: () => (startedAtMs = trueMs),
  };
}

function open(database: DatabaseSync, clock: Clock, limits = FREE, keys = ["KEY-ONE"]) {
  return openCallBudget({ database, vendor: "alpha_vantage", keys, limits, clock });
}

/** Takes until refused or `most` permits; returns the true time and key of each. */
async function takeAll(
  budget: ReturnType<typeof open>,
  trueMs: () => number,
  most: number,
): Promise<{ atMs: number; key: string }[]> {
  const permits: { atMs: number; key: string }[] = [];
  while (permits.length < most) {
    const permit = await budget.take();
    if (!permit.granted) break;
    permits.push({ atMs: trueMs(), key: permit.key });
  }
  return permits;
}

/** Checks the promise over the times of one key's permits. */
function checkWindows(atMs: readonly number[], limits: BudgetLimits): void {
  for (const [index, at] of atMs.entries()) {
    const before = atMs[index - 1];
    if (before !== undefined)
      expect(at - before).toBeGreaterThanOrEqual(1000 / limits.perSecond - 1e-6);
    const windowStart = atMs[index - limits.perMinute];
    if (windowStart !== undefined) expect(at - windowStart).toBeGreaterThanOrEqual(MINUTE_MS);
  }
}

describe("one key", () => {
  test("spaces its calls, rests for the minute and refuses for the day, with the reset", async () => {
    const { clock, trueMs } = machine();
    const budget = open(openStateStore(":memory:"), clock);
    const permits = await takeAll(budget, trueMs, 100);
    expect(permits).toHaveLength(25);
    expect(permits.slice(0, 6).map(({ atMs }) => atMs)).toEqual([
      0, 1250, 2500, 3750, 5000, 60_250,
    ]);
    checkWindows(
      permits.map(({ atMs }) => atMs),
      FREE,
    );
    expect(await budget.take()).toEqual({
      granted: false,
      reason: "QUOTA_SPENT",
      resetsAt: MIDNIGHT,
    });
    expect(budget.left()).toEqual({
      leftOfDay: 0,
      perKey: [{ keyLabel: keyLabelOf("KEY-ONE"), leftOfDay: 0, restsUntil: null }],
      resetsAt: MIDNIGHT,
    });
  });

  test("has its calls back after midnight UTC, and not before", async () => {
    const { clock, trueMs, pass } = machine();
    const budget = open(openStateStore(":memory:"), clock);
    await takeAll(budget, trueMs, 100);
    pass(MIDNIGHT - clock.wallMs() - 1);
    expect((await budget.take()).granted).toBe(false);
    pass(1);
    expect(budget.left().leftOfDay).toBe(25);
    expect(await takeAll(budget, trueMs, 100)).toHaveLength(25);
  });

  test("a restart changes nothing", async () => {
    const database = openStateStore(":memory:");
    const { clock, trueMs } = machine();
    const permits: { atMs: number }[] = [];
    for (let start = 0; start < 40; start++) {
      permits.push(...(await takeAll(open(database, clock), trueMs, 1)));
    }
    expect(permits).toHaveLength(25);
    checkWindows(
      permits.map(({ atMs }) => atMs),
      FREE,
    );
  });

  test("is refused while the vendor says its quota is spent, also after a restart", async () => {
    const database = openStateStore(":memory:");
    const { clock } = machine();
    const budget = open(database, clock);
    await budget.take();
    budget.rest("KEY-ONE", "QUOTA_SPENT", MIDNIGHT);
    const again = open(database, clock);
    expect(await again.take()).toEqual({
      granted: false,
      reason: "QUOTA_SPENT",
      resetsAt: MIDNIGHT,
    });
    expect(again.left()).toMatchObject({ leftOfDay: 0, perKey: [{ restsUntil: MIDNIGHT }] });
  });

  test("a rest that a wrong clock set years ahead does not hold for years", async () => {
    const { clock } = machine();
    const budget = open(openStateStore(":memory:"), clock);
    budget.rest("KEY-ONE", "QUOTA_SPENT", (NOON + 1000 * HOUR_MS) as EpochMs);
    expect((await budget.take()).granted).toBe(true);
  });
});

describe("a pool of keys", () => {
  const KEYS = ["KEY-ONE", "KEY-TWO", "KEY-THREE"];

  test("is used in turn, so that three keys give three times the calls without waiting longer", async () => {
    const { clock, trueMs } = machine();
    const budget = open(openStateStore(":memory:"), clock, FREE, KEYS);
    const permits = await takeAll(budget, trueMs, 100);
    expect(permits).toHaveLength(75);
    expect(permits.slice(0, 4).map(({ key }) => key)).toEqual([...KEYS, "KEY-ONE"]);
    for (const key of KEYS) {
      const ofKey = permits.filter((permit) => permit.key === key).map(({ atMs }) => atMs);
      expect(ofKey).toHaveLength(25);
      checkWindows(ofKey, FREE);
    }
  });

  test("goes on without a key that rests, and counts only what can be used", async () => {
    const { clock, trueMs } = machine();
    const budget = open(openStateStore(":memory:"), clock, FREE, [...KEYS, "KEY-TWO"]);
    budget.rest("KEY-ONE", "QUOTA_SPENT", MIDNIGHT);
    budget.rest("KEY-TWO", "KEY_INVALID", MIDNIGHT);
    expect(budget.left().leftOfDay).toBe(25);
    const permits = await takeAll(budget, trueMs, 100);
    expect(new Set(permits.map(({ key }) => key))).toEqual(new Set(["KEY-THREE"]));
    expect(await budget.take()).toMatchObject({ granted: false, reason: "QUOTA_SPENT" });
  });

  test("an invalid key rests for this process only; when all are invalid that is the reason", async () => {
    const database = openStateStore(":memory:");
    const { clock } = machine();
    const budget = open(database, clock, FREE, KEYS);
    for (const key of KEYS) budget.rest(key, "KEY_INVALID", MIDNIGHT);
    expect(await budget.take()).toMatchObject({ granted: false, reason: "KEY_INVALID" });
    expect((await open(database, clock, FREE, KEYS).take()).granted).toBe(true);
  });

  test("no key is written anywhere", async () => {
    const folder = mkdtempSync(join(tmpdir(), "budget-"));
    folders.push(folder);
    const database = openStateStore(join(folder, "us.sqlite"));
    const { clock } = machine();
    const budget = open(database, clock, FREE, ["CANARY-9Q2X"]);
    await budget.take();
    budget.rest("CANARY-9Q2X", "QUOTA_SPENT", MIDNIGHT);
    const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
    expect(bytes.join("")).not.toContain("CANARY");
    expect(bytes.join("")).toContain(keyLabelOf("CANARY-9Q2X"));
    database.close();
  });
});

describe("a clock that is set", () => {
  test("back by an hour or a year neither gives calls back nor stops the budget", async () => {
    for (const backMs of [HOUR_MS, 26 * HOUR_MS, 400 * 24 * HOUR_MS]) {
      for (const restarts of [false, true]) {
        const database = openStateStore(":memory:");
        const { clock, trueMs, setWall } = machine();
        const first = open(database, clock);
        const permits = await takeAll(first, trueMs, 10);
        setWall(-backMs);
        permits.push(...(await takeAll(restarts ? open(database, clock) : first, trueMs, 100)));
        expect(permits).toHaveLength(25);
        checkWindows(
          permits.map(({ atMs }) => atMs),
          FREE,
        );
        // 25 calls at five a minute: four whole windows pass before the last five.
        expect(trueMs()).toBeLessThan(5 * MINUTE_MS);
      }
    }
  });

  test("back again from a wrong future leaves today's count in force and resets within two days", async () => {
    const database = openStateStore(":memory:");
    const { clock, trueMs, setWall, pass } = machine();
    setWall(3000 * 24 * HOUR_MS);
    await takeAll(open(database, clock), trueMs, 10);
    setWall(-3000 * 24 * HOUR_MS);
    const budget = open(database, clock);
    expect(budget.left().leftOfDay).toBe(15);
    expect(await takeAll(budget, trueMs, 100)).toHaveLength(15);
    pass(48 * HOUR_MS);
    expect((await budget.take()).granted).toBe(true);
  });

  test("either way by less than a day neither shortens nor lengthens what is left to wait", async () => {
    for (const byMs of [HOUR_MS, -HOUR_MS]) {
      const { clock, trueMs, setWall } = machine();
      const budget = open(openStateStore(":memory:"), clock);
      const permits = await takeAll(budget, trueMs, 5);
      setWall(byMs);
      permits.push(...(await takeAll(budget, trueMs, 2)));
      expect(permits.slice(5).map(({ atMs }) => atMs)).toEqual([60_250, 61_500]);
    }
  });

  test("by property: whatever the schedule, processes, restarts and settings of the clock, the windows hold", async () => {
    const duration = fc.oneof(fc.constant(0), fc.nat(3000), fc.nat(90_000));
    const step = fc.record({
      takes: fc.integer({ min: 0, max: 6 }),
      passMs: duration,
      setWallMs: fc.oneof(fc.constant(0), fc.integer({ min: -50 * HOUR_MS, max: 50 * HOUR_MS })),
      process: fc.nat(2),
      happens: fc.constantFrom("nothing", "nothing", "process restarts", "machine restarts"),
    });
    const limits = fc.record({
      perSecond: fc.constantFrom(0.8, 1, 3, 20),
      perMinute: fc.integer({ min: 1, max: 12 }),
      perDay: fc.constant(1000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), limits, async (steps, ofRun) => {
        const database = openStateStore(":memory:");
        const { clock, trueMs, pass, setWall, restart, waits } = machine();
        const processes = [0, 1, 2].map(() => open(database, clock, ofRun));
        const permits: number[] = [];
        for (const { takes, passMs, setWallMs, process, happens } of steps) {
          pass(passMs);
          setWall(setWallMs);
          if (happens === "machine restarts") restart();
          if (happens !== "nothing") processes[process] = open(database, clock, ofRun);
          const budget = must(processes[process], "there are three processes");
          for (let take = 0; take < takes; take++) {
            if (!(await budget.take()).granted) break;
            permits.push(trueMs());
          }
        }
        checkWindows(permits, ofRun);
        // No deadlock: no single wait is longer than the longest window.
        for (const wait of waits) expect(wait).toBeLessThanOrEqual(MINUTE_MS + 1000);
        database.close();
      }),
      { seed: testSeed(), numRuns: testCount(100, 3000) },
    );
  });
});

describe("four processes on one state file", () => {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  /** Takes permits until refused, and says when each was given, by a clock that all processes share. */
  const program = `
    const [path, limits] = process.argv.slice(1);
    const { openCallBudget } = await import(${url("call-budget-store.ts")});
    const { openStateStore } = await import(${url("../platform/state-store.ts")});
    const { systemClock } = await import(${url("../platform/system-clock.ts")});
    const budget = openCallBudget({ database: openStateStore(path), vendor: "v", keys: ["K"],
      limits: JSON.parse(limits), clock: systemClock() });
    const { writeSync } = await import("node:fs");
    for (;;) {
      const permit = await budget.take();
      if (!permit.granted) break;
      writeSync(1, String(Number(process.hrtime.bigint()) / 1e6) + "\\n");
    }`;

  /** Runs four takers at once, for at most so long; the times of all permits, ascending. */
  async function takeTogether(limits: BudgetLimits, mostMs: number): Promise<number[]> {
    const folder = mkdtempSync(join(tmpdir(), "budget-"));
    folders.push(folder);
    const args = [
      "--input-type=module",
      "-e",
      program,
      join(folder, "us.sqlite"),
      JSON.stringify(limits),
    ];
    const outputs = await Promise.all(
      Array.from({ length: 4 }, () => {
        const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
        const timer = setTimeout(() => child.kill("SIGKILL"), mostMs);
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        return new Promise<string>((resolve) => {
          child.on("close", () => {
            clearTimeout(timer);
            resolve(output);
          });
        });
      }),
    );
    return outputs
      .flatMap((output) => output.split("\n").filter(Boolean).map(Number))
      .sort((a, b) => a - b);
  }

  /** Between a permit's record and its line lies the scheduling of a busy machine. */
  const LATENESS_MS = 150;

  test("share the seconds and the day: every call of the day is given once", async () => {
    const limits = { perSecond: 20, perMinute: 1000, perDay: 40 };
    const permits = await takeTogether(limits, 30_000);
    expect(permits).toHaveLength(40);
    for (let index = 10; index < permits.length; index++) {
      const spanMs = (permits[index] ?? 0) - (permits[index - 10] ?? 0);
      expect(spanMs).toBeGreaterThanOrEqual(10 * 50 - LATENESS_MS);
    }
  });

  test("share the minute: its calls are given once and then none", async () => {
    const permits = await takeTogether({ perSecond: 1000, perMinute: 30, perDay: 1000 }, 4000);
    expect(permits).toHaveLength(30);
  });

  // Longer than a minute, and so in the full depth only.
  if (testCount(0, 1) === 1) {
    test("over more than a minute no window holds more than its limit", async () => {
      const permits = await takeTogether({ perSecond: 10, perMinute: 30, perDay: 75 }, 170_000);
      expect(permits).toHaveLength(75);
      for (let index = 30; index < permits.length; index++) {
        const spanMs = (permits[index] ?? 0) - (permits[index - 30] ?? 0);
        expect(spanMs).toBeGreaterThanOrEqual(MINUTE_MS);
      }
    }, 200_000);
  }
});
