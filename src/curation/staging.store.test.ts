/** The staging folder: what a build deletes of it, and what belongs to a running stream. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { removeStaging } from "./staging-store.ts";

const makeFolder = temporaryFolders();

function stagingWith(...paths: string[]): string {
  const folder = join(makeFolder(), "staging");
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "part");
  }
  return folder;
}
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .toSorted();

const PATHS = [
  "snapshot.json",
  "prices/frequency=1d/daily.parquet",
  "candles/interval=1m/rest.parquet",
  "candles/session=2026-08-03/live.parquet",
];

test("is deleted whole where nothing is to be kept", () => {
  const folder = stagingWith(...PATHS);
  removeStaging(folder);
  expect(readdirSync(dirname(folder))).toEqual([]);
  expect(() => removeStaging(folder)).not.toThrow();
});

test("keeps what begins as it is told, and nothing else", () => {
  const folder = stagingWith(...PATHS);
  removeStaging(folder, ["candles/session="]);
  expect(filesIn(folder)).toEqual(["live.parquet"]);
  expect(readdirSync(join(folder, "candles"))).toEqual(["session=2026-08-03"]);
});

test("that is not there needs no deleting", () => {
  expect(() => removeStaging(join(makeFolder(), "none"), ["candles/session="])).not.toThrow();
});
