/**
 * The frame of every job that asks the vendor: one at a time, recovered first, recorded in the job
 * runs. What a job plans and tells is its own.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { ProxySet } from "#core/market-definition.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type FetchSummary, runFetchPlan } from "#ingestion/fetch-job.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import { payloadOf } from "#ledger/ledger-store.ts";
import { takeJobLock } from "#platform/job-lock.ts";
import { type AnsweredCalls, openAnsweredCalls } from "../answered-call-store.ts";
import { readCallHistory } from "../call-history.ts";
import type { PlanInput } from "../call-plan.ts";
import { readListingMaster } from "../listing-master.ts";
import { usProxySet } from "../proxy-set.ts";
import { type Universe, decideUniverse } from "../universe.ts";
import type { UsJobContext } from "./job-context.ts";
import type { JobReport } from "./job-report.ts";
import { landedPayloads } from "./landed-payloads.ts";
import { refuseShortListing } from "./short-listing.ts";

/** What a running job works with. */
export type UsJobRun = {
  readonly context: UsJobContext;
  readonly proxySet: ProxySet;
  readonly universe: Universe;
  readonly answers: AnsweredCalls;
  /** Ids of payloads that the operator withdrew. */
  readonly withdrawn: ReadonlySet<string>;
  /** What is known at this instant. */
  readonly planInput: () => PlanInput;
  /** Asks the vendor, lands and remembers; event calls that become necessary are added. */
  readonly fetch: (calls: readonly VendorCall[]) => Promise<FetchSummary>;
};

/**
 * Runs a job to its end. @throws JOB_RUNNING, CONFIG_INVALID, CALENDAR_RANGE, VENDOR_KEY_INVALID,
 * DISK_FULL, STORE_BUSY, SYNTHETIC_MIX, FILE_DAMAGED
 */
export async function runUsJob(
  context: UsJobContext,
  job: string,
  work: (run: UsJobRun) => Promise<JobReport>,
): Promise<JobReport> {
  const { workspace, clock, rawStore, jobRuns } = context;
  const lock = takeJobLock(workspace, job.replaceAll(" ", "-"), clock.wallMs());
  try {
    rawStore.recover();
    const started = jobRuns.start(job);
    let report: JobReport;
    try {
      report = await work(openRun(context));
    } catch (cause) {
      const code = cause instanceof MeridianError ? cause.code : "UNEXPECTED";
      jobRuns.finish(started, { outcome: "failed", summary: { code } });
      throw cause;
    }
    const { exitCode, asked, received, known, failed, deferred } = report;
    const counts = {
      exitCode,
      asked,
      received,
      known,
      failed: failed.length,
      deferred: deferred.length,
    };
    jobRuns.finish(started, { outcome: exitCode === 0 ? "done" : "partial", summary: counts });
    return report;
  } finally {
    lock.release();
  }
}

function openRun(context: UsJobContext): UsJobRun {
  const { settings, rawStore, clock, budget, calendar } = context;
  const { plan } = settings.us.vendor;
  const proxySet = usProxySet(plan, settings.us.proxies);
  const withdrawn = withdrawnIds(context);
  const listing = readListingMaster(rawStore, settings.thresholds.listing_short_share, withdrawn);
  const universe = decideUniverse({
    settings: settings.us.universe,
    plan,
    proxySet,
    listing: listing?.rows,
  });
  const answers = openAnsweredCalls(context.database);
  const landed = landedPayloads(context, answers, proxySet);
  landed.catchUp(rawStore.receipts());
  return {
    context,
    proxySet,
    universe,
    answers,
    withdrawn,
    planInput: () => {
      const { leftOfDay, perKey, resetsAt } = budget.left();
      const callsOfDay = settings.us.vendor.calls_per_day * perKey.length;
      const atMs = clock.wallMs();
      return {
        plan,
        proxySet,
        members: universe.members,
        calendar,
        settleMinutes: settings.thresholds.us_settle_minutes,
        atMs,
        history: readCallHistory({
          receipts: rawStore.receipts(),
          answers: answers.list(),
          withdrawn,
          atMs,
        }),
        budget: { leftOfDay, callsOfDay, resetsAt },
      };
    },
    fetch: async (calls) => {
      const answered: { receipt: RawReceipt; isNew: boolean }[] = [];
      const summary = await runFetchPlan({
        ...context,
        settings: settings.us.vendor,
        calls,
        newestWholeSession: (call, answer) => landed.newestWholeSession(call, answer),
        onLanded: (receipt, bytes, outcome) => {
          answered.push({ receipt, isNew: outcome !== "known" });
          return landed.follow(receipt, bytes, outcome);
        },
      });
      return refuseShortListing(context, summary, answered, withdrawn);
    },
  };
}

function withdrawnIds({ ledger }: UsJobContext): ReadonlySet<string> {
  const entries = ledger?.entries({ kinds: ["RAW_WITHDRAWN"] }) ?? [];
  return new Set(entries.map((entry) => payloadOf(entry, "RAW_WITHDRAWN").raw));
}
