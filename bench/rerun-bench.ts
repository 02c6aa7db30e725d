/** Runs again with nothing new: fast, and not a byte of the data changes, nor does the ledger grow. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openLedger } from "#ledger/ledger-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import { systemClock } from "#platform/system-clock.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { type BenchResult, boundOf, medianOf } from "./bench-result.ts";
import { buildFromRaw, sideOf } from "./build-bench.ts";
import { type InputSize, landInput } from "./land-input.ts";
import { type ChildUsage, runNode } from "./measured-child.ts";
import { changedFiles, digestTree } from "./tree-digest.ts";

const SECONDS_MAX = 1;
const COMMANDS = [
  ["us", "build"],
  ["gate", "ingest", "--market", "us"],
] as const;
/** The first moves CTT as far as it goes, the second notes once what holds it there. */
const SETTLING_RUNS = 2;
/** Gate 1 may hold the market; that it says the same again is what counts here. */
const GATE_EXIT_CODES = [0, 3, 4];

export type RerunBenchOptions = {
  readonly folder: string;
  readonly size: InputSize;
  readonly rounds: number;
};

export async function benchRerun({
  folder,
  size,
  rounds,
}: RerunBenchOptions): Promise<BenchResult> {
  const workspace = join(folder, "workspace");
  const landed = landInput(workspace, size);
  await buildFromRaw(workspace);
  const data = join(workspace, "data");
  const run = async (command: readonly string[]) =>
    await runNode("src/cli/main.ts", [...command, "--workspace", workspace], GATE_EXIT_CODES);
  for (let time = 0; time < SETTLING_RUNS; time++) {
    for (const command of COMMANDS) await run(command);
  }
  const before = digestTree(data);
  const entriesBefore = ledgerEntries(workspace);
  const usages = COMMANDS.map((): ChildUsage[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, command] of COMMANDS.entries()) usages[at]?.push((await run(command)).usage);
  }
  const changed = changedFiles(before, digestTree(data));
  const sides = COMMANDS.map((command, at) => sideOf(command.join(" "), usages[at] ?? []));
  const { length: files } = Object.keys(before);
  return {
    name: "rerun",
    input: `${size.symbols} symbols, ${landed.rows} rows, ${files} files of data, nothing new`,
    equal: [],
    sides,
    bounds: [
      ...sides.map((side) =>
        boundOf({
          name: `seconds of ${side.name}`,
          measured: medianOf(side.seconds),
          limit: SECONDS_MAX,
          kind: "at_most",
        }),
      ),
      boundOf({ name: "files changed", measured: changed.length, limit: 0, kind: "at_most" }),
      boundOf({
        name: "ledger entries added",
        measured: ledgerEntries(workspace) - entriesBefore,
        limit: 0,
        kind: "at_most",
      }),
    ],
    notes: changed.map((path) => `changed: ${path}`),
  };
}

function ledgerEntries(folder: string): number {
  const path = workspaceAt(folder).statePath("us");
  if (!existsSync(path)) return 0;
  const database = openStateStore(path);
  try {
    return openLedger(database, "us", systemClock()).head().seq;
  } finally {
    database.close();
  }
}
