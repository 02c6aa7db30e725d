/**
 * The fault driver at the command line: runs seeded faults against the product and prints each with the
 * command that repeats it. Exit 1 when one left a difference.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { describeResult, jobsOf, openFaultDriver } from "./fault-driver.ts";
import { POINT_KINDS } from "./fault-points.ts";

const HELP = `Usage: node simulators/faults/main.ts [options]
Kills the product, fills its disk, sets its clock and runs it beside itself, by seed.

  --seed N        decides everything (default: a fresh one)
  --kind NAME     kill, full, clock, two or suspend (default: kill)
  --job NAME      one job (default: all that know this kind)
  --points N      how many points of each job (default 5)
  --point N       only this point
  --product PATH  main.ts of another copy of the product
  --keep          leave all workspaces where they are
`;
const SEED_LIMIT = 2 ** 31;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    kind: { type: "string", default: "kill" },
    job: { type: "string" },
    points: { type: "string", default: "5" },
    point: { type: "string" },
    product: { type: "string" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

try {
  if (values.help) process.stdout.write(HELP);
  else process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT_USAGE;
}

async function main(): Promise<number> {
  const seed = numberOf("--seed", values.seed ?? String(randomInt(SEED_LIMIT)));
  const kind = POINT_KINDS.find((one) => one === values.kind);
  if (kind === undefined) throw new Error(`--kind is one of ${POINT_KINDS.join(", ")}`);
  const jobs = values.job === undefined ? jobsOf(kind) : [values.job];
  const only = values.point === undefined ? undefined : numberOf("--point", values.point);
  const count = numberOf("--points", values.points);
  const points = only === undefined ? Array.from({ length: count }, (_, index) => index) : [only];
  const driver = await openFaultDriver({ seed, entry: values.product, keep: values.keep });
  let failed = 0;
  let missed = 0;
  try {
    const tasks = jobs.flatMap((job) => points.map((point) => ({ job, point })));
    const run = async ({ job, point }: (typeof tasks)[number]): Promise<void> => {
      const result = await driver.runPoint(kind, job, point);
      if (result.problems.length > 0) failed += 1;
      if (!result.isStruck) missed += 1;
      process.stdout.write(`${describeResult(result)}\n`);
    };
    await Promise.all(tasks.map(run));
    process.stdout.write(
      `seed ${seed}: ${tasks.length - failed} came through, ${failed} did not; ${missed} faults came too late\n`,
    );
  } finally {
    await driver.close();
  }
  return failed === 0 ? 0 : EXIT_FAILED;
}

function numberOf(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new Error(`${flag} must be a whole number, was ${text}`);
  return value;
}
