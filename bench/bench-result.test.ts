/** The arithmetic of results: medians, ratios by round, bounds and how they read. */
import { describe, expect, test } from "vitest";
import { boundOf, describeResult, medianOf, ratiosOf } from "./bench-result.ts";

describe("a result", () => {
  test("takes the middle, or the mean of the middle two", () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
    expect(medianOf([])).toBeNaN();
  });

  test("compares round by round", () => {
    const ours = { name: "ours", seconds: [2, 6] };
    const theirs = { name: "theirs", seconds: [1, 2] };
    expect(ratiosOf(ours, theirs)).toEqual([2, 3]);
  });

  test("holds at its bound, and not when nothing was measured", () => {
    expect(boundOf({ name: "a", measured: 1.5, limit: 1.5, kind: "at_most" }).holds).toBe(true);
    expect(boundOf({ name: "a", measured: 1.6, limit: 1.5, kind: "at_most" }).holds).toBe(false);
    expect(boundOf({ name: "a", measured: 3, limit: 3, kind: "at_least" }).holds).toBe(true);
    expect(boundOf({ name: "a", measured: Number.NaN, limit: 3, kind: "at_least" }).holds).toBe(
      false,
    );
  });

  test("reads as a table with a verdict for each bound", () => {
    const lines = describeResult({
      name: "build",
      input: "few rows",
      equal: ["10 rows"],
      sides: [
        { name: "us build", seconds: [1, 2, 3], cpuSeconds: [4, 4, 4], peakMib: [100, 300, 200] },
      ],
      bounds: [boundOf({ name: "us build / SQL", measured: 2, limit: 1.5, kind: "at_most" })],
      notes: ["a note"],
    });
    expect(lines).toEqual([
      "build: few rows",
      "  equal: 10 rows",
      "            median s   min   max  inside   cpu  peak MiB",
      "  us build      2.00  1.00  3.00          4.00       300",
      "  FAIL us build / SQL: 2.00 (<= 1.5)",
      "  a note",
    ]);
  });
});
