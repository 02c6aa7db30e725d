/** `us daily`: the newest complete session of every proxy and of the universe, inside the day's calls. */
import { wantedSession } from "../plan-prices.ts";
import { planDaily } from "../plan-daily.ts";
import { decideRotation } from "../plan-events.ts";
import type { UsJobContext } from "./job-context.ts";
import { type JobReport, makeJobReport } from "./job-report.ts";
import { runUsJob } from "./run-us-job.ts";

/** Runs the daily job. Run again, it asks only for what is still missing. @throws as `runUsJob` */
export function runDailyJob(context: UsJobContext): Promise<JobReport> {
  return runUsJob(context, "us daily", async ({ answers, universe, planInput, fetch }) => {
    const input = planInput();
    const { session } = wantedSession(input);
    const rotation = answers.keepRotation(session, decideRotation(input));
    const plan = planDaily(input, rotation);
    const summary = await fetch(plan.calls);
    const says = `The newest complete session is ${session}.`;
    return makeJobReport({
      job: "us daily",
      plan,
      summary,
      notes: universe.source === "named" ? [says] : [says, universe.says],
      next: "us build",
    });
  });
}
