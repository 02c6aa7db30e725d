/** The quarantine of a snapshot: whole, or not there. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TEMPORARY_SUFFIX } from "#platform/atomic-file.ts";
import { sha256Hex } from "#platform/digest.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { type QuarantinedRow, dropQuarantine, startQuarantine } from "./quarantine-store.ts";

const makeFolder = temporaryFolders();
const row = (line: number, text = "2026-05-15,1,2,3,4"): QuarantinedRow => ({
  dataset: "daily",
  symbol: "SPY",
  session: "2026-05-15",
  raw: "RAW-1",
  line,
  text,
  rules: ["HIGH_BELOW_LOW"],
});
const read = (folder: string) => readFileSync(join(folder, "SNAP-1.ndjson"), "utf8");

describe("a quarantine file", () => {
  test("holds one line a row, with place, text and rules, and has the digest that is given", () => {
    const folder = join(makeFolder(), "new");
    const writer = startQuarantine(folder, "SNAP-1");
    const rows = [row(2), { ...row(3, 'é "quoted"\n'), session: null }];
    for (const one of rows) writer.write(one);
    expect(readdirSync(folder).filter((name) => name.endsWith(".ndjson"))).toEqual([]);
    const digest = writer.publish();
    const text = read(folder);
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toEqual(rows);
    expect(digest).toBe(sha256Hex(text));
  });

  test("of many rows loses none where one buffer ends", () => {
    const folder = makeFolder();
    const writer = startQuarantine(folder, "SNAP-1");
    for (let line = 0; line < 3000; line++) writer.write(row(line, "é".repeat(line % 90)));
    expect(writer.publish()).toBe(sha256Hex(read(folder)));
    expect(read(folder).split("\n")).toHaveLength(3001);
  });

  test("without rows is an empty file, so that its absence means something", () => {
    const folder = makeFolder();
    startQuarantine(folder, "SNAP-1").publish();
    expect(read(folder)).toBe("");
  });

  test("that is abandoned leaves nothing, and one that a killed build left is removed", () => {
    const folder = makeFolder();
    writeFileSync(join(folder, `SNAP-0.ndjson.77${TEMPORARY_SUFFIX}`), "half");
    const writer = startQuarantine(folder, "SNAP-1");
    writer.write(row(2));
    writer.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("quarantines of snapshots that nothing keeps are dropped, and only those", () => {
  const folder = makeFolder();
  for (const id of ["SNAP-1", "SNAP-2"]) startQuarantine(folder, id).publish();
  writeFileSync(join(folder, "notes.txt"), "of the operator");
  expect(dropQuarantine(folder, new Set(["SNAP-2"]))).toEqual(["SNAP-1.ndjson"]);
  expect(readdirSync(folder).sort()).toEqual(["SNAP-2.ndjson", "notes.txt"]);
  expect(dropQuarantine(join(folder, "absent"), new Set())).toEqual([]);
});
