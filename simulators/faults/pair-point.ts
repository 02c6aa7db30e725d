/**
 * Runs two commands at the same time, each slow somewhere, and compares with the two run one after the
 * other: no write may be lost, no decision be recorded twice, and both share one budget.
 */
import { judgeLimits } from "./clock-point.ts";
import { finishScene } from "./disturbed-run.ts";
import type { CountedOperation } from "./fault-plan.ts";
import { BUILD, type BaseName, DAILY, DECIDE, GATE, JOBS, RETRY } from "./fault-jobs.ts";
import { type PointChance, chooseHold } from "./fault-points.ts";
import type { FaultStep } from "./fault-step.ts";
import { describeExit, requireExit } from "./fault-theatre.ts";
import type { ProductRun } from "./product-process.ts";
import type { DriverParts, Outcome } from "./undisturbed-run.ts";
import { findDamage } from "./workspace-damage.ts";
import {
  type FactName,
  LASTING_FACTS,
  type WorkspaceFacts,
  differencesOf,
  readCallsUsed,
} from "./workspace-facts.ts";

type Pair = {
  readonly base: BaseName;
  readonly steps: readonly [FaultStep, FaultStep];
  readonly finish: readonly FaultStep[];
  /** Exit codes of the second step that are right too, when the first was not there yet. */
  readonly alsoRight?: readonly number[] | undefined;
};

export const PAIR_NAMES = [
  "us-symbols+us-symbols",
  "us-symbols+us-import",
  "us-daily+us-daily",
  "us-daily+us-intraday",
  "us-retry+us-daily",
  "us-import+us-build",
  "us-build+us-build",
  "us-build+gate-ingest",
  "gate-ingest+gate-ingest",
  "truth-approve+truth-approve",
  "us-withdraw+us-withdraw",
  "calendar-import+calendar-import",
  "truth-waive+truth-waive",
  "ledger-decide+ledger-decide",
] as const;
export type PairName = (typeof PAIR_NAMES)[number];

const twice = (job: keyof typeof JOBS): Pair => {
  const { base, step, finish } = JOBS[job];
  return { base, steps: [step, step], finish };
};

const PAIRS: Readonly<Record<PairName, Pair>> = {
  "us-symbols+us-symbols": twice("us-symbols"),
  // Neither finds a state file: both make it.
  "us-symbols+us-import": {
    base: "fresh",
    steps: [JOBS["us-symbols"].step, JOBS["us-import"].step],
    finish: [BUILD],
  },
  "us-daily+us-daily": { base: "first", steps: [DAILY, DAILY], finish: [BUILD, GATE] },
  "us-daily+us-intraday": {
    base: "first",
    steps: [DAILY, JOBS["us-intraday"].step],
    finish: [BUILD, GATE],
  },
  "us-retry+us-daily": { base: "behind", steps: [RETRY, DAILY], finish: [BUILD, GATE] },
  "us-import+us-build": {
    base: "unbuilt",
    steps: [JOBS["us-import"].step, BUILD],
    finish: [BUILD, GATE],
  },
  "us-build+us-build": { base: "unbuilt", steps: [BUILD, BUILD], finish: [GATE] },
  "us-build+gate-ingest": {
    base: "unbuilt",
    steps: [BUILD, GATE],
    finish: [BUILD, GATE],
    alsoRight: [3],
  },
  "gate-ingest+gate-ingest": twice("gate-ingest"),
  "truth-approve+truth-approve": twice("truth-approve"),
  "us-withdraw+us-withdraw": twice("us-withdraw"),
  "calendar-import+calendar-import": twice("calendar-import"),
  "truth-waive+truth-waive": twice("truth-waive"),
  "ledger-decide+ledger-decide": { base: "first", steps: [DECIDE, DECIDE], finish: [] },
};

const COMPARED: readonly FactName[] = [...LASTING_FACTS, "receipts", "decisionsPage"];
const JOB_RUNNING_EXIT = 2;
/** Says which process holds the lock. */
const JOB_RUNNING = /error JOB_RUNNING: .*"pid":\d+/;

/** Two commands at once, from their base to the end of the evening. */
export async function runPairPoint(
  parts: DriverParts,
  name: PairName,
  chance: PointChance,
): Promise<Outcome> {
  const { theatre, facts } = parts;
  const { base, steps, finish, alsoRight } = PAIRS[name];
  const [first, second] = steps;
  const { expected, operations } = await runInTurn(parts, name);
  const scene = await theatre.openScene(base, "running", "pair");
  const holds = operations.map((of) => chooseHold(chance, { operations: of, durationMs: 0 }));
  const runs = await Promise.all([
    theatre.run(scene, first, holds[0]),
    theatre.run(scene, second, holds[1]),
  ]);
  const requests = theatre.requestsOf(scene).length;
  const used = readCallsUsed(scene.workspace, scene.key);
  const problems = [
    ...judgeExits(steps, runs, alsoRight ?? []),
    ...findDamage(theatre.copyOf(scene)).map((text) => `right after the two: ${text}`),
    ...(used === requests ? [] : [`${used} calls were counted, the vendor saw ${requests}`]),
    ...(await finishScene(parts, scene, finish)),
    ...judgeLimits(parts, scene),
  ];
  const atEnd = await facts.read(scene.workspace);
  problems.push(...differencesOf(expected, atEnd, COMPARED));
  if (problems.length === 0) theatre.closeScene(scene);
  const says = holds.map((hold, index) => `${steps[index]?.words.join(" ")} ${hold.says}`);
  return { says: says.join("; "), isStruck: true, problems: [...new Set(problems)] };
}

type InTurn = {
  readonly expected: WorkspaceFacts;
  /** Of each of the two. */
  readonly operations: readonly (readonly CountedOperation[])[];
};

/** The same two commands one after the other. */
async function runInTurn(parts: DriverParts, name: PairName): Promise<InTurn> {
  const { theatre, facts } = parts;
  const { base, steps, finish } = PAIRS[name];
  const scene = await theatre.openScene(base, "running", "in-turn");
  const operations = [];
  for (const step of steps) {
    const run = await theatre.run(scene, step);
    requireExit(step, run);
    operations.push(run.report.operations);
  }
  for (const step of finish) requireExit(step, await theatre.run(scene, step));
  const expected = await facts.read(scene.workspace);
  theatre.closeScene(scene);
  return { expected, operations };
}

/** Each does its work or says who is at it; at least one does it. */
function judgeExits(
  steps: readonly FaultStep[],
  runs: readonly ProductRun[],
  alsoRight: readonly number[],
): string[] {
  const judged = steps.map((step, index) => {
    const run = runs[index];
    if (run === undefined) return [];
    const isRight = run.exitCode === step.exit || alsoRight.includes(run.exitCode ?? -1);
    const isHeldOff = run.exitCode === JOB_RUNNING_EXIT && JOB_RUNNING.test(run.stderr);
    return isRight || isHeldOff ? [] : [describeExit(step, run)];
  });
  const areAllHeldOff = runs.every(({ exitCode }) => exitCode === JOB_RUNNING_EXIT);
  return [...judged.flat(), ...(areAllHeldOff ? ["each of the two held the other off"] : [])];
}
