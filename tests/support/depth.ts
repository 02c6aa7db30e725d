/**
 * The three depths of test share one code: counts shrink and grow here, and the seed rotates.
 * `npm test` runs the quick counts, `npm run test:full` the counts of the must-show lists.
 */
import { randomInt } from "node:crypto";

const SEED_LIMIT = 2 ** 31;
const seedOfRun = Number(process.env["MERIDIAN_TEST_SEED"] ?? randomInt(SEED_LIMIT));

/** The quick count, or the full one under `MERIDIAN_TEST_DEPTH=full`. */
export function testCount(quick: number, full: number): number {
  return process.env["MERIDIAN_TEST_DEPTH"] === "full" ? full : quick;
}

/** The seed of this run: `MERIDIAN_TEST_SEED` when set, otherwise a fresh one. Printed by the set-up file. */
export function testSeed(): number {
  return seedOfRun;
}
