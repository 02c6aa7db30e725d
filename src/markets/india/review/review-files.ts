/** The files of a review by their names below its folder, as text: the page, the data and the charts. */
import { canonicalJson } from "#core/canonical-json.ts";
import { type IndiaReview, indiaReviewSchema } from "#contracts/india-review.ts";
import { buildReview } from "./build-review.ts";
import { chartOf } from "./candle-chart.ts";
import { renderCandleChart } from "./render-candle-chart.ts";
import { renderReviewMarkdown } from "./render-review-markdown.ts";
import type { ReviewInputs } from "./review-inputs.ts";

/** A review and its files; the same inputs give the same bytes. */
export type ReviewFiles = {
  readonly review: IndiaReview;
  readonly files: ReadonlyMap<string, string>;
};

/** Builds and renders the whole review. */
export function renderReview(inputs: ReviewInputs): ReviewFiles {
  const built = buildReview(inputs);
  const { review } = built;
  const charts = review.charts.map(
    ({ symbol, file }) => [file, renderCandleChart(chartOf(symbol, inputs, built))] as const,
  );
  return {
    review,
    // Half of a surrogate pair in a vendor's text has no UTF-8, and would not read back as written.
    files: new Map(
      [
        ...charts,
        ["review.json", `${canonicalJson(review)}\n`] as const,
        ["review.md", renderReviewMarkdown(review)] as const,
      ].map(([name, text]) => [name, text.toWellFormed()]),
    ),
  };
}

/** A `review.json` read back. Throws what its schema throws for anything else. */
export function parseReview(text: string): IndiaReview {
  return indiaReviewSchema.parse(JSON.parse(text));
}
