/** Counts the tests of vitest's JSON report, so that the closing line of a run tells the truth. */
import * as z from "zod";

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

export type TestCounts = { readonly passed: number; readonly failed: number };

/**
 * Passed and failed tests. A file that fails outside its tests (it does not load, a hook throws)
 * counts as one failure, and so does a run that fails, or leaves no report, without naming a test.
 */
export function countTests(reportText: string | undefined, exitCode: number): TestCounts {
  let passed = 0;
  let failed = 0;
  if (reportText !== undefined) {
    for (const file of reportSchema.parse(JSON.parse(reportText)).testResults) {
      const statuses = file.assertionResults.map((test) => test.status);
      const failedHere = statuses.filter((status) => status === "failed").length;
      passed += statuses.filter((status) => status === "passed").length;
      failed += failedHere === 0 && file.status === "failed" ? 1 : failedHere;
    }
  }
  const isSilentFailure = failed === 0 && (exitCode !== 0 || reportText === undefined);
  return { passed, failed: isSilentFailure ? 1 : failed };
}
