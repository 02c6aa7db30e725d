/** The benchmarks of whole processes at a small size: all sides run and agree; times are not judged. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { testSeed } from "../tests/support/depth.ts";
import { benchBuild } from "./build-bench.ts";
import { benchRerun } from "./rerun-bench.ts";

const makeFolder = temporaryFolders();
/** Among 22 symbols some have a second payload and some came before their session was over. */
const SIZE = { symbols: 22, from: "2024-12-02", to: "2025-12-31", seed: testSeed() };

test("our build and the SQL script write the same rows", async () => {
  const folder = makeFolder();
  const result = await benchBuild({ folder, size: SIZE, rounds: 1, withPandas: false });
  expect(result.equal).toHaveLength(2);
  expect(result.sides.map((side) => side.name)).toEqual(["us build", "DuckDB SQL"]);
  for (const side of result.sides) {
    expect(side.seconds).toHaveLength(1);
    expect(side.peakMib?.[0]).toBeGreaterThan(10);
  }
  expect(readFileSync(join(folder, "workspace", "data", "workspace-kind"), "utf8")).toBe(
    "synthetic\n",
  );
});

test("running again changes no file and adds nothing to the ledger", async () => {
  const result = await benchRerun({ folder: makeFolder(), size: SIZE, rounds: 1 });
  expect(result.notes).toEqual([]);
  const promises = result.bounds.filter((bound) => !bound.name.startsWith("seconds"));
  expect(promises.map(({ name, measured }) => `${name}: ${measured}`)).toEqual([
    "files changed: 0",
    "ledger entries added: 0",
  ]);
});
