/** Runs a program as a whole child process and measures it: wall time, time inside, CPU and peak memory. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** What one run of a child cost. `insideSeconds` counts from its first line of code to its end. */
export type ChildUsage = {
  readonly wallSeconds: number;
  readonly insideSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMib: number;
};

export type ChildRun = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly usage: ChildUsage;
};

const REPORT_USAGE = new URL("./report-usage.ts", import.meta.url).href;
export const PROJECT_ROOT = fileURLToPath(new URL("..", import.meta.url));
const usageSchema = z.object({
  insideSeconds: z.number(),
  cpuSeconds: z.number(),
  peakMib: z.number(),
});

/** Runs a script under this same Node. @throws with its error output when it ends with another code than `expected` */
export async function runNode(
  script: string,
  scriptArguments: readonly string[],
  expected: readonly number[] = [0],
): Promise<ChildRun> {
  const path = join(PROJECT_ROOT, script);
  return await runChild(
    process.execPath,
    ["--import", REPORT_USAGE, path, ...scriptArguments],
    expected,
  );
}

/** Runs any program that writes its usage to the file named by MERIDIAN_BENCH_USAGE. */
export async function runChild(
  command: string,
  commandArguments: readonly string[],
  expected: readonly number[] = [0],
): Promise<ChildRun> {
  const folder = mkdtempSync(join(tmpdir(), "meridian-bench-usage-"));
  const usagePath = join(folder, "usage.json");
  try {
    const { exitCode, stdout, stderr, wallSeconds } = await spawnAndWait(
      command,
      commandArguments,
      usagePath,
    );
    if (!expected.includes(exitCode)) {
      throw new Error(
        `${command} ${commandArguments.join(" ")} ended with ${exitCode}: ${stderr || stdout}`,
      );
    }
    const inside = usageSchema.parse(JSON.parse(readFileSync(usagePath, "utf8")));
    return { exitCode, stdout, usage: { wallSeconds, ...inside } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Ended = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallSeconds: number;
};

async function spawnAndWait(
  command: string,
  commandArguments: readonly string[],
  usagePath: string,
): Promise<Ended> {
  const startedMs = performance.now();
  return await new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      cwd: PROJECT_ROOT,
      env: { ...process.env, MERIDIAN_BENCH_USAGE: usagePath },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const wallSeconds = (performance.now() - startedMs) / 1000;
      resolve({ exitCode: code ?? -1, stdout, stderr, wallSeconds });
    });
  });
}
