/** Prints, once per run, what is needed to repeat it: the seed and the depth. */
import type { TestProject } from "vitest/node";

export function setup(project: TestProject): void {
  const seed = project.config.env["MERIDIAN_TEST_SEED"];
  const depth = process.env["MERIDIAN_TEST_DEPTH"] ?? "quick";
  console.log(`seed ${seed}, depth ${depth}; repeat with MERIDIAN_TEST_SEED=${seed}`);
}
