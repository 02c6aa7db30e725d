/**
 * Runs one command of the product as its operator would, in a process of its own, under a fault plan if
 * there is one. It knows nothing of what the command does or ought to do.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type FaultPlan,
  type FaultReport,
  PLAN_VARIABLE,
  type Strike,
  faultReportSchema,
} from "./fault-plan.ts";

export type ProductCommand = {
  /** Path of the product's `main.ts`. */
  readonly entry: string;
  readonly words: readonly string[];
  readonly workspace: string;
  /** Added to the environment, which has no secret of the product otherwise. */
  readonly environment: Readonly<Record<string, string>>;
  /** The wall clock stands at this instant (ISO), or is the machine's plus `clockShiftMs`. */
  readonly fixedAt?: string | undefined;
  readonly clockShiftMs?: number | undefined;
  readonly strikes?: readonly Strike[] | undefined;
  /** Kills the process from outside, so long after its start. */
  readonly killAfterMs?: number | undefined;
  /** Stops the process from outside, as a host that sleeps does, and lets it go on. */
  readonly suspend?: Suspension | undefined;
  /** Longest time it may take; 45 s by default. */
  readonly hungMs?: number | undefined;
};

/** Counted from the start of the process. */
export type Suspension = { readonly afterMs: number; readonly forMs: number };

export type ProductRun = {
  /** Null when the process was killed. */
  readonly exitCode: number | null;
  readonly isKilled: boolean;
  /** It did not end in time and was killed for that. */
  readonly hung: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  /** Empty when the process was killed from outside. */
  readonly report: FaultReport;
};

/** No command of these small workspaces takes a tenth of it, on a busy machine either. */
const HUNG_MS = 45_000;
const PRELOAD = new URL("./fault-preload.ts", import.meta.url).href;
const NO_REPORT: FaultReport = { operations: [], refused: 0, died: false };
const SECRETS = /^(ALPHAVANTAGE|SMARTAPI|MERIDIAN_(WORKSPACE|FAULT))/;

/** The product of this project. */
export const PRODUCT_ENTRY = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

let runs = 0;

/** Runs a command to its end, whatever that is. */
export async function runProduct(command: ProductCommand): Promise<ProductRun> {
  const { entry, words, workspace, fixedAt, strikes } = command;
  const reportPath = `${workspace}.report-${++runs}.json`;
  const plan: FaultPlan = {
    workspace,
    reportPath,
    strikes: [...(strikes ?? [])],
    clockShiftMs: command.clockShiftMs ?? 0,
  };
  const clock = fixedAt === undefined ? [] : ["--clock", `fixed:${fixedAt}`];
  const nodeFlags = ["--import", PRELOAD];
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    [...nodeFlags, entry, ...words, "--workspace", workspace, ...clock],
    {
      env: { ...plainEnvironment(), ...command.environment, [PLAN_VARIABLE]: JSON.stringify(plan) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const ended = await endOf(child, command);
  const durationMs = performance.now() - startedMs;
  const report = takeReport(reportPath);
  return { ...ended, isKilled: ended.isKilled || report.died, durationMs, report };
}

/** The environment without what the product would read from it. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !SECRETS.test(name)));
}

function endOf(
  child: ChildProcess,
  { killAfterMs, suspend, hungMs = HUNG_MS }: ProductCommand,
): Promise<Omit<ProductRun, "durationMs" | "report">> {
  const written = { stdout: "", stderr: "" };
  let hung = false;
  return new Promise((resolve, reject) => {
    const watchdog = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, hungMs);
    const later = (ms: number | undefined, signal: NodeJS.Signals) =>
      ms === undefined ? undefined : setTimeout(() => child.kill(signal), ms);
    const timers = [
      watchdog,
      later(killAfterMs, "SIGKILL"),
      later(suspend?.afterMs, "SIGSTOP"),
      later(suspend && suspend.afterMs + suspend.forMs, "SIGCONT"),
    ];
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        written[name] += text;
      });
    }
    child.once("error", reject);
    child.once("close", (exitCode, signal) => {
      for (const timer of timers) clearTimeout(timer);
      resolve({ exitCode, isKilled: signal === "SIGKILL", hung, ...written });
    });
  });
}

function takeReport(path: string): FaultReport {
  if (!existsSync(path)) return NO_REPORT;
  const report = faultReportSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  rmSync(path);
  return report;
}
