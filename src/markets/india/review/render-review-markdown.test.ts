/** The page: vendor text stays text, SYNTHETIC is said, long tables end, no word of advice. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { buildReview } from "./build-review.ts";
import { markdownTable } from "./markdown-text.ts";
import { renderReviewMarkdown } from "./render-review-markdown.ts";
import { TABLE_ROWS_MAX } from "./review-limits.ts";
import { reviewInputs } from "./review-scene.testing.ts";

const run = { numRuns: testCount(50, 2000), seed: testSeed() };
const { review } = buildReview(reviewInputs());

describe("the page", () => {
  test("has every section", () => {
    const headings = [...renderReviewMarkdown(review).matchAll(/^## (.+)$/gm)].map(
      ([, name]) => name,
    );
    expect(headings).toEqual([
      "What is not known",
      "Coverage",
      "Gaps",
      "Candles",
      "Changed after the seal",
      "Compared with REST",
      "Momentum observations",
      "Anomalies",
      "Charts",
      "Inputs",
    ]);
  });

  test("says SYNTHETIC when it is so and only then", () => {
    expect(renderReviewMarkdown(review)).toMatch(/^# SYNTHETIC: India, session 2026-08-04$/m);
    expect(renderReviewMarkdown({ ...review, synthetic: false })).not.toContain("SYNTHETIC");
  });

  test("gives no advice", () => {
    expect(renderReviewMarkdown(review)).not.toMatch(
      /\b(?:buy|sell|signal|entry|stop|target|opportunity|score|rank)\b/i,
    );
  });

  test("keeps the text of a vendor on its line and out of the markup", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (says) => {
        const page = renderReviewMarkdown({
          ...review,
          notes: [`${says}<script>|\n# x`],
          rest: { symbols: [], missing: [{ symbol: says, reason: `| ${says}\n|` }] },
          coverageGaps: [{ symbol: says, role: null, reason: says }],
        });
        const plain = renderReviewMarkdown({
          ...review,
          notes: ["x"],
          rest: { symbols: [], missing: [{ symbol: "x", reason: "x" }] },
          coverageGaps: [{ symbol: "x", role: null, reason: "x" }],
        });
        expect(page.split("\n")).toHaveLength(plain.split("\n").length);
        expect(page).not.toContain("<script>");
      }),
      run,
    );
  });
});

describe("a table", () => {
  test("ends with a word about the rows that are left out", () => {
    const rows = Array.from({ length: TABLE_ROWS_MAX + 3 }, (_, row) => [String(row)]);
    const lines = markdownTable(["n"], rows, "none");
    expect(lines.at(-2)).toBe("3 more in [review.json](review.json).");
    expect(lines).toHaveLength(TABLE_ROWS_MAX + 5);
  });

  test("without rows is a sentence", () => {
    expect(markdownTable(["n"], [], "None.")).toEqual(["None.", ""]);
  });
});
