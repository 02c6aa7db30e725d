/**
 * Gate 1 over rows in memory against DuckDB SQL with the same rules over the same rows. Both give a
 * list of reasons for every row, and the lists are compared row by row before a time counts.
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { settingsSchema } from "#contracts/settings.ts";
import { assert, must } from "#core/assert.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { limitsOf } from "#curation/build-limits.ts";
import { type SymbolJudgement, judgeSymbol } from "#curation/judge-symbol.ts";
import { createReusedColumns } from "#curation/reused-columns.ts";
import type { SymbolRows } from "#curation/symbol-rows.ts";
import { usCalendar } from "#markets/us/us-calendar.ts";
import { indexSessions, rulesOf } from "#truth/gate1/row-rules.ts";
import { type BenchResult, boundOf, medianOf, ratiosOf } from "./bench-result.ts";
import { gateRows, loadGateTables } from "./gate-rows.ts";
import type { InputSize } from "./land-input.ts";

/** Gate 1 must take at most this share of the time of the SQL. */
const RATIO_MAX = 0.25;
const SCRIPT = readFileSync(new URL("./gate-peer.sql", import.meta.url), "utf8");
const PEER_TABLES = ["judged", "sorted", "repeated", "drift", "result"];
const NO_REASONS: readonly string[] = [];
const LARGE_MOVE: readonly string[] = ["LARGE_MOVE"];

export type GateBenchOptions = { readonly size: InputSize; readonly rounds: number };

export async function benchGate({ size, rounds }: GateBenchOptions): Promise<BenchResult> {
  const calendar = usCalendar([]);
  const all = gateRows(size, calendar);
  const rows = all.reduce((sum, { table }) => sum + table.length, 0);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await loadGateTables(connection, all, calendar);
    const judge = createGate(calendar);
    await runPeer(connection);
    const failing = await compareReasons(connection, judge(all, rows));
    const ours: number[] = [];
    const peer: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(secondsOf(() => judge(all, rows)));
      peer.push(await runPeer(connection));
    }
    const sides = [
      { name: "gate 1", seconds: ours },
      { name: "DuckDB SQL", seconds: peer },
    ] as const;
    const ratio = medianOf(ratiosOf(sides[0], sides[1]));
    return {
      name: "gate",
      input: `${rows} rows of ${all.length} symbols in memory, reasons for every row`,
      equal: [`the reasons of all ${rows} rows, ${failing} of which have some`],
      sides,
      bounds: [
        boundOf({ name: "gate 1 / SQL", measured: ratio, limit: RATIO_MAX, kind: "at_most" }),
      ],
      notes: [],
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The reasons of each row of all symbols: its place in `lists`, the first of which is empty. */
type RowReasons = { readonly listOf: Uint32Array; readonly lists: (readonly string[])[] };

/** Judges all symbols and gives every row its list of reasons, as the SQL does. */
function createGate(calendar: ReturnType<typeof usCalendar>) {
  const sessions = indexSessions(calendar);
  const limits = limitsOf(settingsSchema.parse({}).thresholds);
  const columns = createReusedColumns();
  const context = { market: "us", sessions, limits, decisions: new Map() };
  return (all: readonly SymbolRows[], rows: number): RowReasons => {
    const given: RowReasons = { listOf: new Uint32Array(rows), lists: [NO_REASONS] };
    let from = 0;
    for (const symbol of all) {
      listReasons(symbol, judgeSymbol(symbol, context, columns), given, from);
      from += symbol.table.length;
    }
    return given;
  };
}

/** A parked row names its review's rule, a listed one that it is a large move. */
function listReasons(
  { table }: SymbolRows,
  judgement: SymbolJudgement,
  { listOf, lists }: RowReasons,
  from: number,
): void {
  const { reasons, quarantined, parked, reviews, largeMoves } = judgement;
  const ruleOfDay = new Map(reviews.map(({ session, rule }) => [session, rule]));
  const give = (row: number, list: readonly string[]): void => {
    listOf[from + row] = lists.push(list) - 1;
  };
  for (const row of quarantined) give(row, rulesOf(reasons[row] ?? 0));
  for (const row of parked) {
    const session = dateOfDayNumber(table.day[row] ?? 0);
    give(row, [must(ruleOfDay.get(session), "a parked row has a review")]);
  }
  for (const { row } of largeMoves) give(row, LARGE_MOVE);
}

async function runPeer(connection: DuckDBConnection): Promise<number> {
  for (const table of PEER_TABLES) await connection.run(`DROP TABLE IF EXISTS ${table}`);
  const startedMs = performance.now();
  await connection.run(SCRIPT);
  return (performance.now() - startedMs) / 1000;
}

function secondsOf(work: () => unknown): number {
  const startedMs = performance.now();
  work();
  return (performance.now() - startedMs) / 1000;
}

const reasonsSchema = z.array(z.object({ id: z.coerce.number(), reasons: z.string() }));

/** Throws where the two sides differ; returns how many rows have reasons. */
async function compareReasons(connection: DuckDBConnection, ours: RowReasons): Promise<number> {
  const reader = await connection.runAndReadAll(
    `SELECT id, array_to_string(reasons, ' ') AS reasons FROM result WHERE len(reasons) > 0 ORDER BY id`,
  );
  const theirs = new Map(
    reasonsSchema.parse(reader.getRowObjectsJson()).map((row) => [row.id, row.reasons]),
  );
  for (const [id, list] of ours.listOf.entries()) {
    const reasons = must(ours.lists[list], "a row has a list");
    const expected = theirs.get(id) ?? "";
    assert(
      reasons.join(" ") === expected,
      `row ${id}: gate 1 says "${reasons.join(" ")}", SQL "${expected}"`,
    );
  }
  return theirs.size;
}
