/** The commands of governed time and of the calendars it counts in. */
import type { CommandSpec } from "./command-spec.ts";
import {
  DECISION_OPTION,
  MARKET_OPTION,
  OPERATOR_OPTION,
  REASON_OPTION,
  REVIEW_VERBS,
} from "./shared-options.ts";

export const TRUTH_COMMANDS: readonly CommandSpec[] = [
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
];
