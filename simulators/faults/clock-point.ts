/**
 * Runs a job while the machine's wall clock is set forward or back, then again on the right clock. The
 * vendor's clock never moves: what was asked of it must stay inside its budget, and nothing may be lost.
 */
import { finishScene, repeatStep } from "./disturbed-run.ts";
import { type FaultStep, JOBS, type JobName } from "./fault-jobs.ts";
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

/** Asks for everything each time, and so uses up any budget. */
const SPENDTHRIFT: FaultStep = { words: ["us", "backfill"], exit: 0 };
const SPENDING_RUNS = 5;
/** How the vendor says that a limit was not kept. */
const BUDGET_REFUSALS = ["burst", "daily_quota", "legacy_note"];
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
  const problems = [
    ...judgeUnderClock(job.step, await theatre.run(scene, job.step, point)),
    ...findDamage(theatre.copyOf(scene)).map((text) => `right after the run: ${text}`),
    ...(await repeatStep(parts, scene, job.again ?? job.step)),
    ...(await finishScene(parts, scene, job.finish)),
  ];
  const atEnd = await facts.read(scene.workspace);
  problems.push(...differencesOf(reference.atEnd, atEnd, LASTING_FACTS));
  if (name === "us-backfill") {
    for (let run = 0; run < SPENDING_RUNS; run++) await theatre.run(scene, SPENDTHRIFT);
  }
  problems.push(...judgeLimits(parts, scene, point));
  if (problems.length === 0) theatre.closeScene(scene);
  return { says: point.says, problems: [...new Set(problems)] };
}

/** Under a wrong clock a job may do less, or refuse by name; it may neither hang nor break. */
function judgeUnderClock(step: FaultStep, run: ProductRun): string[] {
  const isNamed = run.exitCode !== null && !run.stderr.includes("something unexpected");
  return isNamed ? [] : [describeExit(step, run)];
}

/** What the vendor and the budget's own record say of the calls of a scene. */
export function judgeLimits(parts: DriverParts, scene: Scene, point?: FaultPoint): string[] {
  const requests = parts.theatre.requestsOf(scene);
  const tooClose = readGrantSpacings(scene.workspace, scene.key).filter(
    (spacingMs) => spacingMs < GRANT_SPACING_MS_MIN,
  );
  // A clock that runs a day ahead believes in a new day's calls, and nobody can tell it.
  const isAhead = point?.strikes.some(({ jumpMs = 0 }) => jumpMs > 0) === true;
  const refused = requests.filter(({ outcome }) => BUDGET_REFUSALS.includes(outcome));
  return [
    ...(isAhead || refused.length === 0
      ? []
      : [
          `the vendor refused ${refused.length} of ${requests.length} requests for its limit of ${CALLS_PER_DAY} a day`,
        ]),
    ...tooClose.map((ms) => `two permits were given ${ms} ms apart`),
  ];
}
