/**
 * `demo`: from nothing to Canonical Truth Time, offline, on SYNTHETIC data in its own workspace. Runs
 * the same commands as the operator would, against the vendor's look-alike on loopback, on a fixed clock.
 */
import { buildCalendar } from "#core/calendar.ts";
import { sessionDate } from "#core/session-date.ts";
import { parseSettings } from "../settings-file.ts";
import { NYSE_FACTS } from "#markets/us/nyse-facts.ts";
import { writeFileAtomic } from "#platform/atomic-file.ts";
import { secretMask } from "#platform/secrets.ts";
import { fixedClock, instantOfIso } from "#platform/system-clock.ts";
import { claimWorkspaceKind } from "#platform/workspace.ts";
import { startAlphaVantageSimulator } from "../../../simulators/alpha-vantage/alpha-vantage-server.ts";
import { followingClock } from "../../../simulators/alpha-vantage/simulator-clock.ts";
import { stockSymbols } from "../../../simulators/synthetic-market/roster.ts";
import { buildSyntheticMarket } from "../../../simulators/synthetic-market/synthetic-market.ts";
import type { CommandContext } from "../command-context.ts";
import type { RunCommand } from "../command-spec.ts";
import { countOption } from "../option-values.ts";
import type { CommandResult } from "../output.ts";
import { readTruth } from "../truth-view.ts";
import { runGateIngest } from "./gate.ts";
import { runTruthReviews } from "./truth-reviews.ts";
import { runUsBuild } from "./us-build.ts";
import { runUsBackfill, runUsDaily, runUsIntraday, runUsRetry, runUsSymbols } from "./us-fetch.ts";

/** Evenings, New York time, on which the demo's operator sits down. */
const FIRST_EVENING = "2026-05-18T22:00:00Z";
const SECOND_EVENING = "2026-05-19T22:00:00Z";
const HISTORY_FROM = "2022-01-03";
const STOCKS = 24;
const SEED_MAX = 2_147_483_647;
const DEMO_KEY = "SYNTHETICDEMOKEY";

const SETTINGS = (baseUrl: string): string => `# Settings of the demo: SYNTHETIC data, the premium plan, no real limits.
[us.vendor]
base_url = "${baseUrl}"
plan = "premium"
calls_per_second = 500
calls_per_minute = 75000
calls_per_day = 100000
timeout_seconds = 2
retry_pause_seconds = 0.2

[us.universe]
symbols = [${stockSymbols(STOCKS).map((symbol) => `"${symbol}"`).join(", ")}]
`;

/** Runs two evenings of a US operator and ends; exit 0 when truth time reached the second one. */
export const runDemo: RunCommand = async (context, input) => {
  const seed = countOption(input, "seed", SEED_MAX) ?? 0;
  const { workspace } = context;
  claimWorkspaceKind(workspace, "synthetic");
  let evening = fixedClock(instantOfIso(FIRST_EVENING));
  const simulator = await startAlphaVantageSimulator({
    market: buildSyntheticMarket({
      seed,
      calendar: buildCalendar(NYSE_FACTS),
      from: sessionDate(HISTORY_FROM),
      to: sessionDate("2026-12-31"),
      symbols: stockSymbols(STOCKS),
    }),
    clock: followingClock({
      wallMs: () => evening.wallMs(),
      monotonicMs: () => evening.monotonicMs(),
      sleepMs: (durationMs) => evening.sleepMs(durationMs),
    }),
    defaultPlan: "premium",
    limits: { premium: {} },
  });
  try {
    const settingsText = SETTINGS(simulator.baseUrl);
    writeFileAtomic(workspace.settingsPath, settingsText);
    const runContext = (instant: string): CommandContext => {
      evening = fixedClock(instantOfIso(instant));
      return {
        ...context,
        workspace,
        settings: parseSettings(settingsText),
        credentials: { alphaVantageKeys: [DEMO_KEY], mask: secretMask([DEMO_KEY]) },
        clock: evening,
      };
    };
    const done: DemoStep[] = [];
    const say = (line: string): void => {
      if (!context.json) process.stdout.write(`${line}\n`);
    };
    const step = async (title: string, command: string, run: () => Promise<CommandResult>): Promise<void> => {
      say(`\n== ${title}\n$ meridian ${command}`);
      const result = await run();
      for (const line of result.lines) say(`   ${line}`);
      done.push({ command, exitCode: result.exitCode });
    };
    say(`SYNTHETIC market, seed ${seed}; workspace ${workspace.root}`);
    await firstEvening(runContext(FIRST_EVENING), step);
    simulator.addFault({ fault: "http_500", function: "TIME_SERIES_DAILY_ADJUSTED", symbol: "HYG", count: 3 });
    await secondEvening(runContext(SECOND_EVENING), step);
    const truth = await readTruth(runContext(SECOND_EVENING));
    const reached = truth.ctt !== null && truth.ctt === truth.rdt;
    return {
      exitCode: reached ? 0 : 3,
      document: { seed, steps: done, truth },
      lines: [
        "",
        `SYNTHETIC: RDT ${truth.rdt ?? "-"}, CTT ${truth.ctt ?? "-"}, TE ${truth.te ?? "-"}, ${truth.state}`,
        `the workspace stays in ${workspace.root}; look around with meridian status --workspace ${workspace.root}`,
      ],
    };
  } finally {
    await simulator.close();
  }
};

type DemoStep = { readonly command: string; readonly exitCode: number };
type Step = (title: string, command: string, run: () => Promise<CommandResult>) => Promise<void>;

const NO_INPUT = { operands: [], options: {} } as const;
const US_INPUT = { operands: [], options: { market: "us" } } as const;

async function firstEvening(context: CommandContext, step: Step): Promise<void> {
  await step("The listing of all symbols", "us symbols", () => runUsSymbols(context, NO_INPUT));
  await step("Four years of history, once", "us backfill", () => runUsBackfill(context, NO_INPUT));
  await step("The daily close, series and events", "us daily", () => runUsDaily(context, NO_INPUT));
  await step("Raw to staging to analytics", "us build", () => runUsBuild(context, NO_INPUT));
  await step("Gate 1", "gate ingest --market us", () => runGateIngest(context, US_INPUT));
}

async function secondEvening(context: CommandContext, step: Step): Promise<void> {
  await step("The next evening; the vendor fails on HYG", "us daily", () => runUsDaily(context, NO_INPUT));
  await step("The second pass", "us retry", () => runUsRetry(context, NO_INPUT));
  await step("5-minute bars with the calls that are left", "us intraday", () => runUsIntraday(context, NO_INPUT));
  await step("Raw to staging to analytics", "us build", () => runUsBuild(context, NO_INPUT));
  await step("What waits for a person", "truth reviews", () => runTruthReviews(context, US_INPUT));
  await step("Gate 1", "gate ingest --market us", () => runGateIngest(context, US_INPUT));
}

