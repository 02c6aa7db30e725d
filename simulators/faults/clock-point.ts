/**
 * Runs a job while the machine's wall clock is set forward or back, then again on the right clock. The
 * vendor's clock never moves: what was asked of it must stay inside its budget, and nothing may be lost.
 */
import { finishScene, repeatStep } from "./disturbed-run.ts";
import { DAILY, JOBS, type JobName } from "./fault-jobs.ts";
import type { FaultPoint } from "./fault-points.ts";
import { CALLS_PER_DAY, CALLS_PER_SECOND } from "./fault-stage.ts";
import type { FaultStep } from "./fault-step.ts";
import { type Scene, describeExit } from "./fault-theatre.ts";
import type { ProductRun } from "./product-process.ts";
import type { DriverParts, Outcome } from "./undisturbed-run.ts";
import { findDamage } from "./workspace-damage.ts";
import { LASTING_FACTS, differencesOf, readGrantSpacings } from "./workspace-facts.ts";

/** Jobs that look at the clock for what they ask and land. */
export const CLOCK_JOBS = [
  "us-symbols",
  "us-backfill",
  "us-daily",
  "us-retry",
  "us-intraday",
  "us-import",
  "india-instruments",
  "india-import",
] as const satisfies readonly JobName[];

/** A row that came under a clock set back does not count as whole; the next daily run asks for it. */
const MENDED_BY: { readonly [job in JobName]?: readonly FaultStep[] } = { "us-retry": [DAILY] };
/** Asks for everything each time, and so uses up any budget. */
const SPENDTHRIFT: FaultStep = { words: ["us", "backfill"], exit: 0 };
const SPENDING_RUNS = 5;
const COMPARED = LASTING_FACTS.filter((name) => name !== "bodies");
/** How the vendor says that a limit was not kept. */
const BUDGET_REFUSALS = ["burst", "daily_quota", "legacy_note"];
const FIRST_PERMIT = /^sqlite INSERT INTO call_budget_keys/;
const DAY_MS = 86_400_000;
/** The running vendor's evening begins two hours after midnight UTC. */
const SINCE_DAY_BEGAN_MS = 2 * 3_600_000;
const TO_NEXT_DAY_MS = 20 * 3_600_000;
/** Stored instants are rounded. */
const GRANT_SPACING_MS_MIN = 1000 / CALLS_PER_SECOND - 0.01;

/** One job under clock changes, from its base to the end of the evening. */
export async function runClockPoint(
  parts: DriverParts,
  name: JobName,
  point: FaultPoint,
): Promise<Outcome> {
  const { theatre, facts } = parts;
  const job = JOBS[name];
  const reference = await parts.referenceOf(name);
  const scene = await theatre.openScene(job.base, "running", `${name}-clock`);
  const run = await theatre.run(scene, job.step, point);
  const problems = [
    ...judgeUnderClock(job.step, run),
    ...findDamage(theatre.copyOf(scene)).map((text) => `right after the run: ${text}`),
    ...(await repeatStep(parts, scene, job.again ?? job.step)),
    ...(await finishScene(parts, scene, [...(MENDED_BY[name] ?? []), ...job.finish])),
  ];
  const atEnd = await facts.read(scene.workspace, job.market);
  problems.push(...differencesOf(reference.atEnd, atEnd, COMPARED));
  problems.push(...lacksOf(reference.atEnd.bodies, atEnd.bodies));
  if (name === "us-backfill") {
    for (let spent = 0; spent < SPENDING_RUNS; spent++) await theatre.run(scene, SPENDTHRIFT);
  }
  problems.push(...judgeLimits(parts, scene, believesAnotherDay(point, run)));
  if (problems.length === 0) theatre.closeScene(scene);
  const isStruck = run.report.operations.length >= Math.min(...point.strikes.map(({ at }) => at));
  return { says: point.says, isStruck, problems: [...new Set(problems)] };
}

/** Payloads that are not there. More than those may be: a wrong clock can ask for more history. */
function lacksOf(expected: string, actual: string): string[] {
  const found = new Set(actual.split("\n"));
  const lost = expected.split("\n").filter((line) => !found.has(line));
  return lost.map((line) => `the payload ${line} is not there`);
}

/** Under a wrong clock a job may do less, or refuse by name; it may neither hang nor break. */
function judgeUnderClock(step: FaultStep, run: ProductRun): string[] {
  const isNamed = run.exitCode !== null && !run.stderr.includes("something unexpected");
  return isNamed ? [] : [describeExit(step, run)];
}

/**
 * Whether the clock showed a day in which the budget has to believe: one that lies ahead, one that lies
 * so far back that the days counted before must be the wrong ones, or the day before when nothing was
 * counted yet. Nobody can tell it better.
 */
function believesAnotherDay({ strikes }: FaultPoint, { report }: ProductRun): boolean {
  const firstPermit = 1 + report.operations.findIndex(({ label }) => FIRST_PERMIT.test(label));
  let shiftMs = 0;
  let shiftAtFirstPermitMs = 0;
  const isFarOff = strikes.some(({ at, jumpMs = 0 }) => {
    shiftMs += jumpMs;
    if (at <= firstPermit) shiftAtFirstPermitMs = shiftMs;
    return shiftMs > TO_NEXT_DAY_MS || shiftMs < -DAY_MS;
  });
  return isFarOff || shiftAtFirstPermitMs < -SINCE_DAY_BEGAN_MS;
}

/** What the vendor and the budget's own record say of the calls of a scene. */
export function judgeLimits(parts: DriverParts, scene: Scene, mayExceedDay = false): string[] {
  const requests = parts.theatre.requestsOf(scene);
  const tooClose = readGrantSpacings(scene.workspace, scene.key).filter(
    (spacingMs) => spacingMs < GRANT_SPACING_MS_MIN,
  );
  const refused = requests.filter(({ outcome }) => BUDGET_REFUSALS.includes(outcome));
  return [
    ...(mayExceedDay || refused.length === 0
      ? []
      : [
          `the vendor refused ${refused.length} of ${requests.length} requests for its limit of ${CALLS_PER_DAY} a day`,
        ]),
    ...tooClose.map((ms) => `two permits were given ${ms} ms apart`),
  ];
}
