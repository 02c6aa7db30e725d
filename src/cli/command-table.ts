/** The closed list of commands: its groups, and those that are in none. What each does lies in `commands/`. */
import type { CommandSpec } from "./command-spec.ts";
import { INDIA_COMMANDS } from "./commands-india.ts";
import { LEDGER_COMMANDS } from "./commands-ledger.ts";
import { TRUTH_COMMANDS } from "./commands-truth.ts";
import { US_COMMANDS } from "./commands-us.ts";

export const GROUPS: { readonly [name: string]: string } = {
  us: "US equities: fetch, import, build",
  india: "Indian equities: fetch, stream, import, build",
  gate: "the gates of governed time",
  truth: "governed time: where it stands, and what people decide about data",
  calendar: "the exchange calendars",
  ledger: "the audit chain and the Decision Ledger",
};

/** Commands that belong to no group, in the order of the help. */
const TOP_COMMANDS: readonly CommandSpec[] = [
  {
    name: "demo",
    description:
      "run two US evenings and an Indian session offline on SYNTHETIC data, in ./demo-workspace",
    options: [
      { form: "--no-serve", says: "end after the run (there is nothing to serve yet)" },
      { form: "--seed <number>", says: "seed of the synthetic market", fallback: "7" },
    ],
    example: "meridian demo --no-serve",
    ownWorkspace: "demo-workspace",
    load: async () => (await import("./commands/demo.ts")).runDemo,
  },
  {
    name: "status",
    description: "where the markets stand, and the next command for each",
    example: "meridian status --json",
    isDefault: true,
    looksOnly: true,
    load: async () => (await import("./commands/status.ts")).runStatus,
  },
  {
    name: "init",
    description: "write the commented settings of a new workspace",
    options: [
      { form: "--synthetic", says: "mark the workspace for SYNTHETIC data only" },
      { form: "--print", says: "print the settings with their defaults and write nothing" },
    ],
    example: "meridian init --workspace ~/markets",
    load: async () => (await import("./commands/init.ts")).runInit,
  },
  {
    name: "doctor",
    description: "check credentials, budget, disk, clock, calendars and stored files",
    options: [
      { form: "--deep", says: "read every file of the snapshot and of raw, and compare digests" },
      { form: "--gc", says: "delete snapshots that nothing names any more" },
      { form: "--offline", says: "do not try to reach the vendor's host" },
    ],
    example: "meridian doctor --deep",
    looksOnly: true,
    load: async () => (await import("./commands/doctor.ts")).runDoctor,
  },
];

export const COMMANDS: readonly CommandSpec[] = [
  ...TOP_COMMANDS,
  ...US_COMMANDS,
  ...INDIA_COMMANDS,
  ...TRUTH_COMMANDS,
  ...LEDGER_COMMANDS,
];
