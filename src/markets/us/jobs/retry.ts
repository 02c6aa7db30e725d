/**
 * `us retry`, the second pass: tries every call of the retry queue, whatever its back-off, except those
 * that wait for a quota's reset which has not come.
 */
import { isoOfInstant } from "#platform/system-clock.ts";
import { callKeyOf, callLabelOf } from "#ingestion/vendor-call.ts";
import type { QueuedCall } from "#ingestion/retry-queue-store.ts";
import { type Deferral, listNames } from "../call-plan.ts";
import type { UsJobContext } from "./job-context.ts";
import { type JobReport, makeJobReport } from "./job-report.ts";
import { runUsJob } from "./run-us-job.ts";

/** Runs the second pass. @throws as `runUsJob` */
export function runRetryJob(context: UsJobContext): Promise<JobReport> {
  return runUsJob(context, "us retry", async ({ fetch }) => {
    const tried = context.retryQueue.listForSecondPass();
    const triedKeys = new Set(tried.map(({ call }) => callKeyOf(call)));
    const waiting = context.retryQueue.list().filter(({ call }) => !triedKeys.has(callKeyOf(call)));
    const calls = tried.map(({ call }) => call);
    const summary = await fetch(calls);
    const plan = { calls, deferred: waitingForReset(waiting), notes: [] };
    const notes = tried.length + waiting.length === 0 ? ["The retry queue is empty."] : [];
    return makeJobReport({ job: "us retry", plan, summary, notes, next: "us build" });
  });
}

function waitingForReset(waiting: readonly QueuedCall[]): Deferral[] {
  return [...Map.groupBy(waiting, ({ notBefore }) => notBefore)].map(([until, queued]) => ({
    what: `${queued.length} calls: ${listNames(queued.map(({ call }) => callLabelOf(call)))}`,
    reason: "QUOTA_SPENT",
    until: isoOfInstant(until),
  }));
}
