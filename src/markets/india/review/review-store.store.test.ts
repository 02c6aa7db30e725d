/** Reviews on disk: whole, repeatable to the byte, without charts of an earlier one. */
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { reviewInputs } from "./review-scene.testing.ts";
import { parseReview } from "./review-files.ts";
import { writeReview } from "./review-store.ts";

const temporaryFolder = temporaryFolders();
const CHARTS = ["ITC.svg", "NIFTY-50-37a116c1.svg", "RELIANCE.svg"];

test("a review lies below its session, readable by its contract", () => {
  const workspace = workspaceAt(temporaryFolder());
  const { folder, written } = writeReview(workspace, reviewInputs());
  expect(folder).toBe(join(workspace.root, "docs", "review", "india", "2026-08-04"));
  expect(written.at(-1)).toBe("review.md");
  expect(readdirSync(join(folder, "charts")).toSorted()).toEqual(CHARTS);
  const review = parseReview(readFileSync(join(folder, "review.json"), "utf8"));
  expect(review).toMatchObject({ market: "india", session: "2026-08-04", synthetic: true });
});

test("a second run changes no byte and touches no file", () => {
  const workspace = workspaceAt(temporaryFolder());
  const { folder } = writeReview(workspace, reviewInputs());
  const times = () =>
    ["review.md", "review.json"].map((name) => statSync(join(folder, name)).mtimeMs);
  const before = times();
  expect(writeReview(workspace, reviewInputs()).written).toEqual([]);
  expect(times()).toEqual(before);
});

test("a vendor's broken text is written once like any other", () => {
  const workspace = workspaceAt(temporaryFolder());
  const inputs = reviewInputs({ notes: ["half a pair: \uD83D", "\u0000"] });
  writeReview(workspace, inputs);
  expect(writeReview(workspace, inputs).written).toEqual([]);
});

test("a chart that the review has no more is removed, another's file is not", () => {
  const workspace = workspaceAt(temporaryFolder());
  const { folder } = writeReview(workspace, reviewInputs());
  writeFileSync(join(folder, "charts", "mine.txt"), "kept");
  const { momentum } = reviewInputs();
  const inputs = reviewInputs({ momentum: { ...momentum, observations: [] } });
  expect(writeReview(workspace, inputs).written).toEqual(["review.json", "review.md"]);
  expect(readdirSync(join(folder, "charts")).toSorted()).toEqual([CHARTS[1], "mine.txt"]);
});
