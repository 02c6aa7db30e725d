/** The jobs that ask Alpha Vantage, at the command line: each runs to completion and says what it did. */
import { openJobRuns } from "#ingestion/job-run-store.ts";
import { openRetryQueue } from "#ingestion/retry-queue-store.ts";
import { runBackfillJob } from "#markets/us/jobs/backfill.ts";
import { runDailyJob } from "#markets/us/jobs/daily.ts";
import { runIntradayJob } from "#markets/us/jobs/intraday.ts";
import type { UsJobContext } from "#markets/us/jobs/job-context.ts";
import type { JobReport } from "#markets/us/jobs/job-report.ts";
import { runRetryJob } from "#markets/us/jobs/retry.ts";
import { runSymbolsJob } from "#markets/us/jobs/symbols.ts";
import { openUsVendor } from "#markets/us/jobs/us-vendor.ts";
import { openComponentLog } from "#platform/component-log.ts";
import type { CommandContext } from "../command-context.ts";
import type { RunCommand } from "../command-spec.ts";
import { flagOption, textOption } from "../option-values.ts";
import { type CommandResult, table } from "../output.ts";
import { openMarket } from "../market-open.ts";

const LISTED_MAX = 15;

/** Daily closes, series and events that are due. */
export const runUsDaily: RunCommand = (context) => runFetch(context, "us-daily", runDailyJob);

/** The listing of all symbols. */
export const runUsSymbols: RunCommand = (context, input) =>
  runFetch(context, "us-symbols", (job) =>
    runSymbolsJob(job, { delisted: flagOption(input, "delisted") }),
  );

/** 5-minute bars, with the calls that the daily close leaves. */
export const runUsIntraday: RunCommand = (context) =>
  runFetch(context, "us-intraday", runIntradayJob);

/** Full history, as far as the plan allows. */
export const runUsBackfill: RunCommand = (context, input) => {
  const symbols = textOption(input, "symbols")
    ?.split(",")
    .map((symbol) => symbol.trim())
    .filter((symbol) => symbol !== "");
  const resume = flagOption(input, "resume");
  return runFetch(context, "us-backfill", (job) => runBackfillJob(job, { symbols, resume }));
};

/** The second pass over what failed. */
export const runUsRetry: RunCommand = (context) => runFetch(context, "us-retry", runRetryJob);

async function runFetch(
  context: CommandContext,
  component: string,
  run: (job: UsJobContext) => Promise<JobReport>,
): Promise<CommandResult> {
  const us = openMarket(context, "us");
  try {
    const { settings, workspace, clock, credentials } = context;
    const { database } = us;
    const vendor = openUsVendor({
      settings: settings.us.vendor,
      keys: credentials.alphaVantageKeys,
      database,
      clock,
    });
    const log = openComponentLog({
      workspace,
      component,
      market: "us",
      clock,
      mask: credentials.mask,
    });
    const report = await run({
      ...us,
      ...vendor,
      random: context.random,
      retryQueue: openRetryQueue({ database, clock }),
      jobRuns: openJobRuns({ database, clock }),
      log,
    });
    return describeJob(report);
  } finally {
    us.close();
  }
}

/** What was asked, received, deferred and why. */
export function describeJob(report: JobReport): CommandResult {
  const more = (count: number): string[] =>
    count > LISTED_MAX ? [`  … and ${count - LISTED_MAX} more (--json lists all)`] : [];
  const { deferred, failed } = report;
  return {
    exitCode: report.exitCode,
    document: report,
    lines: [
      `${report.job}: ${report.asked} calls asked in ${report.requests} requests, ${report.received} brought something new, ${report.known} what was here`,
      ...(failed.length > 0 ? ["failed:"] : []),
      ...table(
        failed
          .slice(0, LISTED_MAX)
          .map((one) => [
            one.what,
            one.failure,
            one.queued ? "waits in the retry queue" : "not queued",
            one.says,
          ]),
        "  ",
      ),
      ...more(failed.length),
      ...(deferred.length > 0 ? ["deferred:"] : []),
      ...table(
        deferred
          .slice(0, LISTED_MAX)
          .map((one) => [one.what, one.reason, one.until ?? "never on this plan"]),
        "  ",
      ),
      ...more(deferred.length),
      ...report.notes,
      `next: ${report.next.startsWith("meridian") ? report.next : `meridian ${report.next}`}`,
    ],
  };
}
