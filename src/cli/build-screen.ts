/** What a build says: counts that add up, what waits for people, what was found. */
import type { BuildReport, SnapshotManifest } from "#contracts/snapshot.ts";
import type { MarketBuildReport } from "#curation/build-job.ts";
import { minuteLines } from "./minutes-screen.ts";
import { type CommandResult, table } from "./output.ts";

const LISTED_MAX = 12;

/** The screen and the document of a build. */
export function describeBuild(built: MarketBuildReport): CommandResult {
  const { manifest, report } = built;
  const open = report.reviews.filter((review) => review.decision === "open");
  const gate = `meridian gate ingest --market ${manifest.market}`;
  return {
    exitCode: 0,
    document: documentOf(built, open.length),
    lines: [
      ...(manifest.synthetic ? ["SYNTHETIC data"] : []),
      `snapshot ${built.snapshot}${built.wasThere ? " (already there; nothing to do)" : ""}`,
      `content ${built.contentDigest}`,
      "",
      ...countLines(manifest, report),
      ...findingLines(report, open),
      ...minuteLines(report.minutes),
      "",
      open.length > 0
        ? `next: meridian truth reviews${manifest.market === "us" ? "" : ` --market ${manifest.market}`}, then ${gate}`
        : `next: ${gate}`,
    ],
  };
}

function documentOf(built: MarketBuildReport, openReviews: number) {
  const { snapshot, contentDigest, wasThere, manifest, report } = built;
  const missing = report.symbols.filter((symbol) => symbol.missing > 0);
  return {
    snapshot,
    contentDigest,
    wasThere,
    synthetic: manifest.synthetic,
    counts: manifest.counts,
    symbols: report.symbols.length,
    openReviews,
    largeMoves: report.largeMoves,
    restated: report.restated,
    eventConflicts: report.eventConflicts,
    quarantineByRule: report.quarantineByRule,
    ...(report.minutes === undefined ? {} : { minutes: report.minutes }),
    missing: missing.map((one) => ({
      symbol: one.symbol,
      sessions: one.missing,
      newest: one.missingNewest,
    })),
  };
}

function countLines(manifest: SnapshotManifest, report: BuildReport): string[] {
  const rows = Object.entries(manifest.counts).map(([dataset, counts]) => [
    dataset,
    String(counts.parsed),
    String(counts.accepted),
    String(counts.quarantined),
    String(counts.parked),
  ]);
  const rules = Object.entries(report.quarantineByRule).map(([rule, count]) => [
    rule,
    String(count),
  ]);
  return [
    ...table([["rows", "parsed", "accepted", "quarantined", "parked"], ...rows]),
    ...(rules.length > 0
      ? ["", "quarantined by rule (a row can fail several)", ...table(rules, "  ")]
      : []),
  ];
}

function findingLines(report: BuildReport, open: BuildReport["reviews"]): string[] {
  const missing = report.symbols.filter((symbol) => symbol.missing > 0);
  return [
    ...listSome(
      "parked, waiting for a decision",
      open.map((one) => [one.id, one.symbol, one.session, one.rule, percentOf(one.facts)]),
    ),
    ...listSome(
      "LARGE_MOVE, admitted",
      report.largeMoves.map((one) => [one.symbol, one.session, percentOf(one.facts)]),
    ),
    ...listSome(
      "RESTATED, admitted as new revisions",
      report.restated.map((one) => [
        one.symbol,
        one.session,
        `${String(one.facts["close_before"])} -> ${String(one.facts["close"])}`,
      ]),
    ),
    ...listSome(
      "events on which payloads differ",
      report.eventConflicts.map((one) => [one.symbol, one.session, String(one.facts["kind"])]),
    ),
    ...listSome(
      "symbols with missing sessions",
      missing.map((one) => [
        one.symbol,
        `${one.missing} missing`,
        one.missingNewest.slice(0, 3).join(" "),
      ]),
    ),
  ];
}

function listSome(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const more =
    rows.length > LISTED_MAX ? [`  … and ${rows.length - LISTED_MAX} more (--json lists all)`] : [];
  return ["", `${title}: ${rows.length}`, ...table(rows.slice(0, LISTED_MAX), "  "), ...more];
}

function percentOf(facts: { readonly [name: string]: string | number | boolean | null }): string {
  const change = facts["change_percent"] ?? facts["off_percent"];
  return typeof change === "number" ? `${change > 0 ? "+" : ""}${change} %` : "";
}
