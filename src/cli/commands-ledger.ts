/** The commands of the audit chain and the Decision Ledger. */
import type { CommandSpec } from "./command-spec.ts";
import { LEDGER_MARKET } from "./shared-options.ts";

export const LEDGER_COMMANDS: readonly CommandSpec[] = [
  {
    name: "ledger tail",
    description: "the newest entries",
    options: [LEDGER_MARKET, { form: "--limit <count>", says: "how many", fallback: "20" }],
    example: "meridian ledger tail --market us --limit 5",
    load: async () => (await import("./commands/ledger.ts")).runLedgerTail,
  },
  {
    name: "ledger head",
    description: "the head of each chain, to keep elsewhere",
    options: [LEDGER_MARKET],
    example: "meridian ledger head",
    load: async () => (await import("./commands/ledger.ts")).runLedgerHead,
  },
  {
    name: "ledger verify",
    description: "check every row of every chain; exit 3 when one is broken",
    options: [
      LEDGER_MARKET,
      { form: "--head <hash>", says: "a head kept from before: finds a cut tail" },
    ],
    example: "meridian ledger verify --market us --head 5f2c…",
    load: async () => (await import("./commands/ledger.ts")).runLedgerVerify,
  },
  {
    name: "ledger decide",
    description: "record a decision in the Decision Ledger",
    options: [
      { form: "--id <id>", says: "D-…", required: true },
      { form: "--text <text>", says: "what was decided, and why", required: true },
      { form: "--author <name>", says: "who decided", required: true },
      { form: "--refers <id>", says: "an earlier decision this one is about" },
    ],
    example:
      'meridian ledger decide --id D-2026-001 --text "Pass 2026-05-15 without SPY" --author "A. Person"',
    load: async () => (await import("./commands/ledger.ts")).runLedgerDecide,
  },
];
