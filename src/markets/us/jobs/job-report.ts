/** What a job tells at its end, for the screen, for `--json` and for the record of job runs. */
import type { FetchSummary } from "#ingestion/fetch-job.ts";
import { CALL_FAILURES, type CallFailure } from "#ingestion/market-data-source.ts";
import { callLabelOf } from "#ingestion/vendor-call.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { type CallPlan, type Deferral, listNames } from "../call-plan.ts";

export type FailedItem = {
  /** Function and symbol, e.g. `TIME_SERIES_DAILY SPY`. */
  readonly what: string;
  readonly failure: CallFailure;
  readonly says: string;
  /** What was seen, with secrets masked. */
  readonly detail: string;
  /** Whether it waits in the retry queue; otherwise trying again cannot help. */
  readonly queued: boolean;
};

/** A payload that a job brought: its id for `us raw` and `us withdraw`, and what was asked. */
export type LandedItem = { readonly raw: string; readonly what: string };

export type JobReport = {
  readonly job: string;
  /** 5 when something that was planned failed. */
  readonly exitCode: 0 | 5;
  /** Calls of the plan, those added on the way counted. */
  readonly asked: number;
  /** Requests sent, tries counted. */
  readonly requests: number;
  /** Calls that brought something new. */
  readonly received: number;
  /** Calls that brought what was here. */
  readonly known: number;
  /** What was received, in that order; what was known is left out. */
  readonly landed: readonly LandedItem[];
  readonly deferred: readonly Deferral[];
  readonly failed: readonly FailedItem[];
  /** Whole sentences. */
  readonly notes: readonly string[];
  /** The next command. */
  readonly next: string;
};

/** Makes the report of a plan that was run. A planned deferral is no failure; a refused one is. */
export function makeJobReport(about: {
  readonly job: string;
  readonly plan: CallPlan;
  readonly summary: FetchSummary;
  readonly notes?: readonly string[] | undefined;
  readonly next: string;
}): JobReport {
  const { job, plan, summary } = about;
  const failed = summary.failed.map((item) => ({
    what: callLabelOf(item.call),
    failure: item.failure,
    says: CALL_FAILURES[item.failure].says,
    detail: item.detail,
    queued: item.queued,
  }));
  const refused = refusedDeferrals(summary);
  const isWhole = failed.length === 0 && refused.length === 0;
  const waits = refused.length > 0 || failed.some((item) => item.queued);
  return {
    job,
    exitCode: isWhole ? 0 : 5,
    asked: summary.asked,
    requests: summary.requests,
    received: summary.received,
    known: summary.known,
    landed: summary.landed.map(({ id, endpoint, symbol }) => ({
      raw: id,
      what: symbol === null ? endpoint.name : `${endpoint.name} ${symbol}`,
    })),
    deferred: [...plan.deferred, ...refused],
    failed,
    notes: [...plan.notes, ...(about.notes ?? []), ...planNotes(summary)],
    next: waits ? "us retry" : about.next,
  };
}

/** Calls that were planned and found the day's calls used up; they wait in the retry queue. */
function refusedDeferrals(summary: FetchSummary): Deferral[] {
  const byInstant = Map.groupBy(summary.deferred, ({ until }) => until);
  return [...byInstant].map(([until, calls]) => ({
    what: `${calls.length} calls: ${listNames(calls.map(({ call }) => callLabelOf(call)))}`,
    reason: "QUOTA_SPENT",
    until: isoOfInstant(until),
  }));
}

/** What refusals and downgrades say about the plan that the settings name. */
function planNotes(summary: FetchSummary): string[] {
  const notes: string[] = [];
  const refused = summary.failed.filter(({ failure }) => failure === "PREMIUM_ONLY");
  if (refused.length > 0) {
    const names = listNames([...new Set(refused.map(({ call }) => call.name))]);
    notes.push(
      `The vendor says that the plan of this key does not include ${names}: is \`plan\` in [us.vendor] right?`,
    );
  }
  if (summary.downgraded.length > 0) {
    const names = listNames(summary.downgraded.map(({ call }) => callLabelOf(call)));
    notes.push(
      `The vendor refused the full history of ${names}; the newest 100 rows were asked for instead.`,
    );
  }
  return notes;
}
