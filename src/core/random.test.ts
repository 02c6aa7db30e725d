/** Chance with a seed: repeatable, in range, and not stuck. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { testSeed } from "../../tests/support/depth.ts";
import { seededRandom } from "./random.ts";

const DRAWS = 1000;
const draw = (seed: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: DRAWS }, () => random());
};

test("a seed gives the same numbers every time, all in [0, 1) and about half below a half", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const numbers = draw(seed);
      expect(draw(seed)).toEqual(numbers);
      expect(numbers.every((one) => one >= 0 && one < 1)).toBe(true);
      const low = numbers.filter((one) => one < 0.5).length / DRAWS;
      expect(Math.abs(low - 0.5)).toBeLessThan(0.1);
    }),
    { numRuns: 20, seed: testSeed() },
  );
});

test("neighbouring seeds give other numbers", () => {
  expect(draw(1)).not.toEqual(draw(2));
});
