/**
 * Writes a review below `docs/review/india/<session>/`. Each file appears whole or not at all, the page
 * last, so that a page never speaks of charts that are not there. Writing it again changes no byte.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { IndiaReview } from "#contracts/india-review.ts";
import {
  errorCodeOf,
  readTextIfThere,
  removeLeftoversOf,
  writeFileAtomic,
} from "#platform/atomic-file.ts";
import type { Workspace } from "#platform/workspace.ts";
import { parseReview, renderReview } from "./review-files.ts";
import type { ReviewInputs } from "./review-inputs.ts";

/** The folder of a session's review. */
function reviewFolderOf(workspace: Workspace, session: string): string {
  return join(workspace.root, "docs", "review", "india", session);
}

/** What writing a review did: names below `folder` of the files that are new or other than before. */
export type WrittenReview = {
  readonly folder: string;
  readonly review: IndiaReview;
  readonly written: readonly string[];
};

/** The review of a session as it lies there; `undefined` when there is none, or none that can be read. */
export function readReview(workspace: Workspace, session: string): IndiaReview | undefined {
  const text = readTextIfThere(join(reviewFolderOf(workspace, session), "review.json"));
  if (text === undefined) return undefined;
  try {
    return parseReview(text);
  } catch {
    // It is made anew from the day's data, whatever became of it.
    return undefined;
  }
}

/** Builds, renders and writes. Charts of an earlier review that this one has not are removed. @throws DISK_FULL */
export function writeReview(workspace: Workspace, inputs: ReviewInputs): WrittenReview {
  const { review, files } = renderReview(inputs);
  const folder = reviewFolderOf(workspace, review.session);
  const written = [...files].flatMap(([name, text]) => {
    const path = join(folder, ...name.split("/"));
    removeLeftoversOf(path);
    if (readTextIfThere(path) === text) return [];
    writeFileAtomic(path, text);
    return [name];
  });
  removeOtherCharts(folder, files);
  return { folder, review, written };
}

function removeOtherCharts(folder: string, files: ReadonlyMap<string, string>): void {
  let names: string[] = [];
  try {
    names = readdirSync(join(folder, "charts"));
  } catch (cause) {
    if (errorCodeOf(cause) !== "ENOENT") throw cause;
  }
  for (const name of names) {
    if (!name.endsWith(".svg") || files.has(`charts/${name}`)) continue;
    rmSync(join(folder, "charts", name), { force: true });
  }
}
