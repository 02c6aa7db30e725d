/** `us backfill`: the whole history as far as the vendor's plan reaches. */
import type { FetchSummary } from "#ingestion/fetch-job.ts";
import { listNames } from "../call-plan.ts";
import { type BackfillOptions, planBackfill } from "../plan-backfill.ts";
import { dailyCall } from "../vendor-calls.ts";
import type { UsJobContext } from "./job-context.ts";
import { type JobReport, makeJobReport } from "./job-report.ts";
import { type UsJobRun, runUsJob } from "./run-us-job.ts";

/** Runs a backfill. @throws ARGUMENT_INVALID, and as `runUsJob` */
export function runBackfillJob(
  context: UsJobContext,
  options: BackfillOptions = {},
): Promise<JobReport> {
  return runUsJob(context, "us backfill", async (run) => {
    const plan = planBackfill(run.planInput(), options);
    const first = await run.fetch(plan.calls);
    const { summary, notes } = await askForLess(run, first);
    return makeJobReport({ job: "us backfill", plan, summary, notes, next: "us build" });
  });
}

/**
 * A full history that is broken at the vendor fails as an unknown call while the newest rows still
 * come: those are asked for once. What fails then is really unknown.
 */
async function askForLess(
  run: UsJobRun,
  first: FetchSummary,
): Promise<{ readonly summary: FetchSummary; readonly notes: readonly string[] }> {
  const isBroken = ({ call, failure }: FetchSummary["failed"][number]): boolean =>
    failure === "UNKNOWN_SYMBOL" && call.params["outputsize"] === "full";
  const symbols = first.failed.filter(isBroken).flatMap(({ call }) => call.symbol ?? []);
  if (symbols.length === 0) return { summary: first, notes: [] };
  const { plan } = run.context.settings.us.vendor;
  const second = await run.fetch(symbols.map((symbol) => dailyCall(symbol, plan, "compact")));
  const stillFailed = new Set(second.failed.map(({ call }) => call.symbol));
  const helped = symbols.filter((symbol) => !stillFailed.has(symbol));
  return {
    summary: {
      asked: first.asked,
      requests: first.requests + second.requests,
      received: first.received + second.received,
      known: first.known + second.known,
      deferred: [...first.deferred, ...second.deferred],
      failed: [...first.failed.filter((item) => !isBroken(item)), ...second.failed],
      downgraded: [...first.downgraded, ...second.downgraded],
      landed: [...first.landed, ...second.landed],
    },
    notes:
      helped.length === 0
        ? []
        : [
            `The vendor's full history of ${listNames(helped)} is broken; the newest 100 rows were asked for instead.`,
          ],
  };
}
