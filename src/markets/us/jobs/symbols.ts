/** `us symbols`: the listing, from which the universe is made. A short one replaces nothing. */
import type { Listing } from "../alpha-vantage/parse-listing.ts";
import { readListingMaster } from "../listing-master.ts";
import { decideUniverse } from "../universe.ts";
import { listingCall } from "../vendor-calls.ts";
import type { UsJobContext } from "./job-context.ts";
import { type JobReport, makeJobReport } from "./job-report.ts";
import { type UsJobRun, runUsJob } from "./run-us-job.ts";

const UNREADABLE_SHOWN_MAX = 3;

export type SymbolsOptions = {
  /** Also asks for the listing of symbols that are listed no more. */
  readonly delisted?: boolean | undefined;
};

/** Asks for the listing; the schedule does so once a week. @throws as `runUsJob` */
export function runSymbolsJob(
  context: UsJobContext,
  options: SymbolsOptions = {},
): Promise<JobReport> {
  return runUsJob(context, "us symbols", async (run) => {
    const calls = [listingCall("active")];
    if (options.delisted === true) calls.push(listingCall("delisted"));
    const summary = await run.fetch(calls);
    const plan = { calls, deferred: [], notes: [] };
    return makeJobReport({
      job: "us symbols",
      plan,
      summary,
      notes: universeNotes(run),
      next: "us daily",
    });
  });
}

/** What the listing that counts now makes of the universe. */
function universeNotes(run: UsJobRun): string[] {
  const { settings, rawStore } = run.context;
  const share = settings.thresholds.listing_short_share;
  const master = readListingMaster(rawStore, share, run.withdrawn);
  if (master === undefined) return ["There is no listing yet."];
  const universe = decideUniverse({
    settings: settings.us.universe,
    plan: settings.us.vendor.plan,
    proxySet: run.proxySet,
    listing: master.rows,
  });
  const { receipt, rows, problems } = master;
  return [
    `The listing has ${rows.length} symbols (${receipt.id}, received ${receipt.fetchedAt}).`,
    ...unreadableNotes(problems),
    universe.says,
  ];
}

/** The lines of the listing that are no rows: a symbol that is missing may be one of them. */
function unreadableNotes(problems: Listing["problems"]): string[] {
  if (problems.length === 0) return [];
  const examples = problems
    .slice(0, UNREADABLE_SHOWN_MAX)
    .map(({ line, says }) => `line ${line}: ${says}`);
  const lines = problems.length === 1 ? "line" : "lines";
  return [`${problems.length} ${lines} of it cannot be read: ${examples.join("; ")}.`];
}
