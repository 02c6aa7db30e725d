/** The engine sees its own folders and nothing else, and no statement can change that. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DuckDbSession, openDuckDb, sqlText } from "./duckdb-store.ts";

let root: string;
let session: DuckDbSession;
const inside = () => join(root, "inside");

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "meridian-fence-"));
  mkdirSync(inside());
  writeFileSync(join(inside(), "own.csv"), "a\n1\n");
  writeFileSync(join(root, "secret.csv"), "a\n2\n");
  session = await openDuckDb({ folders: [inside()], temporaryDir: join(root, "tmp") });
});
afterAll(() => {
  session.close();
  rmSync(root, { recursive: true });
});

describe.each(["connection", "filling"] as const)("the fenced %s", (which) => {
  const query = async (sql: string) =>
    (await session[which].runAndReadAll(sql)).getRowObjectsJson();

  test("reads and writes inside its folders", async () => {
    const own = sqlText(join(inside(), "own.csv"));
    expect(await query(`SELECT a::INTEGER AS a FROM read_csv(${own})`)).toEqual([{ a: 1 }]);
    const target = sqlText(join(inside(), `${which}.parquet`));
    await query(`COPY (SELECT 1 AS a) TO ${target} (FORMAT parquet)`);
    expect(await query(`SELECT a FROM read_parquet(${target})`)).toEqual([{ a: 1 }]);
  });

  test.each([
    ["read a file outside", () => `SELECT * FROM read_csv(${sqlText(join(root, "secret.csv"))})`],
    [
      "read above by dots",
      () => `SELECT * FROM read_csv(${sqlText(join(inside(), "..", "secret.csv"))})`,
    ],
    [
      "read above by dots that are spelled out",
      () => `SELECT * FROM read_csv(${sqlText(`${inside()}/../secret.csv`)})`,
    ],
    ["read a text outside", () => `SELECT * FROM read_text(${sqlText(join(root, "secret.csv"))})`],
    ["list a folder outside", () => `SELECT * FROM glob(${sqlText(join(root, "*"))})`],
    ["write outside", () => `COPY (SELECT 1) TO ${sqlText(join(root, "out.csv"))}`],
    ["attach a database", () => `ATTACH ${sqlText(join(root, "other.db"))} AS other`],
    ["install an extension", () => "INSTALL httpfs"],
    ["load an extension", () => "LOAD httpfs"],
    ["reach the network", () => "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')"],
    ["open the fence again", () => "SET enable_external_access = true"],
    ["widen the fence", () => "SET allowed_directories = ['/']"],
    ["unlock the configuration", () => "SET lock_configuration = false"],
    ["turn extensions on", () => "SET autoinstall_known_extensions = true"],
    ["change the memory limit", () => "SET memory_limit = '64GB'"],
  ])("cannot %s", async (_, sqlOf) => {
    await expect(query(sqlOf())).rejects.toThrow();
  });

  test("thinks in UTC whatever the machine's zone", async () => {
    const rows = await query("SELECT (TIMESTAMPTZ '2026-01-01 00:00:00+00')::VARCHAR AS at");
    expect(rows).toEqual([{ at: "2026-01-01 00:00:00+00" }]);
  });
});

test("no table name is given twice in a session", () => {
  const names = Array.from({ length: 5 }, () => session.nextTable());
  expect(new Set(names).size).toBe(5);
});

test("quotes in a text of SQL end nothing", async () => {
  const text = "it's ''quoted'' \\ and \n more";
  const rows = (
    await session.connection.runAndReadAll(`SELECT ${sqlText(text)} AS t`)
  ).getRowObjectsJson();
  expect(rows).toEqual([{ t: text }]);
});
