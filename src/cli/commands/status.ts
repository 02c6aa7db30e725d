/** `status`: the markets on one screen, with the next command for each. */
import { openCallBudget } from "#ingestion/call-budget-store.ts";
import { openJobRuns } from "#ingestion/job-run-store.ts";
import { openRetryQueue } from "#ingestion/retry-queue-store.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import type { RunCommand } from "../command-spec.ts";
import { findLostState } from "../lost-state.ts";
import { table } from "../output.ts";
import { readTruth } from "../truth-view.ts";
import { budgetOptions } from "../us-budget.ts";
import { openUs } from "../us-open.ts";

const JOBS_SHOWN = 5;

/** Reads only. */
export const runStatus: RunCommand = async (context) => {
  // Before the stores are opened, which makes what is not there.
  const lost = (["us", "system"] as const).flatMap(
    (owner) => findLostState(context.workspace, owner) ?? [],
  );
  const truth = await readTruth(context);
  const us = openUs(context);
  try {
    const queue = openRetryQueue({ database: us.database, clock: context.clock }).list();
    const budget =
      context.credentials.alphaVantageKeys.length === 0
        ? null
        : openCallBudget(budgetOptions(context, us.database)).left();
    const jobs = openJobRuns({ database: us.database, clock: context.clock })
      .list({ limit: JOBS_SHOWN })
      .map(({ job, startedAt, endedAt, outcome }) => ({
        job,
        startedAt: isoOfInstant(startedAt),
        endedAt: endedAt === null ? null : isoOfInstant(endedAt),
        outcome,
      }));
    const market = { ...truth, queued: queue.length, budget, jobs };
    const dash = (value: string | null): string => value ?? "-";
    return {
      exitCode: 0,
      document: { workspace: context.workspace.root, lost, markets: { us: market } },
      lines: [
        `workspace ${context.workspace.root}${truth.synthetic ? "  SYNTHETIC" : ""}`,
        ...lost.map((says) => `LOST: ${says}`),
        ...table([
          ["market", "state", "RDT", "CTT", "TE", "reviews", "queued", "calls left"],
          [
            "us",
            truth.state,
            dash(truth.rdt),
            dash(truth.ctt),
            dash(truth.te),
            String(truth.openReviews),
            String(queue.length),
            budget === null ? "no key" : String(budget.leftOfDay),
          ],
        ]),
        ...(jobs.length > 0
          ? [
              "",
              "newest jobs",
              ...table(
                jobs.map((one) => [one.job, one.startedAt, one.outcome]),
                "  ",
              ),
            ]
          : []),
        "",
        ...truth.why.map((sentence) => `us: ${sentence}`),
        `next for us: ${truth.next}`,
      ],
    };
  } finally {
    us.close();
  }
};
