/**
 * Runs the acceptance tests over a folder of recorded vendor data: `npm run accept -- DIR`. Says what
 * is wrong with the folder instead of letting every test fail for the same reason.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const USAGE = "usage: npm run accept -- DIR [name of a test file]…";
const EXIT_USAGE = 2;

/** What the acceptance tests read, below the folder. */
const LAYOUT = [
  { path: "alpha_vantage", holds: "recorded responses and refusals of Alpha Vantage" },
  { path: "us_daily", holds: "daily history as CSV, one file a symbol" },
  { path: "india_daily", holds: "daily history of Indian indices as CSV, one file an index" },
  { path: "india_intraday", holds: "minute bars of Indian indices and stocks as CSV" },
];

/** Where the operator stands; npm itself changes to the project's folder. */
const STANDING_IN = process.env["INIT_CWD"] ?? process.cwd();

process.exitCode = acceptWith(process.argv.slice(2));

function acceptWith([named, ...filters]: readonly string[]): number {
  const directory = resolve(STANDING_IN, named ?? "");
  const problem = named === undefined ? USAGE : findProblem(directory);
  if (problem !== undefined) {
    console.error(`accept: ${problem}`);
    return EXIT_USAGE;
  }
  const run = spawnSync(
    process.execPath,
    [
      join(ROOT, "node_modules/vitest/vitest.mjs"),
      "run",
      "--config=tests/accept/vitest.config.ts",
      ...filters,
    ],
    {
      cwd: ROOT,
      stdio: "inherit",
      env: { ...process.env, MERIDIAN_ACCEPT_DATA: directory },
    },
  );
  return run.status ?? 1;
}

/** Why the folder cannot be used, as a sentence; `undefined` when it can. */
function findProblem(directory: string): string | undefined {
  if (!existsSync(directory)) return `${directory} does not exist; ${USAGE}`;
  const missing = LAYOUT.filter(({ path }) => !existsSync(join(directory, path)));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ path, holds }) => `${path} (${holds})`).join(", ");
  return `${directory} lacks ${names}; see tests/README.md for the layout`;
}
