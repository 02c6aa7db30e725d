/**
 * `demo`: from nothing to Canonical Truth Time, offline, on SYNTHETIC data in its own workspace. Runs
 * the same commands as the operator would, against the vendors' look-alikes on loopback.
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
import { tellIndiaDay } from "../demo-india.ts";
import { type Story, startStory } from "../demo-story.ts";
import { countOption } from "../option-values.ts";
import { parseSettings } from "../settings-file.ts";
import { type TruthView, readTruth } from "../truth-view.ts";
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

/** Runs two evenings of a US operator and an Indian session; exit 0 when truth time reached all it can. */
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
    await tellIndiaDay(
      { ...context, random: seededRandom(seed) },
      { seed, story, usSettings: text },
    );
    const markets = [
      await readTruth(sitDown(SECOND_EVENING), "us"),
      await readTruth(sitDown(SECOND_EVENING), "india"),
    ];
    const hasReached = markets.every((truth) => truth.ctt !== null && truth.ctt === truth.rdt);
    return {
      exitCode: hasReached ? 0 : NOT_REACHED_EXIT,
      document: { seed, steps: story.steps, markets },
      lines: [
        "",
        ...markets.map(describeTimes),
        `the workspace stays; look around: bin/meridian status --workspace ${workspace.root}`,
      ],
    };
  } finally {
    await vendor.close();
  }
};

function describeTimes({ market, rdt, ctt, te, state }: TruthView): string {
  const time = (value: string | null): string => value ?? "not begun";
  return `SYNTHETIC ${market}: RDT ${time(rdt)}, CTT ${time(ctt)}, TE ${time(te)}, ${state}`;
}

/** The vendor's clock: always that of the evening at hand. */
function followEvening(evening: { readonly clock: Clock }): Clock {
  return {
    wallMs: () => evening.clock.wallMs(),
    monotonicMs: () => evening.clock.monotonicMs(),
    sleepMs: (durationMs) => evening.clock.sleepMs(durationMs),
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
