/** The checks of `doctor`, each a question with an answer, a severity and, where it fails, a next step. */
import { statfsSync } from "node:fs";
import { join } from "node:path";
import { localDayOf } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { openCallBudget } from "#ingestion/call-budget-store.ts";
import { openRetryQueue } from "#ingestion/retry-queue-store.ts";
import {
  readManifest,
  readPointedSnapshot,
  readReport,
  scrubSnapshot,
} from "#lake/snapshot-store.ts";
import { payloadOf } from "#ledger/ledger-store.ts";
import { verifyLedger } from "#ledger/verify-ledger-store.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { type Workspace, readWorkspaceKind } from "#platform/workspace.ts";
import type { CommandContext } from "./command-context.ts";
import { type DataSize, measureData } from "./data-size-store.ts";
import { findLostState } from "./lost-state.ts";
import { budgetOptions } from "./us-budget.ts";
import type { OpenUs } from "./us-open.ts";

export type Check = {
  readonly check: string;
  readonly outcome: "ok" | "warn" | "fail";
  readonly says: string;
};

const FREE_BYTES_WARN = 5e9;
const FREE_BYTES_FAIL = 5e8;
const CLOCK_ERROR_WARN_MS = 5000;
const NETWORK_TIMEOUT_MS = 5000;
const GROWTH_DAYS = 30;
/** With receipts of fewer days a first backfill would pass for growth. */
const GROWTH_DAYS_MIN = 7;
const CALENDAR_DAYS_WARN = 60;

/** Whether the state files are those that the other files came from. To be asked before they are opened. */
export function stateCheck(workspace: Workspace): Check {
  const lost = (["us", "system"] as const).flatMap(
    (owner) => findLostState(workspace, owner) ?? [],
  );
  const says = lost.length === 0 ? "no state file was lost" : lost.join("; ");
  return { check: "state files", outcome: lost.length === 0 ? "ok" : "fail", says };
}

/** Checks that read only this machine. */
export function localChecks(context: CommandContext, us: OpenUs): Check[] {
  return [
    { check: "settings", outcome: "ok", says: "meridian.toml is valid" },
    checkCredentials(context),
    checkBudget(context, us),
    checkQueue(context, us),
    checkDisk(context, us),
    checkCalendar(context, us),
    checkLedger(us),
  ];
}

function checkCredentials(context: CommandContext): Check {
  const keys = context.credentials.alphaVantageKeys.length;
  if (keys > 0)
    return {
      check: "credentials",
      outcome: "ok",
      says: `${keys} Alpha Vantage ${keys === 1 ? "key" : "keys"}`,
    };
  const isSynthetic = readWorkspaceKind(context.workspace) === "synthetic";
  const says =
    "ALPHAVANTAGE_API_KEYS is not set: put it into .env in the workspace; imports work without it";
  return { check: "credentials", outcome: isSynthetic ? "warn" : "fail", says };
}

function checkBudget(context: CommandContext, us: OpenUs): Check {
  if (context.credentials.alphaVantageKeys.length === 0) {
    return { check: "call budget", outcome: "warn", says: "no key, so no budget" };
  }
  const { leftOfDay, resetsAt } = openCallBudget(budgetOptions(context, us.database)).left();
  const says = `${leftOfDay} calls left until ${isoOfInstant(resetsAt)}`;
  return { check: "call budget", outcome: leftOfDay > 0 ? "ok" : "warn", says };
}

function checkQueue(context: CommandContext, us: OpenUs): Check {
  const queued = openRetryQueue({ database: us.database, clock: context.clock }).list();
  const says =
    queued.length === 0
      ? "the retry queue is empty"
      : `${queued.length} calls wait: meridian us retry`;
  return { check: "retry queue", outcome: queued.length === 0 ? "ok" : "warn", says };
}

/** Free space, and how long it lasts when all of data/ grows as what was received in the last 30 days. */
function checkDisk(context: CommandContext, us: OpenUs): Check {
  const { bavail, bsize } = statfsSync(context.workspace.stateDir);
  const free = bavail * bsize;
  const size = measureData(join(context.workspace.root, "data"));
  const held = `data/ holds ${size.isWhole ? "" : "more than "}${gigabytes(size.bytes)}`;
  const says = `${gigabytes(free)} free; ${held}, ${growthOf(context, us, { ...size, free })}`;
  return {
    check: "disk",
    outcome: free < FREE_BYTES_FAIL ? "fail" : free < FREE_BYTES_WARN ? "warn" : "ok",
    says,
  };
}

function growthOf(
  context: CommandContext,
  us: OpenUs,
  size: DataSize & { readonly free: number },
): string {
  const receipts = us.rawStore.receipts();
  const [first] = receipts;
  const dayOf = (instant: EpochMs): Temporal.PlainDate =>
    Temporal.PlainDate.from(isoOfInstant(instant).slice(0, 10));
  const end = dayOf(context.clock.wallMs());
  const days = first === undefined ? 0 : end.since(first.fetchedAt.slice(0, 10)).days;
  if (days < GROWTH_DAYS_MIN) return "growth not known yet";
  if (!size.isWhole) return "too many files to tell its growth";
  const from = end.subtract({ days: GROWTH_DAYS }).toString();
  const sumOf = (some: typeof receipts): number =>
    some.reduce((sum, receipt) => sum + receipt.bytes, 0);
  const share = sumOf(receipts.filter((receipt) => receipt.fetchedAt >= from)) / sumOf(receipts);
  const grown = size.bytes * share;
  if (grown === 0) return `nothing received in ${GROWTH_DAYS} days`;
  const spanDays = Math.min(GROWTH_DAYS, days);
  const lastsDays = Math.floor((size.free * spanDays) / grown);
  return `grew by about ${gigabytes(grown)} in ${spanDays} days: room for ${lastsDays} days more`;
}

function checkCalendar(context: CommandContext, us: OpenUs): Check {
  const { facts, toDay } = us.calendar;
  const daysLeft = toDay - localDayOf(us.calendar, context.clock.wallMs());
  const says = `${facts.id} ${facts.version} is announced to ${facts.to}`;
  if (daysLeft < 0)
    return {
      check: "calendar",
      outcome: "fail",
      says: `${says}, which is past: nothing can be judged`,
    };
  return { check: "calendar", outcome: daysLeft < CALENDAR_DAYS_WARN ? "warn" : "ok", says };
}

function checkLedger(us: OpenUs): Check {
  const verified = verifyLedger(us.database);
  const isWhole = verified.ok && verified.missingTriggers.length === 0;
  const says = isWhole
    ? `${verified.rows} rows, the chain holds`
    : (verified.broken?.says ?? "its triggers are gone");
  return { check: "ledger", outcome: isWhole ? "ok" : "fail", says };
}

/** Reads every stored file and compares digests. */
export function deepChecks(us: OpenUs): Check[] {
  const parts = checkSnapshot(us.workspace.analyticsDir("us"));
  let read = 0;
  for (const receipt of us.rawStore.receipts()) {
    try {
      us.rawStore.readBody(receipt);
      read++;
    } catch (cause) {
      if (!(cause instanceof MeridianError)) throw cause;
      return [parts, { check: "raw files", outcome: "fail", says: cause.message }];
    }
  }
  return [parts, { check: "raw files", outcome: "ok", says: `${read} receipts have their bytes` }];
}

function checkSnapshot(analyticsDir: string): Check {
  const fail = (says: string): Check => ({ check: "snapshot files", outcome: "fail", says });
  try {
    const pointed = readPointedSnapshot(analyticsDir);
    const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
    if (!manifest) return { check: "snapshot files", outcome: "ok", says: "nothing was built yet" };
    readReport(analyticsDir, manifest);
    const damaged = scrubSnapshot(analyticsDir, manifest);
    if (damaged.length > 0) {
      return fail(`damaged: ${damaged.join(", ")}; delete data/analytics/us and run us build`);
    }
    const says = `${manifest.files.length} parts have their digests`;
    return { check: "snapshot files", outcome: "ok", says };
  } catch (cause) {
    if (!(cause instanceof MeridianError)) throw cause;
    return fail(`${cause.message}; run us build`);
  }
}

/** Reaches the vendor's host without a key and compares its clock with the machine's. */
export async function networkChecks(context: CommandContext): Promise<Check[]> {
  const url = new URL(context.settings.us.vendor.base_url);
  try {
    const answer = await fetch(url.origin, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(NETWORK_TIMEOUT_MS),
    });
    const date = answer.headers.get("date");
    const reached: Check = { check: "network", outcome: "ok", says: `${url.host} answers` };
    if (date === null)
      return [reached, { check: "clock", outcome: "warn", says: `${url.host} tells no time` }];
    const errorMs = context.clock.wallMs() - Date.parse(date);
    const isOff = Math.abs(errorMs) > CLOCK_ERROR_WARN_MS;
    const says = `this machine is ${Math.round(errorMs / 1000)} s off ${url.host}`;
    return [reached, { check: "clock", outcome: isOff ? "warn" : "ok", says }];
  } catch (cause) {
    const why = cause instanceof Error ? cause.name : "";
    return [{ check: "network", outcome: "warn", says: `${url.host} cannot be reached (${why})` }];
  }
}

/** Snapshots that must stay: the one in force and those that truth time was moved on. */
export function namedSnapshots(us: OpenUs): Set<string> {
  const pointed = readPointedSnapshot(us.workspace.analyticsDir("us"));
  const named = us.ledger
    .entries({ kinds: ["CTT_ADVANCED"] })
    .map((entry) => payloadOf(entry, "CTT_ADVANCED").snapshot);
  return new Set(pointed === undefined ? named : [...named, pointed]);
}

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
