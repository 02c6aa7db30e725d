/**
 * The simulator as a process of its own: prints one JSON line with its addresses when it listens and
 * ends with its parent, when that closes the pipe to standard input or is gone.
 */
import { fstatSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildCalendar } from "#core/calendar.ts";
import { sessionDate } from "#core/session-date.ts";
import { NSE_FACTS } from "#markets/india/nse-facts.ts";
import { buildIndiaMarket } from "../synthetic-market/india-market.ts";
import { indiaStockNames } from "../synthetic-market/india-roster.ts";
import { type TickSession, secondOfDay, tickSessionOf } from "../synthetic-market/tick-session.ts";
import type { SmartApiSettings } from "./simulator-parts.ts";
import { startSmartApiSimulator } from "./smartapi-server.ts";

const HELP = `Usage: node simulators/smartapi/main.ts [options]
Serves a SYNTHETIC session over SmartAPI's protocol on 127.0.0.1 and prints
{"restUrl","streamUrl","instrumentsUrl","controlUrl","pid"} on one line when it listens.

  --port N               port (default: any free one)
  --seed N               seed of the market (default 1)
  --date DATE            the session (default 2026-06-12)
  --open HH:MM           other hours than the calendar's; likewise --close
  --stocks LIST          stocks besides the five indices: A,B,C or a number of them (default 20)
  --history-from DATE    first day of all histories (default 2015-01-01)
  --packets N            packets a minute of an ordinary stock (default 20)
  --even                 all stocks tick equally often
  --start-at HH:MM[:SS]  event time of the first packet (default 09:07, or the open)
  --speed N              event seconds a second; 1 is real time
  --session-seconds N    the whole session in so many seconds
                         (default: as fast as the client takes it)
  --wait-for N           start when N token-modes are subscribed (default 1)
  --wait-for-command     start on the control command only
  --hold-at HH:MM[:SS]   packets from here on wait for the control command "advance"
  --no-wait-on-loss      event time goes on while subscribed tokens have no connection
  --snapshots NAME       today, always or none (default today)
  --stamp-sends          the last traded quantity is the time of sending, epoch ms
  --no-limits            no limits of REST calls
  --no-after-close       the last packet comes before the close
  --master-rows N        rows of the instrument master, at least (default 2000)
  --token-seconds N      lifetime of the tokens (default 86400)
  --unreadable-expiry    the access token is no JWT
  --wall ISO             wall clock of one-time codes and expiry, standing still
  --faults JSON          fault rules from the start, as an array
  --detached             do not end when standard input is closed or the parent is gone
`;

const PARENT_POLL_MS = 1000;
const COUNT_PATTERN = /^\d+$/;
const EXIT_USAGE = 2;
const SECONDS_PER_MINUTE = 60;

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT_USAGE;
}

async function main(): Promise<void> {
  const flags = parseFlags();
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  const simulator = await startSmartApiSimulator({
    ...settingsOf(flags),
    port: wholeNumber("--port", flags.port),
    keepsProcessAlive: true,
  });
  if (!flags.detached) endWithParent();
  const { restUrl, streamUrl, instrumentsUrl, controlUrl } = simulator;
  const announced = { restUrl, streamUrl, instrumentsUrl, controlUrl, pid: process.pid };
  process.stdout.write(`${JSON.stringify(announced)}\n`);
}

type Flags = ReturnType<typeof parseFlags>;

function parseFlags() {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const mayBe = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  return parseArgs({
    options: {
      port: text("0"),
      seed: text("1"),
      date: text("2026-06-12"),
      open: mayBe,
      close: mayBe,
      stocks: text("20"),
      "history-from": mayBe,
      packets: text("20"),
      even: flag,
      "start-at": mayBe,
      speed: mayBe,
      "session-seconds": mayBe,
      "wait-for": text("1"),
      "wait-for-command": flag,
      "hold-at": mayBe,
      "no-wait-on-loss": flag,
      snapshots: text("today"),
      "stamp-sends": flag,
      "no-limits": flag,
      "no-after-close": flag,
      "master-rows": text("2000"),
      "token-seconds": text("86400"),
      "unreadable-expiry": flag,
      wall: mayBe,
      faults: text("[]"),
      detached: flag,
      help: flag,
    },
  }).values;
}

function settingsOf(flags: Flags): SmartApiSettings {
  const calendar = buildCalendar(NSE_FACTS);
  const market = buildIndiaMarket({
    seed: wholeNumber("--seed", flags.seed),
    calendar,
    from: flags["history-from"] === undefined ? undefined : sessionDate(flags["history-from"]),
    stocks: COUNT_PATTERN.test(flags.stocks)
      ? indiaStockNames(Number(flags.stocks))
      : flags.stocks.split(",").filter((name) => name !== ""),
  });
  const wall = flags.wall === undefined ? undefined : Temporal.Instant.from(flags.wall);
  return {
    market,
    session: withHours(tickSessionOf(calendar, sessionDate(flags.date)), flags),
    packetsPerMinute: positive("--packets", flags.packets),
    even: flags.even,
    afterClose: !flags["no-after-close"],
    pace: paceOf(flags),
    startAt: flags["start-at"],
    waitForTokens: flags["wait-for-command"]
      ? "command"
      : wholeNumber("--wait-for", flags["wait-for"]),
    holdAt: flags["hold-at"],
    waitOnLoss: !flags["no-wait-on-loss"],
    snapshots: oneOf("--snapshots", flags.snapshots, ["today", "always", "none"] as const),
    stampSends: flags["stamp-sends"],
    rateLimits: !flags["no-limits"],
    masterRows: wholeNumber("--master-rows", flags["master-rows"]),
    tokenLifetimeSeconds: wholeNumber("--token-seconds", flags["token-seconds"]),
    readableExpiry: !flags["unreadable-expiry"],
    faults: faultsOf(flags.faults),
    wallMs: wall && (() => wall.epochMilliseconds),
  };
}

function withHours(session: TickSession, { open, close }: Flags): TickSession {
  if (open === undefined && close === undefined) return session;
  const minute = (text: string): number => secondOfDay(text) / SECONDS_PER_MINUTE;
  const openMinute = open === undefined ? session.openMinute : minute(open);
  return {
    ...session,
    openMinute,
    closeMinute: close === undefined ? session.closeMinute : minute(close),
    preOpen: openMinute === session.openMinute ? session.preOpen : null,
    auction: close === undefined ? session.auction : null,
  };
}

function paceOf(flags: Flags): SmartApiSettings["pace"] {
  const { speed } = flags;
  const seconds = flags["session-seconds"];
  if (speed !== undefined) {
    return { kind: "speed", eventSecondsPerSecond: positive("--speed", speed) };
  }
  if (seconds === undefined) return { kind: "consumer" };
  return { kind: "session", seconds: positive("--session-seconds", seconds) };
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

/** The rules' form is checked where they are switched on. */
function faultsOf(text: string): SmartApiSettings["faults"] {
  const rules: unknown = JSON.parse(text);
  if (!Array.isArray(rules)) throw new Error(`--faults must be a JSON array, was ${text}`);
  return rules as NonNullable<SmartApiSettings["faults"]>;
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new Error(`${flag} must be a whole number, was ${text}`);
  }
  return value;
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new Error(`${flag} must be positive, was ${text}`);
  return value;
}

function oneOf<T extends string>(flag: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text);
  if (found === undefined) throw new Error(`${flag} must be ${allowed.join(" or ")}, was ${text}`);
  return found;
}
