/**
 * The build of raw CSV into staging and analytics, as whole processes: ours, the same as one script
 * of DuckDB SQL, and pandas doing the easy part only. Rows are compared before a time counts.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { assert } from "#core/assert.ts";
import { type BenchResult, type Side, boundOf, medianOf, ratiosOf } from "./bench-result.ts";
import type { Comparison } from "./compare-build.ts";
import type { InputSize } from "./land-input.ts";
import { type ChildUsage, runChild, runNode } from "./measured-child.ts";
import { findPandas } from "./find-pandas.ts";

const SQL_RATIO_MAX = 1.5;
const PANDAS_RATIO_MIN = 3;
const PEAK_MIB_MAX = 1024;
/** The version whose speed is promised to be beaten. */
const PANDAS_PROMISED = /^1\.5\./;

export type BuildBenchOptions = {
  readonly folder: string;
  readonly size: InputSize;
  readonly rounds: number;
  readonly withPandas: boolean;
};

type Runner = { readonly name: string; run(): Promise<ChildUsage> };

export async function benchBuild(options: BuildBenchOptions): Promise<BenchResult> {
  const workspace = join(options.folder, "workspace");
  const landed = await landInput(workspace, options.size);
  const input = join(options.folder, "input");
  await runNode("bench/peer-input.ts", ["--workspace", workspace, "--input", input]);
  const raw = join(workspace, "data", "raw", "us");
  const output = join(options.folder, "peer");
  const pandas = options.withPandas ? findPandas() : undefined;
  const sums = join(options.folder, "pandas-sums.csv");
  const sqlArguments = ["--raw", raw, "--input", input, "--output", output];
  const ours: Runner = { name: "us build", run: () => buildFromRaw(workspace) };
  const sql: Runner = {
    name: "DuckDB SQL",
    run: async () => (await runNode("bench/build-peer.ts", sqlArguments)).usage,
  };
  const pandasAs = (mode: string, sumsPath: string[] = []) =>
    runChild(pandas?.command ?? "", ["bench/pandas_peer.py", raw, mode, ...sumsPath]);
  const text: Runner = {
    name: `pandas ${pandas?.version}`,
    run: async () => (await pandasAs("text")).usage,
  };
  const floats: Runner = {
    name: "pandas, floats",
    run: async () => (await pandasAs("floats")).usage,
  };

  await ours.run();
  await sql.run();
  if (pandas) await pandasAs("text", [sums]);
  const equal = await compareAll(workspace, output, sums);
  const runners = pandas ? [ours, sql, text, floats] : [ours, sql];
  const sides = await runInTurn(runners, options.rounds);
  const { symbols, from, to } = options.size;
  return {
    name: "build",
    input: `${symbols} symbols from ${from} to ${to}: ${landed.rows} rows, ${megabytes(landed.bytes)} MB of CSV`,
    equal,
    sides,
    bounds: boundsOf(sides, pandas?.version),
    notes: pandas
      ? ["pandas, floats: without looking at bad cells, for comparison only"]
      : ["pandas 1.5 is not installed here (Debian: python3-pandas); that bound was not measured"],
  };
}

/** Fills a workspace; not timed. */
export async function landInput(
  workspace: string,
  size: InputSize,
): Promise<{ readonly rows: number; readonly bytes: number }> {
  const { symbols, from, to, seed } = size;
  const { stdout } = await runNode("bench/land-input.ts", [
    `--workspace=${workspace}`,
    `--symbols=${symbols}`,
    `--from=${from}`,
    `--to=${to}`,
    `--seed=${seed}`,
  ]);
  return z.object({ rows: z.number(), bytes: z.number() }).parse(JSON.parse(stdout));
}

/** `us build` as the operator runs it, with nothing built before. */
export async function buildFromRaw(workspace: string): Promise<ChildUsage> {
  for (const area of ["staging", "analytics", "quarantine"]) {
    rmSync(join(workspace, "data", area), { recursive: true, force: true });
  }
  return (await runNode("src/cli/main.ts", ["us", "build", "--workspace", workspace])).usage;
}

/** One side after the other, round by round, so that what disturbs the machine disturbs all. */
async function runInTurn(runners: readonly Runner[], rounds: number): Promise<Side[]> {
  const usages = runners.map((): ChildUsage[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, runner] of runners.entries()) usages[at]?.push(await runner.run());
  }
  return runners.map(({ name }, at) => sideOf(name, usages[at] ?? []));
}

/** A side from the usages of its runs. */
export function sideOf(name: string, usages: readonly ChildUsage[]): Side {
  return {
    name,
    seconds: usages.map((usage) => usage.wallSeconds),
    insideSeconds: usages.map((usage) => usage.insideSeconds),
    cpuSeconds: usages.map((usage) => usage.cpuSeconds),
    peakMib: usages.map((usage) => usage.peakMib),
  };
}

function boundsOf(sides: readonly Side[], pandasVersion: string | undefined) {
  const [ours, sql, text] = sides;
  assert(ours !== undefined && sql !== undefined, "our build and the SQL are always run");
  const bounds = [
    boundOf({
      name: "us build / SQL",
      measured: medianOf(ratiosOf(ours, sql)),
      limit: SQL_RATIO_MAX,
      kind: "at_most",
    }),
    boundOf({
      name: "peak memory of us build, MiB",
      measured: Math.max(...(ours.peakMib ?? [])),
      limit: PEAK_MIB_MAX,
      kind: "at_most",
    }),
  ];
  if (text === undefined || !PANDAS_PROMISED.test(pandasVersion ?? "")) return bounds;
  const measured = medianOf(ratiosOf(text, ours));
  return [
    ...bounds,
    boundOf({ name: "pandas / us build", measured, limit: PANDAS_RATIO_MIN, kind: "at_least" }),
  ];
}

const comparisonSchema = z.array(
  z.object({ what: z.string(), ours: z.number(), differing: z.number() }),
);

async function compareAll(workspace: string, peer: string, sums: string): Promise<string[]> {
  const { stdout } = await runNode("bench/compare-build.ts", [
    `--workspace=${workspace}`,
    `--peer=${peer}`,
    `--pandas=${sums}`,
  ]);
  const comparisons: Comparison[] = comparisonSchema.parse(JSON.parse(stdout));
  return comparisons.map(({ what, ours, differing }) => {
    assert(ours > 0 && differing === 0, `${what}: ${differing} of ${ours} differ`);
    return `${ours} ${what}`;
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
