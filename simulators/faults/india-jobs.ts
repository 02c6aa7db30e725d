/** India's jobs as scenarios: a session, its vendor's files and candles, the operator's own minutes. */
import { type FaultBase, type FaultJob, type FaultStep, step } from "./fault-step.ts";

export type IndiaBaseName =
  | "india_fresh"
  | "india_listed"
  | "india_ready"
  | "india_slow"
  | "india_streamed"
  | "india_unbuilt";

export const INDIA_JOB_NAMES = [
  "india-instruments",
  "india-history",
  "india-import",
  "india-build",
  "india-stream",
] as const;

/** A whole session of its feed. */
const INDIA_STREAM: FaultStep = {
  words: ["india", "stream", "--clock", "feed", "--json"],
  exit: 0,
  streams: true,
};
const INDIA_BUILD = step("india build");
const INDIA_IMPORT = step(
  "india import {inputs}/minutes --interval 1m --label start --basis raw --symbol-from-name --synthetic",
);
const ASKS_AGAIN = 1;
/** Each process opens a session of the vendor's and ends it. */
const LOGIN_AND_OUT = 2;

/** All begin with the US bases' fresh workspace. */
export const INDIA_BASES: Readonly<Record<IndiaBaseName, FaultBase<IndiaBaseName | "fresh">>> = {
  india_fresh: { from: "fresh", vendor: "india_evening", steps: [] },
  india_listed: {
    from: "india_fresh",
    vendor: "india_evening",
    steps: [step("india instruments")],
  },
  india_ready: { from: "india_listed", vendor: "india_day", steps: [] },
  india_slow: { from: "india_listed", vendor: "india_slow_day", steps: [] },
  india_streamed: { from: "india_ready", vendor: "india_day", steps: [INDIA_STREAM] },
  india_unbuilt: { from: "india_streamed", vendor: "india_evening", steps: [INDIA_IMPORT] },
};

export const INDIA_JOBS: Readonly<
  Record<(typeof INDIA_JOB_NAMES)[number], FaultJob<IndiaBaseName>>
> = {
  "india-instruments": {
    market: "india",
    base: "india_fresh",
    step: step("india instruments"),
    finish: [],
    extraRequestsMax: ASKS_AGAIN,
  },
  "india-history": {
    market: "india",
    base: "india_listed",
    step: step("india history"),
    finish: [INDIA_BUILD],
    extraRequestsMax: ASKS_AGAIN + LOGIN_AND_OUT,
  },
  "india-import": {
    market: "india",
    base: "india_fresh",
    step: INDIA_IMPORT,
    finish: [INDIA_BUILD],
    extraRequestsMax: 0,
  },
  "india-build": {
    market: "india",
    base: "india_unbuilt",
    step: INDIA_BUILD,
    finish: [],
    extraRequestsMax: 0,
  },
  "india-stream": {
    market: "india",
    base: "india_ready",
    step: INDIA_STREAM,
    finish: [INDIA_BUILD],
    extraRequestsMax: 0,
  },
};
