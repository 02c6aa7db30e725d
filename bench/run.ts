/**
 * The entry of the benchmarks: `npm run bench [-- NAME…]`. Runs them one after the other, prints what
 * each found, and ends with 1 when a promise of the product does not hold.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BenchResult, describeResult } from "./bench-result.ts";
import { benchBars } from "./bars-bench.ts";
import { benchBuild } from "./build-bench.ts";
import { benchLargeBuild } from "./build-large-bench.ts";
import { benchGate } from "./gate-bench.ts";
import type { InputSize } from "./land-input.ts";
import { describeMachine } from "./machine.ts";
import { benchRerun } from "./rerun-bench.ts";
import { benchStreamLoad } from "./stream-load-bench.ts";
import type { TickSize } from "./tick-input.ts";
import { benchTicks } from "./ticks-bench.ts";

const HELP = `Usage: npm run bench [-- NAME…] [-- --rounds N] [--seed N] [--symbols N] [--ticks N] [--json FILE]
  build        raw CSV to staging and analytics, 500 symbols of 20 years, against SQL and pandas
  gate         gate 1 over a million rows in memory, against SQL
  rerun        us build and gate ingest again with nothing new
  ticks        packets of bytes to candles, with and without the raw log, against binary-parser
  bars         5 million ticks to one-minute bars, against SQL and pandas
  build-large  8,000 symbols of 20 years: time and memory; only when named
  stream-load  10,000 packets a second for a minute from a socket; only when named
`;
const TWENTY_YEARS = { from: "2006-01-03", to: "2025-12-31" };
const BUILD_SYMBOLS = 500;
const LARGE_SYMBOLS = 8000;
/** 199 histories of 20 years are a million rows. */
const GATE_SYMBOLS = 199;
/** A round in memory is short, so more of them cost little. */
const GATE_ROUNDS_FACTOR = 5;

/** What an Indian watchlist and its proxies come to, and packets of a session of theirs. */
const TICK_TOKENS = 200;
const TICKS = 2_000_000;
const BAR_TICKS = 5_000_000;
/** One packet in so many comes twice, or behind the next of its token. */
const DISORDER_EVERY = 2000;
const SDK_SAMPLE = 10_000;
const LOAD = { tokens: 3000, packetsPerSecond: 10_000, seconds: 60 };

type Options = {
  readonly folder: string;
  readonly rounds: number;
  readonly seed: number;
  readonly symbols: number | undefined;
  readonly ticks: number | undefined;
};

const BENCHMARKS: { readonly [name: string]: (options: Options) => Promise<BenchResult> } = {
  build: (options) =>
    benchBuild({ ...options, size: sizeOf(options, BUILD_SYMBOLS), withPandas: true }),
  gate: ({ rounds, ...options }) =>
    benchGate({ size: sizeOf(options, GATE_SYMBOLS), rounds: rounds * GATE_ROUNDS_FACTOR }),
  rerun: (options) => benchRerun({ ...options, size: sizeOf(options, BUILD_SYMBOLS) }),
  ticks: (options) =>
    benchTicks({
      ...options,
      size: { ...ticksOf(options, TICKS), duplicateEvery: DISORDER_EVERY },
      sample: SDK_SAMPLE,
    }),
  bars: (options) => benchBars({ ...options, size: ticksOf(options, BAR_TICKS), withPandas: true }),
  "stream-load": ({ folder, seed }) => benchStreamLoad({ ...LOAD, folder, seed }),
  "build-large": (options) => benchLargeBuild({ ...options, size: sizeOf(options, LARGE_SYMBOLS) }),
};
const ALWAYS = ["build", "gate", "rerun", "ticks", "bars"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seed: { type: "string", default: "7" },
    symbols: { type: "string" },
    ticks: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const unknown = positionals.filter((name) => !(name in BENCHMARKS));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`no benchmark is called ${unknown.join(", ")}`);
  console.log(HELP);
  process.exit(unknown.length > 0 ? 2 : 0);
}
process.exitCode = await runAll(positionals.length > 0 ? positionals : ALWAYS);

async function runAll(names: readonly string[]): Promise<number> {
  const machine = describeMachine();
  console.log(machine.says);
  const results: BenchResult[] = [];
  for (const name of names) {
    const folder = mkdtempSync(join(tmpdir(), "meridian-bench-"));
    try {
      const { rounds, seed, symbols, ticks } = values;
      const options = {
        folder,
        rounds: Number(rounds),
        seed: Number(seed),
        symbols: symbols === undefined ? undefined : Number(symbols),
        ticks: ticks === undefined ? undefined : Number(ticks),
      };
      const result = await BENCHMARKS[name]?.(options);
      if (!result) continue;
      results.push(result);
      console.log(`\n${describeResult(result).join("\n")}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
  }
  return results.every(({ bounds }) => bounds.every((bound) => bound.holds)) ? 0 : 1;
}

function sizeOf(options: Pick<Options, "seed" | "symbols">, symbols: number): InputSize {
  return { ...TWENTY_YEARS, symbols: options.symbols ?? symbols, seed: options.seed };
}

function ticksOf({ seed, ticks }: Pick<Options, "seed" | "ticks">, count: number): TickSize {
  const input = { seed, tokens: TICK_TOKENS, ticks: ticks ?? count };
  return { ...input, duplicateEvery: 0, reorderEvery: DISORDER_EVERY };
}
