/**
 * Every job of the product as a scenario: the workspace it finds, its command, the command an operator
 * gives after it died, and the commands that finish the evening.
 */
import type { FaultRule } from "../alpha-vantage/fault-book.ts";
import { type FaultBase, type FaultJob, type FaultStep, step } from "./fault-step.ts";
import { INDIA_BASES, INDIA_JOBS, INDIA_JOB_NAMES, type IndiaBaseName } from "./india-jobs.ts";

const OPERATOR = ["--operator", "A. Person", "--reason", "checked by hand"];
const MARKET = ["--market", "us"];
const DECISION = "D-2026-001";
/** Tries of one call inside one job, by default. */
const TRIES_PER_CALL = 3;

const withFault = (one: FaultStep, rule: FaultRule): FaultStep => ({
  ...one,
  vendorFaults: [rule],
});

export const BUILD = step("us build");
export const GATE = step("gate ingest", 0, MARKET);
export const RETRY = step("us retry");
export const DAILY = step("us daily");
const DAILY_SERIES = "TIME_SERIES_DAILY_ADJUSTED";
/** The vendor fails on one fund as long as this step is tried. */
const DAILY_IN_PART = withFault(step("us daily", 5), {
  fault: "http_500",
  function: DAILY_SERIES,
  symbol: "HYG",
});
/** The vendor sends an impossible newest row of the benchmark. */
const DAILY_UNSOUND = withFault(DAILY, {
  fault: "high_below_low",
  function: DAILY_SERIES,
  symbol: "SPY",
  args: { rowsBack: 0 },
});
const importing = (path: string, more: readonly string[]): FaultStep =>
  step(`us import {inputs}/${path} --basis raw --class stock --synthetic`, 0, more);
/** Records the decision that waivers and corrections refer to. */
export const DECIDE = step("ledger decide --author Person --id", 0, [
  DECISION,
  "--text",
  "Pass the session",
]);

export type BaseName =
  | "fresh"
  | "listed"
  | "first"
  | "behind"
  | "unbuilt"
  | "built"
  | "imported"
  | "parked"
  | "refused"
  | IndiaBaseName;

/** Workspaces to begin with; each is made once. */
export const BASES: Readonly<Record<BaseName, FaultBase<BaseName>>> = {
  fresh: { from: undefined, vendor: "running", steps: [step("init --synthetic")] },
  listed: { from: "fresh", vendor: "first_evening", steps: [step("us symbols")] },
  first: { from: "listed", vendor: "first_evening", steps: [step("us backfill"), BUILD, GATE] },
  behind: { from: "first", vendor: "second_evening", steps: [DAILY_IN_PART] },
  unbuilt: { from: "first", vendor: "second_evening", steps: [DAILY] },
  built: { from: "unbuilt", vendor: "second_evening", steps: [BUILD] },
  imported: {
    from: "first",
    vendor: "second_evening",
    steps: [importing("CLIFF.csv", ["--symbol", "WRONG"])],
  },
  parked: {
    from: "first",
    vendor: "second_evening",
    steps: [importing("CLIFF.csv", ["--symbol", "CLIFF"]), BUILD],
  },
  refused: {
    from: "first",
    vendor: "second_evening",
    steps: [DAILY_UNSOUND, BUILD, { ...GATE, exit: 3 }, DECIDE],
  },
  ...INDIA_BASES,
};

export const JOB_NAMES = [
  "us-symbols",
  "us-backfill",
  "us-daily",
  "us-retry",
  "us-intraday",
  "us-import",
  "us-withdraw",
  "us-build",
  "gate-ingest",
  "truth-approve",
  "truth-reject",
  "truth-waive",
  "calendar-import",
  "ledger-decide",
  ...INDIA_JOB_NAMES,
] as const;
export type JobName = (typeof JOB_NAMES)[number];

const ASKS_AGAIN = 1;

/** All jobs, each run on the second evening. */
export const JOBS: Readonly<Record<JobName, FaultJob<BaseName>>> = {
  "us-symbols": {
    market: "us",
    base: "fresh",
    step: step("us symbols"),
    finish: [],
    extraRequestsMax: ASKS_AGAIN,
  },
  "us-backfill": {
    market: "us",
    base: "listed",
    step: step("us backfill"),
    again: step("us backfill --resume"),
    finish: [DAILY, BUILD, GATE],
    extraRequestsMax: ASKS_AGAIN,
  },
  "us-daily": {
    market: "us",
    base: "first",
    step: DAILY_IN_PART,
    finish: [RETRY, BUILD, GATE],
    extraRequestsMax: ASKS_AGAIN + TRIES_PER_CALL,
  },
  "us-retry": {
    market: "us",
    base: "behind",
    step: RETRY,
    finish: [BUILD, GATE],
    extraRequestsMax: ASKS_AGAIN,
  },
  "us-intraday": {
    market: "us",
    base: "unbuilt",
    step: step("us intraday"),
    finish: [BUILD],
    extraRequestsMax: ASKS_AGAIN,
  },
  "us-import": {
    market: "us",
    base: "first",
    step: importing("history", []),
    finish: [BUILD],
    extraRequestsMax: 0,
  },
  "us-withdraw": {
    market: "us",
    base: "imported",
    step: step("us withdraw {wrong}", 0, OPERATOR),
    finish: [BUILD],
    extraRequestsMax: 0,
  },
  "us-build": { market: "us", base: "unbuilt", step: BUILD, finish: [GATE], extraRequestsMax: 0 },
  "gate-ingest": { market: "us", base: "built", step: GATE, finish: [], extraRequestsMax: 0 },
  "truth-approve": {
    market: "us",
    base: "parked",
    step: step("truth approve --symbol CLIFF", 0, OPERATOR),
    finish: [BUILD],
    extraRequestsMax: 0,
  },
  "truth-reject": {
    market: "us",
    base: "parked",
    step: step("truth reject --symbol CLIFF", 0, OPERATOR),
    finish: [BUILD],
    extraRequestsMax: 0,
  },
  "truth-waive": {
    market: "us",
    base: "refused",
    step: step(`truth waive --symbol SPY --session 2026-05-19 --decision ${DECISION}`, 0, [
      ...MARKET,
      ...OPERATOR,
    ]),
    finish: [GATE],
    extraRequestsMax: 0,
  },
  "calendar-import": {
    market: "us",
    base: "refused",
    step: step(`calendar import {inputs}/closure.json --decision ${DECISION}`, 0, [
      ...MARKET,
      ...OPERATOR.slice(0, 2),
    ]),
    finish: [BUILD],
    extraRequestsMax: 0,
  },
  "ledger-decide": { market: "us", base: "first", step: DECIDE, finish: [], extraRequestsMax: 0 },
  ...INDIA_JOBS,
};
