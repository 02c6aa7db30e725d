/**
 * The build: raw receipts in, one immutable snapshot out. Symbol by symbol it parses, judges,
 * merges and collects, so memory does not grow with the number of symbols. The snapshot is whole on
 * the disk before its manifest is; pointing readers at it is the caller's. Rules for rows are gate 1's.
 */
import type { BuildReport, SnapshotManifest } from "#contracts/snapshot.ts";
import { openDuckDb } from "#lake/duckdb-store.ts";
import { createPartWriter } from "#lake/part-store.ts";
import {
  findWholeSnapshot,
  publishSnapshot,
  readReport,
  removeUnfinishedParts,
} from "#lake/snapshot-store.ts";
import { removeFolder } from "#platform/atomic-file.ts";
import { digestOfJson } from "#platform/digest.ts";
import type { BuildOptions } from "./build-options.ts";
import { createBuildRun } from "./build-run.ts";
import { startQuarantine } from "./quarantine-store.ts";
import { snapshotIdOf } from "./recipe.ts";
import { groupBySymbol } from "./symbol-inputs.ts";

export type BuildOutcome = {
  readonly manifest: SnapshotManifest;
  readonly report: BuildReport;
  /** The snapshot was already there, whole; nothing was read or written. */
  readonly wasThere: boolean;
};

/** Makes the snapshot of a recipe, or finds it. @throws DISK_FULL, FILE_DAMAGED, CALENDAR_RANGE */
export async function buildSnapshot(options: BuildOptions): Promise<BuildOutcome> {
  const { analyticsDir, recipe } = options;
  const snapshot = snapshotIdOf(recipe);
  const known = findWholeSnapshot(analyticsDir, snapshot);
  if (known) {
    return { manifest: known, report: readReport(analyticsDir, known), wasThere: true };
  }
  removeUnfinishedParts(analyticsDir);
  removeFolder(options.stagingDir);
  const session = await openDuckDb({
    folders: [analyticsDir, options.stagingDir],
    temporaryDir: options.temporaryDir,
  });
  const quarantine = startQuarantine(options.quarantineDir, snapshot);
  try {
    const run = createBuildRun({
      ...options,
      snapshot,
      analytics: createPartWriter(session, analyticsDir),
      staging: createPartWriter(session, options.stagingDir),
      quarantine,
    });
    const groups = groupBySymbol(options.receipts);
    for (const [index, inputs] of groups.entries()) {
      await run.takeSymbol(inputs);
      options.onProgress?.(index + 1, groups.length, inputs.symbol);
    }
    const { files, digests, counts, report } = await run.finish();
    const quarantineSha256 = quarantine.publish();
    const manifest = publishSnapshot(
      analyticsDir,
      {
        version: 1,
        snapshot,
        market: recipe.market,
        synthetic: options.synthetic,
        contentDigest: digestOfJson(digests),
        recipe,
        counts,
        files,
        quarantineSha256,
      },
      report,
    );
    return { manifest, report, wasThere: false };
  } catch (cause) {
    quarantine.abandon();
    throw cause;
  } finally {
    session.close();
  }
}
