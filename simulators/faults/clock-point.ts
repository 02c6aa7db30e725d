/**
 * Runs a job while the machine's wall clock is set forward or back, then again on the right clock. The
 * vendor's clock never moves: what was asked of it must stay inside its budget, and nothing may be lost.
 */
import { finishScene, repeatStep } from "./disturbed-run.ts";
import { DAILY, type FaultStep, JOBS, type JobName } from "./fault-jobs.ts";
import type { FaultPoint } from "./fault-points.ts";
import { CALLS_PER_DAY, CALLS_PER_SECOND } from "./fault-stage.ts";
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
] as const satisfies readonly JobName[];

/** A row that came under a clock set back does not count as whole; the next daily run asks for it. */
const MENDED_BY: { readonly [job in JobName]?: readonly FaultStep[] } = { "us-retry": [DAILY] };
/** Asks for everything each time, and so uses up any budget. */
const SPENDTHRIFT: FaultStep = { words: ["us", "backfill"], exit: 0 };
const SPENDING_RUNS = 5;
const COMPARED = LASTING_FACTS.filter((name) => name !== "bodies");
/** How the vendor says that a limit was not kept. */
const BUDGET_REFUSALS = ["burst", "daily_quota", "legacy_note"];
/** The evening is 22 hours before the next midnight UTC; the budget forgives a day back. */
const DAY_AHEAD_MS = 20 * 3_600_000;
const DAY_BACK_MS = 24 * 3_600_000;
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
  const atEnd = await facts.read(scene.workspace);
  problems.push(...differencesOf(reference.atEnd, atEnd, COMPARED));
  problems.push(...lacksOf(reference.atEnd.bodies, atEnd.bodies));
  if (name === "us-backfill") {
    for (let spent = 0; spent < SPENDING_RUNS; spent++) await theatre.run(scene, SPENDTHRIFT);
  }
  problems.push(...judgeLimits(parts, scene, point));
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
 * Whether the clock showed a day on which the budget has to believe: one that lies ahead, or so far
 * back that the days counted before must be the wrong ones. Nobody can tell it that they are not.
 */
function showsAnotherDay(strikes: FaultPoint["strikes"]): boolean {
  let shiftMs = 0;
  return strikes.some(({ jumpMs = 0 }) => {
    shiftMs += jumpMs;
    return shiftMs > DAY_AHEAD_MS || shiftMs < -DAY_BACK_MS;
  });
}

/** What the vendor and the budget's own record say of the calls of a scene. */
export function judgeLimits(parts: DriverParts, scene: Scene, point?: FaultPoint): string[] {
  const requests = parts.theatre.requestsOf(scene);
  const tooClose = readGrantSpacings(scene.workspace, scene.key).filter(
    (spacingMs) => spacingMs < GRANT_SPACING_MS_MIN,
  );
  const isDayWrong = showsAnotherDay(point?.strikes ?? []);
  const refused = requests.filter(({ outcome }) => BUDGET_REFUSALS.includes(outcome));
  return [
    ...(isDayWrong || refused.length === 0
      ? []
      : [
          `the vendor refused ${refused.length} of ${requests.length} requests for its limit of ${CALLS_PER_DAY} a day`,
        ]),
    ...tooClose.map((ms) => `two permits were given ${ms} ms apart`),
  ];
}
