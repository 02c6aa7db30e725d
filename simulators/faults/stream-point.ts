/**
 * Streams a session under one fault, lets the operator start the stream again when it died, and compares
 * what is published with the feed itself: each minute equals it or is marked, and none is invented. How
 * many packets a dying process had received nobody can tell, so two runs are not compared with each other.
 */
import { z } from "zod";
import { finishScene, judgeStruck, repeatStep } from "./disturbed-run.ts";
import { JOBS, type JobName } from "./fault-jobs.ts";
import type { FaultPoint, PointKind } from "./fault-points.ts";
import { type Scene, describeExit } from "./fault-theatre.ts";
import type { ProductRun } from "./product-process.ts";
import { type MinuteJudgement, judgeMinutes, readPublishedMinutes } from "./published-minutes.ts";
import type { DriverParts, Outcome } from "./undisturbed-run.ts";
import { findDamage } from "./workspace-damage.ts";
import { type FactName, differencesOf } from "./workspace-facts.ts";

/** Jobs that run long enough for a host to fall asleep. */
export const SUSPENDED_JOBS = ["india-stream"] as const satisfies readonly JobName[];

/** What a build that finds nothing new leaves as it is. */
const KEPT: readonly FactName[] = ["contentDigest", "content", "receipts", "bodies"];
const HOST_SUSPENDED = "HOST_SUSPENDED";
const PROBLEMS_SHOWN_MAX = 8;
const reportSchema = z.looseObject({
  gaps: z.array(z.looseObject({ from: z.string(), to: z.string(), cause: z.string() })),
});
type StreamReport = z.output<typeof reportSchema>;

/** One session under one fault, from its base to a build that has nothing left to do. */
export async function runStreamPoint(
  parts: DriverParts,
  kind: Exclude<PointKind, "clock" | "two">,
  point: FaultPoint,
): Promise<Outcome> {
  const { theatre, facts } = parts;
  const { base, market, step, finish } = JOBS["india-stream"];
  // A feed that is over before the host wakes up would show nothing.
  const from = kind === "suspend" ? "india_slow" : base;
  const scene = await theatre.openScene(from, "running", "india-stream");
  const struck = await theatre.run(scene, step, point);
  const problems = [
    ...(kind === "suspend" ? judgeSuspended(struck) : judgeStruck(kind, step, struck)),
    ...findDamage(theatre.copyOf(scene)).map((text) => `right after the fault: ${text}`),
  ];
  let report = reportOf(struck);
  if (report === undefined) {
    const again = await theatre.run(scene, step);
    report = reportOf(again);
    if (again.exitCode !== 0 || report === undefined) {
      problems.push(`the second run: ${describeExit(step, again)}`);
    }
  }
  problems.push(...(await finishScene(parts, scene, finish)));
  const built = await facts.read(scene.workspace, market);
  problems.push(...firstOf((await judgePublished(parts, scene, report)).problems));
  for (const build of finish) problems.push(...(await repeatStep(parts, scene, build)));
  const rebuilt = await facts.read(scene.workspace, market);
  problems.push(
    ...differencesOf(built, rebuilt, KEPT).map((text) => `after another build: ${text}`),
  );
  if (problems.length === 0) theatre.closeScene(scene);
  const isStruck = {
    kill: struck.isKilled,
    full: struck.report.refused > 0,
    suspend: report?.gaps.some(({ cause }) => cause === HOST_SUSPENDED) === true,
  }[kind];
  return { says: point.says, isStruck, problems: [...new Set(problems)] };
}

/** What a scene publishes, held against its feed. */
async function judgePublished(
  { theatre }: Pick<DriverParts, "theatre">,
  scene: Scene,
  report: StreamReport | undefined,
): Promise<MinuteJudgement> {
  const published = await readPublishedMinutes(scene.workspace);
  const gaps = (report?.gaps ?? []).map(({ from, to }) => ({
    fromMs: Temporal.Instant.from(from).epochMilliseconds,
    toMs: Temporal.Instant.from(to).epochMilliseconds,
  }));
  const { timeline } = theatre.indiaVendorOf(scene);
  return judgeMinutes(published, timeline, { gaps, uncounted: () => 0 });
}

function firstOf(problems: readonly string[]): string[] {
  const more = problems.length - PROBLEMS_SHOWN_MAX;
  const shown = problems.slice(0, PROBLEMS_SHOWN_MAX);
  return more > 0 ? [...shown, `and ${more} minutes more`] : shown;
}

/** A host that sleeps ends nothing. */
function judgeSuspended(run: ProductRun): string[] {
  return run.exitCode === 0 ? [] : [describeExit(JOBS["india-stream"].step, run)];
}

/** The summary of a stream that came to its end. */
function reportOf({ exitCode, stdout }: ProductRun): StreamReport | undefined {
  return exitCode === 0 ? reportSchema.parse(JSON.parse(stdout)) : undefined;
}
