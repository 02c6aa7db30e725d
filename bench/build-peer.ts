/** Runs the yardstick of the build, `build-peer.sql`, as a process of its own. */
import { DuckDBInstance } from "@duckdb/node-api";
import { mkdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { must } from "#core/assert.ts";

const { values } = parseArgs({
  options: { raw: { type: "string" }, input: { type: "string" }, output: { type: "string" } },
});
const output = must(values.output, "--output is given");
mkdirSync(output, { recursive: true });
const script = readFileSync(new URL("./build-peer.sql", import.meta.url), "utf8")
  .replaceAll("{raw}", must(values.raw, "--raw is given"))
  .replaceAll("{input}", must(values.input, "--input is given"))
  .replaceAll("{output}", output);
// DuckDB's own settings: all cores, and most of the machine's memory.
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
await connection.run(script);
connection.closeSync();
instance.closeSync();
