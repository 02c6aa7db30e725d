/** Reads analytics as any other tool would: manifest first, then plain Parquet through DuckDB. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { z } from "zod";

const pointerSchema = z.object({ snapshot: z.string() });
const manifestSchema = z.object({
  contentDigest: z.string(),
  files: z.array(z.object({ path: z.string(), rows: z.number(), sha256: z.string() })),
});

/** The manifest of the snapshot in force. */
export function readManifestInForce(
  workspace: string,
  market = "us",
): z.output<typeof manifestSchema> {
  const analytics = join(workspace, "data", "analytics", market);
  const { snapshot } = pointerSchema.parse(
    JSON.parse(readFileSync(join(analytics, "current.json"), "utf8")),
  );
  return manifestSchema.parse(
    JSON.parse(readFileSync(join(analytics, "manifests", `${snapshot}.json`), "utf8")),
  );
}

/** Rows of `SELECT select FROM newest rest`, as JSON text values; `newest` is the newest revision a key. */
export async function queryLake(
  workspace: string,
  folder: string,
  select: string,
  rest: string,
  market = "us",
): Promise<Record<string, unknown>[]> {
  const analytics = join(workspace, "data", "analytics", market);
  const files = readManifestInForce(workspace, market)
    .files.filter((file) => file.path.startsWith(`${folder}/`))
    .map((file) => `'${join(analytics, file.path)}'`);
  if (files.length === 0) return [];
  const key = folder.startsWith("candles")
    ? "symbol, start, kind"
    : folder.includes("5min")
      ? "symbol, start"
      : "symbol, session";
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const reader = await connection.runAndReadAll(
    `WITH newest AS (SELECT * FROM read_parquet([${files.join(", ")}])
       QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY revision DESC) = 1)
     SELECT ${select} FROM newest ${rest}`,
  );
  const rows = reader.getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}
