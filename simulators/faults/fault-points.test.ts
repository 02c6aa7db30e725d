/** What the seed chooses: always the same, and everything in the end. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import {
  chanceOf,
  chooseClockJumps,
  chooseDeath,
  chooseFullDisk,
  chooseHold,
  chooseSuspension,
} from "./fault-points.ts";

const CHOOSERS = [chooseDeath, chooseFullDisk, chooseClockJumps, chooseHold, chooseSuspension];
const runOf = (count: number) => ({
  operations: Array.from({ length: count }, (_, index) => ({
    label: `operation ${index + 1}`,
    needsRoom: index % 3 === 0,
  })),
  durationMs: 400,
});

describe("a point", () => {
  test("is the same for the same seed, job and number, and lies inside the run", () => {
    const anything = fc.record({
      seed: fc.nat(),
      job: fc.string(),
      point: fc.nat(10_000),
      count: fc.integer({ min: 1, max: 500 }),
    });
    fc.assert(
      fc.property(anything, ({ seed, job, point, count }) => {
        const run = runOf(count);
        for (const choose of CHOOSERS) {
          const chosen = choose(chanceOf(seed, job, point), run);
          expect(choose(chanceOf(seed, job, point), run)).toEqual(chosen);
          for (const { at } of chosen.strikes) expect(run.operations[at - 1]).toBeDefined();
          expect(chosen.killAfterMs ?? 0).toBeLessThanOrEqual(run.durationMs);
          expect(chosen.suspend?.afterMs ?? 0).toBeLessThanOrEqual(run.durationMs);
        }
      }),
      { seed: testSeed(), numRuns: testCount(100, 2000) },
    );
  });

  test("of a hundred or so meets every operation of a short job, in every way of dying", () => {
    const run = runOf(8);
    const deaths = new Set(
      Array.from({ length: 400 }, (_, point) => chooseDeath(chanceOf(7, "job", point), run).says),
    );
    for (const action of ["kill_before", "kill_after", "tear"]) {
      for (let at = 1; at <= 8; at++) {
        expect(deaths).toContain(`${action} at ${at} of 8, operation ${at}`);
      }
    }
  });

  test("without room is one that needs room", () => {
    const run = runOf(9);
    const struck = Array.from({ length: 200 }, (_, point) =>
      chooseFullDisk(chanceOf(3, "job", point), run).strikes.map(({ at }) => at),
    );
    expect(new Set(struck.flat())).toEqual(new Set([1, 4, 7]));
  });
});
