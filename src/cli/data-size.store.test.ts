/** The size of the data folder, with all that lies in it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { measureData } from "./data-size-store.ts";

const makeFolder = temporaryFolders();

test("counts every file once, however deep it lies", () => {
  const folder = makeFolder();
  const files: [string, number][] = [
    ["raw/us/2026-05-18/daily/SPY.csv", 100],
    ["raw/us/2026-05-19/daily/SPY.csv", 50],
    ["analytics/us/raw/part.parquet", 30],
    ["workspace-kind", 7],
  ];
  for (const [name, bytes] of files) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), "x".repeat(bytes));
  }
  expect(measureData(folder)).toEqual({ bytes: 187, isWhole: true });
});

test("of a folder that is not there is nothing", () => {
  expect(measureData(join(makeFolder(), "data"))).toEqual({ bytes: 0, isWhole: true });
});
