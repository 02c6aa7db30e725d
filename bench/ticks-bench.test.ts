/** The benchmarks of ticks at a small size: answers are equal, whoever gives them; times are not judged. */
import { expect, test } from "vitest";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { testCount, testSeed } from "../tests/support/depth.ts";
import { benchBars } from "./bars-bench.ts";
import { benchTicks } from "./ticks-bench.ts";

const makeFolder = temporaryFolders();
const SIZE = { seed: testSeed(), tokens: 12, ticks: testCount(20_000, 200_000), reorderEvery: 50 };

test("the engine decodes what binary-parser decodes and makes the simulator's candles", async () => {
  const size = { ...SIZE, duplicateEvery: 40 };
  const result = await benchTicks({ folder: makeFolder(), size, sample: 200, rounds: 1 });
  expect(result.input).toMatch(/[1-9]\d* of them repeated and [1-9]\d* out of order/);
  expect(result.equal).toEqual([
    "3000 fields of 200 packets in binary-parser",
    expect.stringMatching(/^\d{4} minute candles in the simulator's truth$/),
  ]);
  expect(result.sides.map(({ seconds }) => seconds.length)).toEqual([1, 1, 1]);
  expect(result.bounds).toHaveLength(3);
});

test("the engine and both ways of SQL make the same bars", async () => {
  const size = { ...SIZE, duplicateEvery: 0 };
  const result = await benchBars({ folder: makeFolder(), size, rounds: 1, withPandas: false });
  expect(result.equal).toEqual([
    expect.stringMatching(/^\d{4} bars in DuckDB SQL$/),
    expect.stringMatching(/^\d{4} bars in DuckDB SQL, by minute$/),
  ]);
  expect(result.notes.at(-1)).toMatch(/^PANDAS IS NOT INSTALLED HERE/);
});
