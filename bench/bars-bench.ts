/**
 * Ticks to one-minute bars: the engine, which takes packets one at a time with seals and a policy for late
 * ones, against DuckDB's SQL and against pandas over the same ticks as typed columns in memory. All bars are
 * compared row by row before a time counts.
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { assert, must } from "#core/assert.ts";
import { fillTable } from "#lake/column-chunk-store.ts";
import { appendCandle, candleAt, createCandleTable } from "#markets/india/candles/candle-table.ts";
import { createTickEngine, type TickEngine } from "#markets/india/candles/tick-engine.ts";
import {
  type BenchResult,
  type Bound,
  type Side,
  boundOf,
  medianOf,
  ratiosOf,
} from "./bench-result.ts";
import { type Pandas, findPandas } from "./find-pandas.ts";
import { runChild } from "./measured-child.ts";
import { loadTicks, tickCellsOf, writeTicks } from "./tick-columns.ts";
import { type TickInput, type TickSize, makeTickInput, midnightMsOf } from "./tick-input.ts";

const SQL_RATIO_MAX = 1;
const PANDAS_RATIO_MIN = 3;
const MS_PER_MINUTE = 60_000;
const UNITS_PER_PAISA = 100;
const COLUMNS = "slot, minute, open, high, low, close, volume, vwap, ticks";
const TYPES = `slot INTEGER, minute INTEGER, open BIGINT, high BIGINT, low BIGINT, close BIGINT,
  volume DOUBLE, vwap DOUBLE, ticks BIGINT`;

export type BarsBenchOptions = {
  readonly folder: string;
  readonly size: TickSize;
  readonly rounds: number;
  readonly withPandas: boolean;
};

type Runner = { readonly name: string; readonly run: () => Promise<number> };

export async function benchBars(options: BarsBenchOptions): Promise<BenchResult> {
  const { folder, size, rounds, withPandas } = options;
  const input = makeTickInput(size);
  const cells = tickCellsOf(input);
  const pandas = withPandas ? findPandas() : undefined;
  // DuckDB's own settings: all cores, and most of the machine's memory.
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await loadTicks(connection, cells);
    if (pandas) writeTicks(folder, cells);
    const runners = [
      engineRunner(input),
      sqlRunner(connection, "DuckDB SQL", "bars-peer.sql", input),
      sqlRunner(connection, "DuckDB SQL, by minute", "bars-peer-by-minute.sql", input),
      ...(pandas ? [pandasRunner(pandas, folder, input)] : []),
    ];
    const equal = await compareAll(connection, input, runners, join(folder, "bars.csv"));
    const sides = await runInTurn(runners, rounds);
    return {
      name: "bars",
      input: `${input.frames} ticks of ${size.tokens} tokens, ${input.reordered} of them out of order`,
      equal,
      sides,
      bounds: boundsOf(sides),
      notes: notesOf(sides, pandas !== undefined),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function engineRunner(input: TickInput): Runner {
  return { name: "engine", run: () => Promise.resolve(secondsOf(() => void aggregate(input))) };
}

function aggregate({ stretches }: TickInput): TickEngine {
  const engine = createTickEngine();
  for (const stretch of stretches) engine.applyRecords(stretch);
  return engine;
}

function secondsOf(work: () => void): number {
  const startedMs = performance.now();
  work();
  return (performance.now() - startedMs) / 1000;
}

function sqlRunner(
  connection: DuckDBConnection,
  name: string,
  file: string,
  input: TickInput,
): Runner {
  const { open, close } = hoursOf(input);
  const script = readFileSync(new URL(file, import.meta.url), "utf8")
    .replaceAll("{open}", String(open))
    .replaceAll("{close}", String(close));
  return {
    name,
    run: async () => {
      await connection.run("DROP TABLE IF EXISTS bars");
      const startedMs = performance.now();
      await connection.run(script);
      return (performance.now() - startedMs) / 1000;
    },
  };
}

function pandasRunner(pandas: Pandas, folder: string, input: TickInput): Runner {
  const { open, close } = hoursOf(input);
  const bars = join(folder, "bars.csv");
  return {
    name: `pandas ${pandas.version}`,
    run: async () => {
      const asked = ["bench/bars_pandas_peer.py", folder, String(open), String(close), bars];
      return (await runChild(pandas.command, asked)).usage.insideSeconds;
    },
  };
}

/** Minutes after midnight in India. */
function hoursOf(input: TickInput): { readonly open: number; readonly close: number } {
  const midnight = midnightMsOf(input) / MS_PER_MINUTE;
  return { open: input.plan.openMinute - midnight, close: input.plan.closeMinute - midnight };
}

/** Runs every peer once and throws where its bars are not the engine's. */
async function compareAll(
  connection: DuckDBConnection,
  input: TickInput,
  runners: readonly Runner[],
  pandasBars: string,
): Promise<string[]> {
  const bars = await loadOurBars(connection, input);
  const equal: string[] = [];
  for (const { name, run } of runners.slice(1)) {
    await run();
    const theirs = name.startsWith("pandas") ? `read_csv('${pandasBars}')` : "bars";
    await connection.run(`CREATE OR REPLACE TABLE theirs (${TYPES})`);
    await connection.run(`INSERT INTO theirs SELECT ${COLUMNS} FROM ${theirs}`);
    const differing =
      (await countOf(connection, "FROM ours EXCEPT ALL FROM theirs")) +
      (await countOf(connection, "FROM theirs EXCEPT ALL FROM ours"));
    assert(differing === 0, `${name}: ${differing} bars differ of ${bars}`);
    equal.push(`${bars} bars in ${name}`);
  }
  return equal;
}

/** Makes the table `ours` of the candles that the engine sealed. Returns how many there are. */
async function loadOurBars(connection: DuckDBConnection, input: TickInput): Promise<number> {
  const batches = aggregate(input).drainSealed();
  const all = createCandleTable(must(batches[0], "a session has minutes").candles.symbols);
  for (const { candles } of batches) {
    for (let row = 0; row < candles.length; row++) appendCandle(all, candleAt(candles, row));
  }
  assert(!all.incomplete.includes(1), "nothing of the input is in doubt");
  const midnight = midnightMsOf(input) / MS_PER_MINUTE;
  const price = (name: "open" | "high" | "low" | "close") =>
    ({ name, kind: "int64", cells: all[name].map((units) => units / UNITS_PER_PAISA) }) as const;
  await fillTable(
    connection,
    "sealed",
    [
      { name: "slot", kind: "int32", cells: all.symbol },
      { name: "minute", kind: "int32", cells: all.startMinute.map((minute) => minute - midnight) },
      ...(["open", "high", "low", "close"] as const).map(price),
      { name: "volume", kind: "double", cells: all.volume },
      { name: "vwap", kind: "double", cells: all.vwap },
      { name: "ticks", kind: "int32", cells: all.tickCount },
    ],
    all.length,
  );
  await connection.run(`CREATE TABLE ours (${TYPES})`);
  await connection.run(`INSERT INTO ours SELECT ${COLUMNS} FROM sealed`);
  return all.length;
}

const countSchema = z.array(z.object({ n: z.coerce.number() }));

async function countOf(connection: DuckDBConnection, query: string): Promise<number> {
  const reader = await connection.runAndReadAll(`SELECT count(*) AS n FROM (${query})`);
  return must(countSchema.parse(reader.getRowObjectsJson())[0], "a count is one row").n;
}

async function runInTurn(runners: readonly Runner[], rounds: number): Promise<Side[]> {
  const seconds = runners.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, runner] of runners.entries()) seconds[at]?.push(await runner.run());
  }
  return runners.map(({ name }, at) => ({ name, seconds: seconds[at] ?? [] }));
}

function boundsOf(sides: readonly Side[]): Bound[] {
  const [ours, sql, , pandas] = sides;
  assert(ours !== undefined && sql !== undefined, "the engine and the SQL are always run");
  const bounds = [
    boundOf({
      name: "engine / SQL",
      measured: medianOf(ratiosOf(ours, sql)),
      limit: SQL_RATIO_MAX,
      kind: "at_most",
    }),
  ];
  if (pandas === undefined) return bounds;
  const measured = medianOf(ratiosOf(pandas, ours));
  return [
    ...bounds,
    boundOf({ name: "pandas / engine", measured, limit: PANDAS_RATIO_MIN, kind: "at_least" }),
  ];
}

function notesOf(sides: readonly Side[], hasPandas: boolean): string[] {
  const [ours, , byMinute] = sides;
  assert(ours !== undefined && byMinute !== undefined, "the engine and the SQL are always run");
  const ratio = medianOf(ratiosOf(ours, byMinute)).toFixed(2);
  const notes = [
    "the engine reads packets of bytes on one core; the others have typed columns and all cores",
    `by minute: the SQL rewritten so that windows run over minutes, for comparison only: engine / it ${ratio}`,
  ];
  if (hasPandas) return notes;
  return [
    ...notes,
    "PANDAS IS NOT INSTALLED HERE (Debian: python3-pandas); THAT BOUND WAS NOT MEASURED",
  ];
}
