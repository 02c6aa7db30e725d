/** Checks that no kind of failed run can close with a line that says "0 failed". */
import { expect, test } from "vitest";
import { countTests } from "./test-report.ts";

function reportOf(...files: { status: string; tests: string[] }[]): string {
  return JSON.stringify({
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((test) => ({ status: test })),
    })),
  });
}

test("passed and failed tests are counted, skipped ones are neither", () => {
  const report = reportOf(
    { status: "passed", tests: ["passed", "passed", "skipped"] },
    { status: "failed", tests: ["passed", "failed"] },
  );
  expect(countTests(report, 1)).toEqual({ passed: 3, failed: 1 });
});

test("a file that does not load counts as one failure", () => {
  expect(countTests(reportOf({ status: "failed", tests: [] }), 1)).toEqual({
    passed: 0,
    failed: 1,
  });
});

test("a run that fails without naming a test counts as one failure", () => {
  expect(countTests(reportOf({ status: "passed", tests: ["passed"] }), 1)).toEqual({
    passed: 1,
    failed: 1,
  });
});

test("a run that leaves no report counts as one failure", () => {
  expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1 });
});

test("a run in which everything passed has no failure", () => {
  expect(countTests(reportOf({ status: "passed", tests: ["passed"] }), 0)).toEqual({
    passed: 1,
    failed: 0,
  });
});
