/** `us intraday`: five-minute bars with the calls that the daily close leaves over. */
import { planIntraday } from "../plan-intraday.ts";
import type { UsJobContext } from "./job-context.ts";
import { type JobReport, makeJobReport } from "./job-report.ts";
import { runUsJob } from "./run-us-job.ts";

/** Runs one pass. On the free plan it asks nothing and ends well. @throws as `runUsJob` */
export function runIntradayJob(context: UsJobContext): Promise<JobReport> {
  return runUsJob(context, "us intraday", async ({ planInput, fetch }) => {
    const plan = planIntraday(planInput());
    const summary = await fetch(plan.calls);
    const next = plan.calls.length === 0 ? "us daily" : "us build";
    return makeJobReport({ job: "us intraday", plan, summary, next });
  });
}
