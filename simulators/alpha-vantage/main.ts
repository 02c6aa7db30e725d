/**
 * The simulator as a process of its own: prints one JSON line with its addresses when it listens and
 * ends with its parent, when that closes the pipe to standard input or is gone.
 */
import { fstatSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildCalendar } from "#core/calendar.ts";
import { sessionDate } from "#core/session-date.ts";
import { NYSE_FACTS } from "#markets/us/nyse-facts.ts";
import { stockSymbols } from "../synthetic-market/roster.ts";
import { buildSyntheticMarket } from "../synthetic-market/synthetic-market.ts";
import { startAlphaVantageSimulator } from "./alpha-vantage-server.ts";
import { INTRADAY_LABELS } from "./intraday-answer.ts";
import { PLANS, type PlanLimits } from "./call-meter.ts";
import {
  type SimulatorClock,
  instantOfText,
  runningClock,
  standingClock,
} from "./simulator-clock.ts";

const HELP = `Usage: node simulators/alpha-vantage/main.ts [options]
Serves a SYNTHETIC market over Alpha Vantage's protocol on 127.0.0.1 and prints
{"baseUrl","controlUrl","pid"} on one line when it listens.

  --port N            port (default: any free one)
  --seed N            seed of the market (default 1)
  --from DATE         first day of all histories (default 2015-01-02)
  --to DATE           last day (default: the end of the calendar)
  --symbols LIST      stocks besides proxies and traps: A,B,C or a number of them (default 40)
  --plan NAME         free or premium, for every key (default free)
  --key KEY=PLAN      a key and its plan; may be repeated, then other keys are invalid
  --clock ISO         simulated time at the start (default 2026-06-12T22:00:00Z)
  --pace N            simulated seconds a second; 0 stands still (default 1)
  --no-limits         no daily, minute or spacing limits
  --labels NAME       start or end, of intraday bars (default start)
  --line-end NAME     crlf or lf, of CSV (default crlf)
  --detached          do not end when standard input is closed or the parent is gone
`;

const PARENT_POLL_MS = 1000;
const SYMBOL_COUNT_PATTERN = /^\d+$/;

const EXIT_USAGE = 2;

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT_USAGE;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      seed: { type: "string", default: "1" },
      from: { type: "string", default: "2015-01-02" },
      to: { type: "string", default: NYSE_FACTS.to },
      symbols: { type: "string", default: "40" },
      plan: { type: "string", default: "free" },
      key: { type: "string", multiple: true, default: [] },
      clock: { type: "string", default: "2026-06-12T22:00:00Z" },
      pace: { type: "string", default: "1" },
      "no-limits": { type: "boolean", default: false },
      labels: { type: "string", default: "start" },
      "line-end": { type: "string", default: "crlf" },
      detached: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const calendar = buildCalendar(NYSE_FACTS);
  const market = buildSyntheticMarket({
    seed: wholeNumber("--seed", values.seed),
    calendar,
    from: sessionDate(values.from),
    to: sessionDate(values.to),
    symbols: symbolsOf(values.symbols),
  });
  const unlimited: PlanLimits = {};
  const simulator = await startAlphaVantageSimulator({
    market,
    clock: clockOf(values.clock, values.pace),
    port: wholeNumber("--port", values.port),
    defaultPlan: oneOf("--plan", values.plan, PLANS),
    keys: values.key.length === 0 ? undefined : keysOf(values.key),
    limits: values["no-limits"] ? { free: unlimited, premium: unlimited } : undefined,
    intradayLabels: oneOf("--labels", values.labels, INTRADAY_LABELS),
    csvLineEnd: oneOf("--line-end", values["line-end"], ["crlf", "lf"]) === "lf" ? "\n" : "\r\n",
    keepsProcessAlive: true,
  });
  if (!values.detached) endWithParent();
  const { baseUrl, controlUrl } = simulator;
  process.stdout.write(`${JSON.stringify({ baseUrl, controlUrl, pid: process.pid })}\n`);
}

/** Ends this process when its parent is gone, so that no simulator is ever left over. */
function endWithParent(): void {
  const input = fstatSync(0);
  // A terminal, a file or the null device says nothing about the parent; a pipe closes with it.
  if (input.isFIFO() || input.isSocket()) {
    process.stdin.on("end", () => process.exit(0));
    process.stdin.on("error", () => process.exit(0));
    process.stdin.resume();
  }
  process.on("disconnect", () => process.exit(0));
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent || !isRunning(parent)) process.exit(0);
  }, PARENT_POLL_MS).unref();
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM says that it runs and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function clockOf(startsAt: string, pace: string): SimulatorClock {
  const instant = instantOfText(startsAt);
  const factor = Number(pace);
  if (!Number.isFinite(factor) || factor < 0)
    throw new Error(`--pace must be 0 or more, was ${pace}`);
  return factor === 0 ? standingClock(instant) : runningClock(instant, factor);
}

function symbolsOf(text: string): string[] {
  if (SYMBOL_COUNT_PATTERN.test(text)) return stockSymbols(Number(text));
  return text.split(",").filter((symbol) => symbol !== "");
}

function keysOf(pairs: readonly string[]): Record<string, (typeof PLANS)[number]> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf("=");
      if (at <= 0) throw new Error(`--key must be KEY=PLAN, was ${pair}`);
      return [pair.slice(0, at), oneOf("--key", pair.slice(at + 1), PLANS)];
    }),
  );
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new Error(`${flag} must be a whole number, was ${text}`);
  return value;
}

function oneOf<T extends string>(flag: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text);
  if (found === undefined) throw new Error(`${flag} must be ${allowed.join(" or ")}, was ${text}`);
  return found;
}
