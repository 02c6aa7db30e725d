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
  scrubSnapshot,
} from "#lake/snapshot-store.ts";
import { digestOfJson } from "#platform/digest.ts";
import type { BuildOptions } from "./build-options.ts";
import { type BuiltRun, createBuildRun } from "./build-run.ts";
import type { BuiltDatasets } from "./market-datasets.ts";
import { isQuarantineWhole, startQuarantine } from "./quarantine-store.ts";
import { snapshotIdOf } from "./recipe.ts";
import { isStagingWhole, markStaging, removeStaging } from "./staging-store.ts";
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
  if (known && isWhole(options, known)) {
    return { manifest: known, report: readReport(analyticsDir, known), wasThere: true };
  }
  removeUnfinishedParts(analyticsDir);
  removeStaging(options.stagingDir, options.stagingKept);
  const session = await openDuckDb({
    folders: [analyticsDir, options.stagingDir],
    temporaryDir: options.temporaryDir,
  });
  const quarantine = startQuarantine(options.quarantineDir, snapshot);
  try {
    const analytics = createPartWriter(session, analyticsDir);
    const staging = createPartWriter(session, options.stagingDir);
    const run = createBuildRun({ ...options, snapshot, analytics, staging, quarantine });
    const groups = groupBySymbol(options.receipts);
    for (const [index, inputs] of groups.entries()) {
      await run.takeSymbol(inputs);
      options.onProgress?.(index + 1, groups.length, inputs.symbol);
    }
    const shared = await run.finish();
    const own = await options.datasets?.build({ session, analytics, staging, quarantine });
    const { files, staged, digests, counts, report } = own ? withDatasets(shared, own) : shared;
    const quarantineSha256 = quarantine.publish();
    if (options.keepsStaging) markStaging(options.stagingDir, snapshot, staged);
    const manifest = publishSnapshot(
      analyticsDir,
      {
        version: 1,
        snapshot,
        market: recipe.market,
        synthetic: options.synthetic,
        contentDigest: digestOfJson(digests),
        // A manifest that is made again keeps its reading positions: the id is of the rest.
        recipe: known?.recipe ?? recipe,
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
    if (!options.keepsStaging) removeStaging(options.stagingDir, options.stagingKept);
  }
}

/** The shared datasets with those of the market: what is of one dataset only stays apart by its name. */
function withDatasets(shared: BuiltRun, own: BuiltDatasets): BuiltRun {
  const byRule = new Map(Object.entries(shared.report.quarantineByRule));
  const { minutes, minutesLeftOut } = own.report;
  for (const [rule, count] of Object.entries(own.report.quarantineByRule)) {
    byRule.set(rule, (byRule.get(rule) ?? 0) + count);
  }
  return {
    files: [...shared.files, ...own.files],
    staged: [...shared.staged, ...own.staged],
    digests: { ...shared.digests, ...own.digests },
    counts: { ...shared.counts, ...own.counts },
    report: {
      ...shared.report,
      quarantineByRule: Object.fromEntries([...byRule].sort(([a], [b]) => (a < b ? -1 : 1))),
      ...(minutes.length === 0 ? {} : { minutes: [...minutes], minutesLeftOut }),
    },
  };
}

/** Whether all that the build wrote is there byte by byte; what is not is made again. */
function isWhole(options: BuildOptions, known: SnapshotManifest): boolean {
  return (
    isQuarantineWhole(options.quarantineDir, known) &&
    (!options.keepsStaging || isStagingWhole(options.stagingDir, known.snapshot)) &&
    scrubSnapshot(options.analyticsDir, known).length === 0
  );
}
