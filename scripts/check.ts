/**
 * The one command before a commit (`npm test`), and what CI runs: every check, each with its time,
 * the cheap ones two at a time and then the tests. It runs them all and fails if one failed.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type TestCounts, countTests } from "./test-report.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Folders of TypeScript; the boundary table and the linter read all of them. */
const SOURCE_FOLDERS = ["src", "simulators", "bench", "scripts", "tests"];
/** Cheap checks that run side by side: as many as the smallest machine we support has cores. */
const PARALLEL_CHECKS_MAX = 2;

/** The one check whose output is shown as it comes. */
const TESTS = "tests";

type Check = {
  readonly name: string;
  /** Path of the tool's script below node_modules, and its arguments. */
  readonly tool: string;
  readonly toolArguments: readonly string[];
};

const STATIC_CHECKS: readonly Check[] = [
  { name: "types", tool: "typescript/bin/tsc", toolArguments: ["-p", "."] },
  { name: "lint", tool: "oxlint/bin/oxlint", toolArguments: ["--deny-warnings"] },
  { name: "format", tool: "oxfmt/bin/oxfmt", toolArguments: ["--check"] },
  {
    name: "boundaries",
    tool: "dependency-cruiser/bin/dependency-cruiser.mjs",
    toolArguments: SOURCE_FOLDERS,
  },
  { name: "unused", tool: "knip/bin/knip.js", toolArguments: ["--no-progress"] },
];

const { values: options } = parseArgs({ options: { depth: { type: "string", default: "quick" } } });
if (options.depth !== "quick" && options.depth !== "full") {
  console.error(`--depth is quick or full, was ${options.depth}`);
  process.exit(2);
}
process.env["MERIDIAN_TEST_DEPTH"] = options.depth;
// Colours are for people who watch; a log file keeps plain text.
if (!process.stdout.isTTY) process.env["NO_COLOR"] = "1";

const failedChecks = await runStaticChecks();
const tests = await runTests();
if (failedChecks.length > 0) console.log(`failed: ${failedChecks.join(", ")}`);
// Each check counts as one, beside the tests: a run that fails never closes with "0 failed".
const passedCount = tests.passed + STATIC_CHECKS.length - failedChecks.length;
const failedCount = tests.failed + failedChecks.length;
console.log(`meridian: ${passedCount} passed, ${failedCount} failed`);
process.exitCode = failedCount === 0 ? 0 : 1;

/** Runs the cheap checks and returns the names of those that failed. */
async function runStaticChecks(): Promise<string[]> {
  const waiting = [...STATIC_CHECKS];
  const failures: string[] = [];
  async function work(): Promise<void> {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { exitCode, output, seconds } = await runTool(check);
      report(check.name, exitCode, seconds);
      if (exitCode !== 0) {
        failures.push(check.name);
        console.log(output);
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_CHECKS_MAX }, work));
  return failures;
}

/** Runs the tests, shows their output as it comes, and counts them. */
async function runTests(): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), "meridian-check-"));
  const reportFile = join(folder, "tests.json");
  try {
    const { exitCode, seconds } = await runTool({
      name: TESTS,
      tool: "vitest/vitest.mjs",
      toolArguments: [
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${reportFile}`,
      ],
    });
    report(TESTS, exitCode, seconds);
    return countTests(readReport(reportFile), exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function report(name: string, exitCode: number, seconds: number): void {
  console.log(`${exitCode === 0 ? "ok    " : "FAILED"} ${name.padEnd(10)} ${seconds.toFixed(1)} s`);
}

type ToolRun = { readonly exitCode: number; readonly output: string; readonly seconds: number };

/** Runs a tool under this same Node. Output that is not shown live is returned. */
function runTool({ name, tool, toolArguments }: Check): Promise<ToolRun> {
  const startedMs = performance.now();
  const isLive = name === TESTS;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules", tool), ...toolArguments], {
      cwd: ROOT,
      stdio: ["ignore", isLive ? "inherit" : "pipe", isLive ? "inherit" : "pipe"],
    });
    const chunks: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => chunks.push(Buffer.from(error.message)));
    child.on("close", (exitCode) => {
      const seconds = (performance.now() - startedMs) / 1000;
      resolve({ exitCode: exitCode ?? 1, output: Buffer.concat(chunks).toString(), seconds });
    });
  });
}
