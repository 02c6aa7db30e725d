/** `india history` at the command line. */
import { openJobRuns } from "#ingestion/job-run-store.ts";
import { type HistoryReport, runHistoryJob } from "#markets/india/jobs/history.ts";
import type { RunCommand } from "../command-spec.ts";
import { askingIndia } from "../india-asking.ts";
import { resolveWanted } from "../india-vendor.ts";
import { type CommandResult, table } from "../output.ts";

const LISTED_MAX = 15;

/** Fetches daily candles for proxies and watchlist. Exit 5 when some did not come. */
export const runIndiaHistory: RunCommand = (context) =>
  askingIndia(context, "india-history", async ({ market, api, log }) => {
    const { resolution } = await resolveWanted(market, log);
    const jobRuns = openJobRuns(market);
    return describeHistory(await runHistoryJob(market, { source: api, resolution, jobRuns }));
  });

function describeHistory(report: HistoryReport): CommandResult {
  const { failed, notAsked, gaps } = report;
  return {
    exitCode: report.exitCode,
    document: report,
    lines: [
      `${report.job}: ${report.symbols} symbols, ${report.upToDate} up to date; ${report.asked} pages asked, ${report.received} brought something new, ${report.known} what was here; ${report.rows} rows`,
      ...section(
        "failed",
        failed.map((one) => [one.symbol, one.range, one.failure, one.says]),
      ),
      ...section(
        "not asked, since too many calls in a row failed",
        notAsked.map((symbol) => [symbol]),
      ),
      ...section(
        "coverage gaps",
        gaps.map(({ symbol, role, reason }) => [symbol, role ?? "watchlist", reason]),
      ),
      ...report.notes,
      `next: ${report.next}`,
    ],
  };
}

function section(title: string, rows: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  const more = rows.length - LISTED_MAX;
  return [
    `${title}:`,
    ...table(rows.slice(0, LISTED_MAX), "  "),
    ...(more > 0 ? [`  … and ${more} more (--json lists all)`] : []),
  ];
}
