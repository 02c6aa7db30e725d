/**
 * `demo`: from nothing to Canonical Truth Time, offline, on SYNTHETIC data in its own workspace. Runs
 * the same commands as the operator would, against the vendor's look-alike on loopback, on a fixed clock.
 */
import type { Clock } from "#core/clock.ts";
import { seededRandom } from "#core/random.ts";
import { writeFileAtomic } from "#platform/atomic-file.ts";
import { secretMask } from "#platform/secrets.ts";
import { fixedClock, instantOfIso } from "#platform/system-clock.ts";
import { claimWorkspaceKind, readWorkspaceKind } from "#platform/workspace.ts";
import type { CommandContext } from "../command-context.ts";
import type { RunCommand } from "../command-spec.ts";
import type { Credentials } from "../credentials.ts";
import { demoSettings, spoilSecondEvening, startDemoVendor } from "../demo-vendor.ts";
import { countOption } from "../option-values.ts";
import type { CommandResult } from "../output.ts";
import { parseSettings } from "../settings-file.ts";
import { readTruth } from "../truth-view.ts";
import { runGateIngest } from "./gate.ts";
import { runBuild } from "./market-build.ts";
import { runReviewDecision, runTruthReviews } from "./truth-reviews.ts";
import { runUsBackfill, runUsDaily, runUsIntraday, runUsRetry, runUsSymbols } from "./us-fetch.ts";

/** Evenings on which the demo's operator sits down: two hours after the close in New York. */
const FIRST_EVENING = "2026-05-18T22:00:00Z";
const SECOND_EVENING = "2026-05-19T22:00:00Z";
const SEED_MAX = 2_147_483_647;
const DEMO_KEY = "SYNTHETICDEMOKEY";
const NOT_REACHED_EXIT = 3;

/** Runs two evenings of a US operator and ends; exit 0 when truth time reached the second one. */
export const runDemo: RunCommand = async (context, input) => {
  const seed = countOption(input, "seed", SEED_MAX) ?? 0;
  const { workspace, json } = context;
  const isRepeated = readWorkspaceKind(workspace) === "synthetic";
  claimWorkspaceKind(workspace, "synthetic");
  const evening = { clock: fixedClock(instantOfIso(FIRST_EVENING)) };
  const vendor = await startDemoVendor(seed, followEvening(evening));
  try {
    const text = demoSettings(vendor.baseUrl);
    writeFileAtomic(workspace.settingsPath, text);
    const settings = parseSettings(text);
    const credentials: Credentials = {
      alphaVantageKeys: [DEMO_KEY],
      smartApi: { kind: "missing", names: [] },
      mask: secretMask([DEMO_KEY]),
    };
    const sitDown = (instant: string): CommandContext => {
      evening.clock = fixedClock(instantOfIso(instant));
      return {
        ...context,
        settings,
        credentials,
        clock: evening.clock,
        random: seededRandom(seed),
      };
    };
    const story = startStory(json);
    story.say(`SYNTHETIC market, seed ${seed}; workspace ${workspace.root}`);
    if (isRepeated)
      story.say(
        "The demo was run here before: most of it is known. Delete the folder to see it anew.",
      );
    await firstEvening(sitDown(FIRST_EVENING), story);
    spoilSecondEvening(vendor);
    await secondEvening(sitDown(SECOND_EVENING), story);
    const truth = await readTruth(sitDown(SECOND_EVENING), "us");
    const hasReached = truth.ctt !== null && truth.ctt === truth.rdt;
    const [rdt, ctt, te] = [truth.rdt, truth.ctt, truth.te].map((time) => time ?? "not begun");
    return {
      exitCode: hasReached ? 0 : NOT_REACHED_EXIT,
      document: { seed, steps: story.steps, truth },
      lines: [
        "",
        `SYNTHETIC: RDT ${rdt}, CTT ${ctt}, TE ${te}, ${truth.state}`,
        `the workspace stays; look around: bin/meridian status --workspace ${workspace.root}`,
      ],
    };
  } finally {
    await vendor.close();
  }
};

/** The vendor's clock: always that of the evening at hand. */
function followEvening(evening: { readonly clock: Clock }): Clock {
  return {
    wallMs: () => evening.clock.wallMs(),
    monotonicMs: () => evening.clock.monotonicMs(),
    sleepMs: (durationMs) => evening.clock.sleepMs(durationMs),
  };
}

interface Story {
  readonly steps: { readonly command: string; readonly exitCode: number }[];
  readonly say: (line: string) => void;
  /** Runs one command and tells what it says. */
  readonly tell: (
    title: string,
    command: string,
    run: () => Promise<CommandResult>,
  ) => Promise<void>;
}

function startStory(json: boolean): Story {
  const steps: Story["steps"] = [];
  const say = (line: string): void => {
    if (!json) process.stdout.write(`${line}\n`);
  };
  return {
    steps,
    say,
    tell: async (title, command, run) => {
      say(`\n== ${title}\n$ meridian ${command}`);
      const result = await run();
      for (const line of result.lines) say(line === "" ? "" : `   ${line}`);
      steps.push({ command, exitCode: result.exitCode });
    },
  };
}

const NO_INPUT = { operands: [], options: {} } as const;
const OPERATOR = "demo (SYNTHETIC)";
const REASON = "the synthetic market was told to jump";
const APPROVAL = {
  operands: [],
  options: {
    market: "us",
    symbol: "SPY",
    operator: OPERATOR,
    reason: REASON,
  },
} as const;
const US_INPUT = { operands: [], options: { market: "us" } } as const;

async function firstEvening(context: CommandContext, { tell }: Story): Promise<void> {
  await tell("The listing of all symbols", "us symbols", () => runUsSymbols(context, NO_INPUT));
  await tell("Four years of history, once", "us backfill", () => runUsBackfill(context, NO_INPUT));
  await tell("The daily close", "us daily", () => runUsDaily(context, NO_INPUT));
  await tell("Raw to analytics", "us build", () => runBuild("us", context, NO_INPUT));
  await tell("Gate 1", "gate ingest --market us", () => runGateIngest(context, US_INPUT));
}

async function secondEvening(context: CommandContext, { tell }: Story): Promise<void> {
  await tell("The next evening; the vendor fails on HYG and sends a bad row", "us daily", () =>
    runUsDaily(context, NO_INPUT),
  );
  await tell("The second pass", "us retry", () => runUsRetry(context, NO_INPUT));
  await tell("5-minute bars with the calls left", "us intraday", () =>
    runUsIntraday(context, NO_INPUT),
  );
  await tell("Raw to analytics", "us build", () => runBuild("us", context, NO_INPUT));
  await tell("Gate 1 holds time: the benchmark jumped", "gate ingest --market us", () =>
    runGateIngest(context, US_INPUT),
  );
  await tell("What waits for a person", "truth reviews", () => runTruthReviews(context, US_INPUT));
  await tell(
    "A person decides",
    `truth approve --symbol SPY --operator "${OPERATOR}" --reason "${REASON}"`,
    () => runReviewDecision("approve", context, APPROVAL),
  );
  await tell("The decision takes effect", "us build", () => runBuild("us", context, NO_INPUT));
  await tell("Gate 1 again", "gate ingest --market us", () => runGateIngest(context, US_INPUT));
}
