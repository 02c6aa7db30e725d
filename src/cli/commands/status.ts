/** `status`: the markets on one screen, with the next command for each. */
import { MARKET_IDS, type MarketId } from "#core/market-definition.ts";
import { openCallBudget } from "#ingestion/call-budget-store.ts";
import { openJobRuns } from "#ingestion/job-run-store.ts";
import { openRetryQueue } from "#ingestion/retry-queue-store.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import type { CommandContext } from "../command-context.ts";
import type { RunCommand } from "../command-spec.ts";
import { findLostState } from "../lost-state.ts";
import { type OpenMarket, openMarket } from "../market-open.ts";
import { table } from "../output.ts";
import { type SessionHolder, describeHolder, findHolder } from "../session-holder.ts";
import { readTruth } from "../truth-view.ts";
import { budgetOptions } from "../us-budget.ts";

const JOBS_SHOWN = 5;

/** Reads only. */
export const runStatus: RunCommand = async (context) => {
  // Before the stores are opened, which makes what is not there.
  const lost = [...MARKET_IDS, "system" as const].flatMap(
    (owner) => findLostState(context.workspace, owner) ?? [],
  );
  const us = await readMarket(context, "us");
  const india = await readMarket(context, "india");
  const markets = [us, india];
  const jobs = markets.flatMap((market) => market.jobs);
  return {
    exitCode: 0,
    document: { workspace: context.workspace.root, lost, markets: { us, india } },
    lines: [
      `workspace ${context.workspace.root}${us.synthetic ? "  SYNTHETIC" : ""}`,
      ...lost.map((says) => `LOST: ${says}`),
      ...table([
        ["market", "state", "RDT", "CTT", "TE", "data", "reviews", "queued", "calls left"],
        ...markets.map(rowOf),
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
      ...(india.session === null ? [] : [`india: ${describeHolder(india.session)}`]),
      ...markets.flatMap(({ market, why }) => why.map((sentence) => `${market}: ${sentence}`)),
      ...markets.map(({ market, next }) => `next for ${market}: ${next}`),
    ],
  };
};

async function readMarket(context: CommandContext, id: MarketId) {
  const truth = await readTruth(context, id);
  const opened = openMarket(context, id);
  try {
    const { database, clock } = opened;
    const jobs = openJobRuns({ database, clock })
      .list({ limit: JOBS_SHOWN })
      .map(({ job, startedAt, endedAt, outcome }) => ({
        job,
        startedAt: isoOfInstant(startedAt),
        endedAt: endedAt === null ? null : isoOfInstant(endedAt),
        outcome,
      }));
    const queued = openRetryQueue({ database, clock }).list().length;
    const session = id === "india" ? findHolder(context.workspace) : null;
    const next = nextBeside(session, truth.next);
    return { ...truth, next, queued, budget: budgetOf(context, opened), jobs, session };
  } finally {
    opened.close();
  }
}

/** Who asks the vendor needs the one login: while another holds it, that command has to wait. */
function nextBeside(session: SessionHolder | null, next: string): string {
  if (session === null || !next.startsWith("meridian india history")) return next;
  return `${next}, when the ${session.isStream ? "stream" : "running job"} has ended`;
}

/** Calls left of the day's; null without a key, and where the vendor counts no calls of a day. */
function budgetOf(context: CommandContext, { market, database }: OpenMarket) {
  if (market.id !== "us" || context.credentials.alphaVantageKeys.length === 0) return null;
  return openCallBudget(budgetOptions(context, database)).left();
}

function rowOf(market: Awaited<ReturnType<typeof readMarket>>): string[] {
  const dash = (value: string | null): string => value ?? "-";
  const withoutBudget = market.market === "us" ? "no key" : "-";
  return [
    market.market,
    market.state,
    dash(market.rdt),
    dash(market.ctt),
    dash(market.te),
    market.staleness.state,
    String(market.openReviews),
    String(market.queued),
    market.budget === null ? withoutBudget : String(market.budget.leftOfDay),
  ];
}
