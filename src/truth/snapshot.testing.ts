/** A snapshot on the disk that holds just what gate 1 reads: accepted sessions and a report. */
import type { BuildReport, SnapshotManifest } from "#contracts/snapshot.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { openDuckDb } from "#lake/duckdb-store.ts";
import { createPartWriter } from "#lake/part-store.ts";
import { PART_FOLDERS, publishSnapshot } from "#lake/snapshot-store.ts";
import type { Workspace } from "#platform/workspace.ts";

const DIGEST = "0".repeat(64);

/** Publishes a snapshot with these accepted sessions by symbol; `revisions` rows for each. */
export async function writeSnapshot(
  workspace: Workspace,
  accepted: { readonly [symbol: string]: readonly string[] },
  report: BuildReport,
  revisions = 1,
): Promise<SnapshotManifest> {
  const root = workspace.analyticsDir("us");
  const symbols = Object.keys(accepted);
  const rows = symbols.flatMap((symbol, code) =>
    (accepted[symbol] ?? []).flatMap((date) =>
      Array.from({ length: revisions }, () => ({ code, day: dayNumberOf(sessionDate(date)) })),
    ),
  );
  const session = await openDuckDb({
    folders: [root],
    temporaryDir: `${workspace.stateDir}/duckdb`,
  });
  const files = [];
  if (rows.length > 0) {
    const filled = await createPartWriter(session, root).fill(
      PART_FOLDERS.daily,
      [
        {
          name: "symbol",
          kind: "text",
          codes: Uint16Array.from(rows, (row) => row.code),
          dictionary: symbols,
        },
        { name: "session", kind: "day", cells: Int32Array.from(rows, (row) => row.day) },
        {
          name: "basis",
          kind: "text",
          codes: new Uint16Array(rows.length),
          dictionary: ["raw"],
        },
      ],
      rows.length,
    );
    files.push(await filled.write());
  }
  session.close();
  return publishSnapshot(
    root,
    {
      version: 1,
      snapshot: report.snapshot,
      market: "us",
      synthetic: false,
      contentDigest: DIGEST,
      recipe: {
        market: "us",
        builder: "test",
        calendar: { version: "1", digest: DIGEST, corrections: [] },
        rawThroughSeq: 1,
        rawDigest: DIGEST,
        eventsThroughSeq: 0,
        eventsDigest: DIGEST,
        roles: [],
        thresholds: {},
      },
      counts: {},
      files,
      quarantineSha256: DIGEST,
    },
    report,
  );
}
