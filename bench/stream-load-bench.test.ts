/** The load from a socket, for some seconds: nothing is lost; times are not judged. */
import { expect, test } from "vitest";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { testCount, testSeed } from "../tests/support/depth.ts";
import { benchStreamLoad } from "./stream-load-bench.ts";

const makeFolder = temporaryFolders();

test("every packet that the simulator sends is received, written and counted once", async () => {
  const result = await benchStreamLoad({
    folder: makeFolder(),
    seed: testSeed(),
    tokens: 1200,
    packetsPerSecond: testCount(2000, 10_000),
    seconds: testCount(2, 10),
  });
  expect(result.input).toMatch(/^1200 tokens on 2 connections/);
  const counts = result.bounds.slice(0, 2).map(({ name, measured }) => `${name}: ${measured}`);
  expect(counts).toEqual([
    "packets sent and not received: 0",
    "packets received and not written and counted: 0",
  ]);
  expect(result.notes.at(-1)).toBe("anomalies 0, gaps 0, late 0, duplicates 0");
  expect(result.notes[0]).not.toMatch(/NaN/);
});
