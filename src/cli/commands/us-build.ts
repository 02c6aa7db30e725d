/** `us build` and `us withdraw` at the command line. */
import { runBuildJob, runRebuildJob, type UsBuildReport } from "#markets/us/build/build-job.ts";
import { runWithdrawJob } from "#markets/us/build/withdraw-job.ts";
import type { RunCommand } from "../command-spec.ts";
import { requiredOption, textOption } from "../option-values.ts";
import { type CommandResult, table } from "../output.ts";
import { openUs } from "../us-open.ts";

const LISTED_MAX = 12;

/** Builds, or makes an earlier snapshot again. Exit 0 whatever was quarantined or parked. */
export const runUsBuild: RunCommand = async (context, input) => {
  const us = openUs(context);
  try {
    const snapshot = textOption(input, "snapshot");
    const built = snapshot === undefined ? await runBuildJob(us) : await runRebuildJob(us, snapshot);
    return describeBuild(built);
  } finally {
    us.close();
  }
};

/** Ignores a raw file from the next build on. */
export const runUsWithdraw: RunCommand = async (context, input) => {
  const us = openUs(context);
  try {
    const report = runWithdrawJob(us, {
      raw: input.operands[0] ?? "",
      operator: requiredOption(input, "operator"),
      reason: requiredOption(input, "reason"),
    });
    const what = report.recorded ? "is withdrawn" : "was withdrawn before; nothing changed";
    return {
      exitCode: 0,
      document: report,
      lines: [`${report.raw} (${report.symbol ?? "listing"}) ${what}.`, "next: meridian us build makes it effective"],
    };
  } finally {
    us.close();
  }
};

/** What a build says: counts that add up, what waits for people, what was found. */
export function describeBuild(built: UsBuildReport): CommandResult {
  const { manifest, report } = built;
  const open = report.reviews.filter((review) => review.decision === "open");
  const missing = report.symbols.filter((symbol) => symbol.missing > 0);
  const document = {
    snapshot: built.snapshot,
    contentDigest: built.contentDigest,
    wasThere: built.wasThere,
    synthetic: manifest.synthetic,
    counts: manifest.counts,
    symbols: report.symbols.length,
    openReviews: open.length,
    largeMoves: report.largeMoves,
    restated: report.restated,
    eventConflicts: report.eventConflicts,
    quarantineByRule: report.quarantineByRule,
    missing: missing.map(({ symbol, missing: sessions, missingNewest }) => ({ symbol, sessions, newest: missingNewest })),
  };
  const rows = Object.entries(manifest.counts).map(([dataset, counts]) => [
    dataset,
    String(counts.parsed),
    String(counts.accepted),
    String(counts.quarantined),
    String(counts.parked),
  ]);
  const rules = Object.entries(report.quarantineByRule).map(([rule, count]) => [rule, String(count)]);
  return {
    exitCode: 0,
    document,
    lines: [
      ...(manifest.synthetic ? ["SYNTHETIC data"] : []),
      `snapshot ${built.snapshot}${built.wasThere ? " (already there; nothing to do)" : ""}`,
      `content ${built.contentDigest}`,
      "",
      ...table([["rows", "parsed", "accepted", "quarantined", "parked"], ...rows]),
      ...(rules.length > 0 ? ["", "quarantined by rule (a row can fail several)", ...table(rules, "  ")] : []),
      ...listSome("parked, waiting for a decision", open.map((one) => [one.id, one.symbol, one.session, one.rule, percentOf(one.facts)])),
      ...listSome("LARGE_MOVE, admitted", report.largeMoves.map((one) => [one.symbol, one.session, percentOf(one.facts)])),
      ...listSome("RESTATED, admitted as new revisions", report.restated.map((one) => [one.symbol, one.session, `${String(one.facts["close_before"])} -> ${String(one.facts["close"])}`])),
      ...listSome("events on which payloads differ", report.eventConflicts.map((one) => [one.symbol, one.session, String(one.facts["kind"])])),
      ...listSome("symbols with missing sessions", missing.map((one) => [one.symbol, `${one.missing} missing`, one.missingNewest.slice(0, 3).join(" ")])),
      "",
      open.length > 0
        ? "next: meridian truth reviews, then meridian gate ingest --market us"
        : "next: meridian gate ingest --market us",
    ],
  };
}

function listSome(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const more = rows.length > LISTED_MAX ? [`  … and ${rows.length - LISTED_MAX} more (--json lists all)`] : [];
  return ["", `${title}: ${rows.length}`, ...table(rows.slice(0, LISTED_MAX), "  "), ...more];
}

function percentOf(facts: { readonly [name: string]: string | number | boolean | null }): string {
  const change = facts["change_percent"] ?? facts["off_percent"];
  return typeof change === "number" ? `${change > 0 ? "+" : ""}${change} %` : "";
}
