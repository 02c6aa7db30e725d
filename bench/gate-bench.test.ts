/** The benchmark of gate 1 at a small size: the reasons of every row are the same in SQL. */
import { expect, test } from "vitest";
import { testCount, testSeed } from "../tests/support/depth.ts";
import { benchGate } from "./gate-bench.ts";

test("gate 1 and the SQL give every row the same reasons", async () => {
  const size = { from: "2019-01-02", to: "2025-12-31", seed: testSeed() };
  const symbols = testCount(12, 60);
  const result = await benchGate({ size: { ...size, symbols }, rounds: 1 });
  expect(result.equal[0]).toMatch(/^the reasons of all \d{5,} rows, [1-9]\d* of which have some$/);
  expect(result.sides).toHaveLength(2);
});
