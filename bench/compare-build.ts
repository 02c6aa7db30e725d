/** Compares what our build and its peers wrote, row by row; prints JSON, ends with 1 on a difference. */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { must } from "#core/assert.ts";

const PRICES = "symbol, session, open, high, low, close, volume, basis, basis_asof, source";
const ANALYTICS = `${PRICES}, revision, known_at`;
const STAGING = `${PRICES}, known_at, raw, line, outcome`;
/** Sums of a symbol's distinct readable rows, in whole units: what pandas is compared by. */
const SUMS = `symbol, count(*) AS n, sum((open * 10000)::BIGINT) AS open, sum((high * 10000)::BIGINT) AS high,
  sum((low * 10000)::BIGINT) AS low, sum((close * 10000)::BIGINT) AS close, sum(volume) AS volume,
  sum(session - DATE '1970-01-01') AS days`;

export type Comparison = {
  readonly what: string;
  readonly ours: number;
  readonly differing: number;
};
const countSchema = z.array(z.object({ n: z.coerce.number() }));

/** `peer` and `pandas` are what the peers wrote; a peer that wrote nothing is left out. */
export async function compareBuild(of: {
  readonly workspace: string;
  readonly peer: string;
  readonly pandas: string;
}): Promise<Comparison[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const parquet = (path: string) => `read_parquet('${path}', hive_partitioning = false)`;
  const ours = (area: string) =>
    parquet(join(of.workspace, "data", area, "us", "prices", "frequency=1d", "*.parquet"));
  const analytics = `SELECT ${ANALYTICS} FROM ${ours("analytics")}`;
  const staging = `SELECT ${STAGING} FROM ${ours("staging")}`;
  const peerOf = (name: string, columns: string) =>
    `SELECT ${columns} FROM ${parquet(join(of.peer, `${name}.parquet`))}`;
  const found = [
    await compare(connection, "analytics rows", analytics, peerOf("analytics", ANALYTICS)),
    await compare(connection, "staging rows and outcomes", staging, peerOf("staging", STAGING)),
  ];
  if (existsSync(of.pandas)) {
    const distinct = `SELECT DISTINCT symbol, session, open, high, low, close, volume FROM ${ours("staging")}
      WHERE session IS NOT NULL AND open + high + low + close + volume IS NOT NULL`;
    const sums = `SELECT ${SUMS} FROM (${distinct}) GROUP BY symbol`;
    found.push(
      await compare(connection, "symbols with equal sums in pandas", sums, `FROM '${of.pandas}'`),
    );
  }
  connection.closeSync();
  instance.closeSync();
  return found;
}

async function compare(
  connection: DuckDBConnection,
  what: string,
  ours: string,
  theirs: string,
): Promise<Comparison> {
  const count = async (query: string): Promise<number> => {
    const reader = await connection.runAndReadAll(`SELECT count(*) AS n FROM (${query})`);
    return must(countSchema.parse(reader.getRowObjectsJson())[0], "a count is one row").n;
  };
  const onlyOurs = await count(`(${ours}) EXCEPT ALL (${theirs})`);
  const onlyTheirs = await count(`(${theirs}) EXCEPT ALL (${ours})`);
  return { what, ours: await count(ours), differing: onlyOurs + onlyTheirs };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      workspace: { type: "string" },
      peer: { type: "string" },
      pandas: { type: "string" },
    },
  });
  const comparisons = await compareBuild({
    workspace: must(values.workspace, "--workspace is given"),
    peer: must(values.peer, "--peer is given"),
    pandas: must(values.pandas, "--pandas is given"),
  });
  console.log(JSON.stringify(comparisons));
}
