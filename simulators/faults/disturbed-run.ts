/**
 * Runs a job under one fault, looks at what a reader would see right then, gives the operator's command
 * again, finishes the evening and compares with the undisturbed run.
 */
import { z } from "zod";
import { JOBS, type JobName } from "./fault-jobs.ts";
import type { FaultPoint } from "./fault-points.ts";
import type { FaultStep } from "./fault-step.ts";
import { type Scene, describeExit } from "./fault-theatre.ts";
import type { ProductRun } from "./product-process.ts";
import type { DriverParts, Outcome, Reference } from "./undisturbed-run.ts";
import { findDamage, findLeftovers } from "./workspace-damage.ts";
import { differencesOf, readCallsUsed } from "./workspace-facts.ts";

const FULL_DISK_EXIT = 1;
/** Permits that a process took and died with, before it sent the request. */
const LOST_PERMITS_MAX = 1;

const DOCTOR: FaultStep = { words: ["doctor", "--deep", "--offline", "--json"], exit: 0 };
/** Of doctor's checks those that are about the workspace and not about the machine. */
const DOCTOR_CHECKS = ["", "india "].flatMap((market) => [
  `${market}ledger`,
  `${market}snapshot files`,
  `${market}raw files`,
]);
const doctorSchema = z.looseObject({
  checks: z.array(z.object({ check: z.string(), outcome: z.string(), says: z.string() })),
});

/** One job under one fault, from its base to the end of the evening. */
export async function runDisturbed(
  parts: DriverParts,
  of: { readonly name: JobName; readonly kind: "kill" | "full"; readonly point: FaultPoint },
): Promise<Outcome> {
  const { theatre, facts } = parts;
  const { name, kind, point } = of;
  const job = JOBS[name];
  const reference = await parts.referenceOf(name);
  const scene = await theatre.openScene(job.base, "second_evening", name);
  const struck = await theatre.run(scene, job.step, point);
  const problems = [
    ...judgeStruck(kind, job.step, struck),
    ...findDamage(theatre.copyOf(scene)).map((text) => `right after the fault: ${text}`),
  ];
  const again = await repeatStep(parts, scene, job.again ?? job.step);
  problems.push(...again);
  if (again.length === 0) {
    const afterJob = await facts.read(scene.workspace, job.market);
    problems.push(
      ...differencesOf(reference.afterJob, afterJob).map((text) => `after the second run: ${text}`),
    );
    problems.push(...(await finishScene(parts, scene, job.finish)));
    problems.push(...differencesOf(reference.atEnd, await facts.read(scene.workspace, job.market)));
    problems.push(...judgeRequests(parts, scene, reference, job));
  }
  if (problems.length === 0) theatre.closeScene(scene);
  const isStruck = kind === "kill" ? struck.isKilled : struck.report.refused > 0;
  return { says: point.says, isStruck, problems: [...new Set(problems)] };
}

/** The steps that finish an evening, and what may never be left after them. */
export async function finishScene(
  { theatre }: DriverParts,
  scene: Scene,
  steps: readonly FaultStep[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const step of steps) {
    const run = await theatre.run(scene, step);
    if (run.exitCode !== step.exit) problems.push(describeExit(step, run));
  }
  const doctor = await theatre.run(scene, DOCTOR);
  return [
    ...problems,
    ...judgeDoctor(doctor),
    ...findDamage(scene.workspace),
    ...findLeftovers(scene.workspace),
  ];
}

/** The command given once more, now that nothing is wrong any more. */
export async function repeatStep(
  { theatre }: DriverParts,
  scene: Scene,
  step: FaultStep,
): Promise<string[]> {
  const run = await theatre.run(scene, step);
  return run.exitCode === step.exit ? [] : [`the second run: ${describeExit(step, run)}`];
}

/** A process that met its fault died, or said that the disk is full. */
export function judgeStruck(kind: "kill" | "full", step: FaultStep, run: ProductRun): string[] {
  if (run.hung) return [describeExit(step, run)];
  if (kind === "kill") {
    // A death that comes after the last operation finds nothing to interrupt.
    return run.isKilled || run.exitCode === step.exit ? [] : [describeExit(step, run)];
  }
  if (run.report.refused === 0 && run.exitCode === step.exit) return [];
  const isNamed = run.exitCode === FULL_DISK_EXIT && run.stderr.includes("error DISK_FULL");
  return isNamed ? [] : [describeExit({ ...step, exit: FULL_DISK_EXIT }, run)];
}

function judgeDoctor(run: ProductRun): string[] {
  const parsed = doctorSchema.safeParse(jsonOf(run.stdout));
  if (!parsed.success) return [describeExit(DOCTOR, run)];
  return DOCTOR_CHECKS.flatMap((name) => {
    const found = parsed.data.checks.find(({ check }) => check === name);
    return found?.outcome === "ok" ? [] : [`doctor: ${name}: ${found?.says ?? "was not checked"}`];
  });
}

/** Every request had a permit, every permit but one a request, and nothing was asked without need. */
function judgeRequests(
  { theatre }: DriverParts,
  scene: Scene,
  reference: Reference,
  { extraRequestsMax, market }: (typeof JOBS)[JobName],
): string[] {
  const requests = theatre.requestCountOf(scene);
  const used = readCallsUsed(scene.workspace, scene.key);
  const lost = used - requests;
  // India's vendor counts calls by second and minute; no budget of the day is kept.
  const isCounted = market === "india" || (lost >= 0 && lost <= LOST_PERMITS_MAX);
  const most = reference.requests + extraRequestsMax;
  return [
    ...(isCounted ? [] : [`${used} calls were counted, the vendor saw ${requests}`]),
    ...(requests <= most
      ? []
      : [`the vendor was asked ${requests} times, at most ${most} are needed`]),
  ];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
