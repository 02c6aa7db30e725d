/** The closed list of commands: names, operands, options, help. What each does lies in `commands/`. */
import type { CommandSpec } from "./command-spec.ts";
import {
  DECISION_OPTION,
  LEDGER_MARKET,
  MARKET_OPTION,
  OPERATOR_OPTION,
  REASON_OPTION,
  REVIEW_VERBS,
} from "./shared-options.ts";

export const GROUPS: { readonly [name: string]: string } = {
  us: "US equities: fetch, import, build",
  gate: "the gates of governed time",
  truth: "governed time: where it stands, and what people decide about data",
  calendar: "the exchange calendars",
  ledger: "the audit chain and the Decision Ledger",
};

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "demo",
    description: "run a US daily cycle offline on SYNTHETIC data, in ./demo-workspace",
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
    load: async () => (await import("./commands/doctor.ts")).runDoctor,
  },
  {
    name: "us daily",
    description: "fetch daily closes, series and events that are due",
    example: "meridian us daily",
    load: async () => (await import("./commands/us-fetch.ts")).runUsDaily,
  },
  {
    name: "us symbols",
    description: "fetch the listing of all US symbols (weekly)",
    options: [{ form: "--delisted", says: "also fetch the delisted ones" }],
    example: "meridian us symbols",
    load: async () => (await import("./commands/us-fetch.ts")).runUsSymbols,
  },
  {
    name: "us intraday",
    description: "fetch 5-minute bars with the calls that the daily close leaves",
    example: "meridian us intraday",
    load: async () => (await import("./commands/us-fetch.ts")).runUsIntraday,
  },
  {
    name: "us backfill",
    description: "fetch full history (what the plan allows)",
    options: [
      { form: "--symbols <list>", says: "only these, comma separated" },
      { form: "--resume", says: "skip what an earlier backfill completed" },
    ],
    example: "meridian us backfill --symbols SPY,QQQ --resume",
    load: async () => (await import("./commands/us-fetch.ts")).runUsBackfill,
  },
  {
    name: "us retry",
    description: "try every queued call again, but for those that wait for a quota's reset",
    example: "meridian us retry",
    load: async () => (await import("./commands/us-fetch.ts")).runUsRetry,
  },
  {
    name: "us build",
    description: "raw to staging to analytics",
    options: [
      { form: "--snapshot <id>", says: "make an earlier snapshot again, beside the one in force" },
    ],
    example: "meridian us build",
    load: async () => (await import("./commands/us-build.ts")).runUsBuild,
  },
  {
    name: "us import",
    description: "take your own CSV price history into raw",
    operands: [{ form: "<paths...>", says: "CSV files, or folders of them" }],
    options: [
      { form: "--symbol <symbol>", says: "whose prices the one file holds" },
      {
        form: "--symbol-from-name",
        says: "take the symbol from the file's name (always so in a folder)",
      },
      {
        form: "--basis <basis>",
        says: "what the prices are adjusted for",
        choices: ["raw", "split", "total"],
        required: true,
      },
      {
        form: "--basis-asof <date>",
        says: "day up to which splits are in the prices (default: the day of the import)",
      },
      {
        form: "--class <class>",
        says: "what the symbol is, where no listing says",
        choices: ["stock", "fund", "index"],
      },
      { form: "--dry-run", says: "tell what would happen and write nothing" },
      { form: "--synthetic", says: "the files hold SYNTHETIC data" },
    ],
    example: "meridian us import ./history --basis split --basis-asof 2021-02-05 --dry-run",
    load: async () => (await import("./commands/us-import.ts")).runUsImport,
  },
  {
    name: "us raw",
    description: "the raw files that were received, newest first, with their ids",
    options: [
      { form: "--symbol <symbol>", says: "only files about this symbol" },
      { form: "--limit <count>", says: "how many", fallback: "20" },
    ],
    example: "meridian us raw --symbol SPY",
    load: async () => (await import("./commands/us-raw.ts")).runUsRaw,
  },
  {
    name: "us withdraw",
    description: "make builds ignore a wrong raw file; its bytes stay",
    operands: [{ form: "<raw-id>", says: "id of the raw receipt, RAW-…" }],
    options: [OPERATOR_OPTION, REASON_OPTION],
    example:
      'meridian us withdraw RAW-0123456789abcdef --operator "A. Person" --reason "wrong file"',
    load: async () => (await import("./commands/us-build.ts")).runUsWithdraw,
  },
  {
    name: "gate ingest",
    description: "gate 1: move Canonical Truth Time, or say what holds it",
    options: [MARKET_OPTION],
    example: "meridian gate ingest --market us",
    load: async () => (await import("./commands/gate.ts")).runGateIngest,
  },
  {
    name: "truth status",
    description: "RDT, CTT, TE, what holds time back, and the next command",
    options: [{ ...MARKET_OPTION, required: false, fallback: "us" }],
    example: "meridian truth status --market us",
    load: async () => (await import("./commands/truth-status.ts")).runTruthStatus,
  },
  {
    name: "truth reviews",
    description: "what is parked and waits for a decision",
    options: [
      { ...MARKET_OPTION, required: false, fallback: "us" },
      { form: "--all", says: "also those that were decided, which `truth reopen` takes back" },
    ],
    example: "meridian truth reviews --market us --json",
    load: async () => (await import("./commands/truth-reviews.ts")).runTruthReviews,
  },
  ...(["approve", "reject", "reopen"] as const).map((verb): CommandSpec => ({
    name: `truth ${verb}`,
    description: REVIEW_VERBS[verb],
    operands: [{ form: "[ids...]", says: "ids of reviews, REV-…" }],
    options: [
      { ...MARKET_OPTION, required: false, fallback: "us" },
      { form: "--symbol <symbol>", says: "all of this symbol" },
      { form: "--before <date>", says: "all of sessions before this date" },
      OPERATOR_OPTION,
      REASON_OPTION,
    ],
    example: `meridian truth ${verb} REV-0123456789ab --operator "A. Person" --reason "checked against the exchange"`,
    load: async () => {
      const { runReviewDecision } = await import("./commands/truth-reviews.ts");
      return (context, input) => runReviewDecision(verb, context, input);
    },
  })),
  {
    name: "truth waive",
    description: "let truth time pass a rejected or missing row of a required symbol",
    options: [
      MARKET_OPTION,
      { form: "--session <date>", says: "the session to pass", required: true },
      { form: "--symbol <symbol>", says: "the required symbol", required: true },
      OPERATOR_OPTION,
      REASON_OPTION,
      DECISION_OPTION,
    ],
    example:
      'meridian truth waive --market us --session 2026-05-15 --symbol SPY --operator "A. Person" --reason "vendor outage" --decision D-2026-001',
    load: async () => (await import("./commands/truth-waive.ts")).runTruthWaive,
  },
  {
    name: "calendar show",
    description: "the calendar in force, and the sessions around a date",
    options: [
      { ...MARKET_OPTION, required: false, fallback: "us" },
      { form: "--around <date>", says: "the date to look at (default: newest session received)" },
    ],
    example: "meridian calendar show --market us --around 2026-07-03",
    load: async () => (await import("./commands/calendar.ts")).runCalendarShow,
  },
  {
    name: "calendar import",
    description: "correct the calendar with sessions or closures announced since",
    operands: [
      { form: "<file>", says: "JSON: {closed:[{date,name}], open:[{date,open,close,name}]}" },
    ],
    options: [MARKET_OPTION, OPERATOR_OPTION, DECISION_OPTION],
    example:
      'meridian calendar import closure.json --market us --operator "A. Person" --decision D-2026-002',
    load: async () => (await import("./commands/calendar.ts")).runCalendarImport,
  },
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
