/** `india review` at the command line: the end-of-day report, with the vendor's candles where they can be had. */
import { MeridianError } from "#core/meridian-error.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import { adoptSegments, isSyntheticWorkspace } from "#markets/india/jobs/compact-day.ts";
import { runRecoverJob } from "#markets/india/jobs/recover.ts";
import {
  type KnownFacts,
  newestStreamedSession,
  restNotes,
  runReviewJob,
} from "#markets/india/jobs/review.ts";
import { windowOf } from "#markets/india/session/decide-start.ts";
import { takeSessionLock } from "#markets/india/session/session-lock.ts";
import type { CommandContext } from "../command-context.ts";
import type { CommandInput, RunCommand } from "../command-spec.ts";
import { askingIndia } from "../india-asking.ts";
import { resolveWanted } from "../india-vendor.ts";
import { openMarket } from "../market-open.ts";
import { dateOption, flagOption } from "../option-values.ts";
import { type CommandResult, table } from "../output.ts";

/** Asks for the session's minutes unless `--offline`, then writes the report. */
export const runIndiaReview: RunCommand = async (context, input) => {
  if (!flagOption(input, "offline")) {
    return await askingIndia(context, "india-review", async ({ market, api, log }) => {
      adoptSegments(market, isSyntheticWorkspace(market));
      const session = sessionOf(market, input);
      const window = windowOf(market.calendar, dayNumberOf(session));
      const { resolution } = await resolveWanted(market, log);
      const { instruments, gaps } = resolution;
      const fromMs = window.opensAt;
      const { failed } = await runRecoverJob(market, { api, instruments, window, fromMs });
      return await describe(market, session, {
        coverageGaps: [...gaps],
        restNotes: restNotes(failed),
      });
    });
  }
  return await offline(context, input);
};

async function offline(context: CommandContext, input: CommandInput): Promise<CommandResult> {
  const market = openMarket(context, "india");
  try {
    const lock = takeSessionLock(context.workspace, context.clock);
    try {
      adoptSegments(market, isSyntheticWorkspace(market));
    } finally {
      lock.release();
    }
    const session = sessionOf(market, input);
    return await describe(market, session, {});
  } finally {
    market.close();
  }
}

function sessionOf(market: MarketDataContext, input: CommandInput) {
  const named = dateOption(input, "session");
  const session = named === undefined ? newestStreamedSession(market) : sessionDate(named);
  if (session !== undefined) return session;
  throw new MeridianError("ARGUMENT_INVALID", {
    message: "no session was streamed yet, so there is nothing to review",
    nextStep: "Run `india stream` in a session first.",
  });
}

async function describe(
  market: MarketDataContext,
  session: ReturnType<typeof sessionOf>,
  known: KnownFacts,
): Promise<CommandResult> {
  const { review, folder, written } = await runReviewJob(market, session, known);
  const { packets, gaps, candles, rest, momentum } = review;
  const differing = rest.symbols.reduce((sum, one) => sum + one.differing, 0);
  const compared = rest.symbols.reduce((sum, one) => sum + one.compared, 0);
  return {
    exitCode: 0,
    document: { folder, written, review },
    lines: [
      ...(review.synthetic ? ["SYNTHETIC data"] : []),
      ...table([
        ["session", session],
        ["packets", `${packets.received}`],
        ["gaps", `${gaps.count}`],
        ["candles", `${candles.reduce((sum, one) => sum + one.minutes, 0)} minutes`],
        ["against REST", `${differing} of ${compared} minutes differ`],
        ["observed", `${momentum.count}`],
        ["charts", `${review.charts.length}`],
      ]),
      written.length === 0 ? `unchanged: ${folder}` : `wrote ${written.length} files in ${folder}`,
      "next: meridian india build, when minutes were recovered",
    ],
  };
}
