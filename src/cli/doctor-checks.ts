/** The checks of `doctor`, each a question with an answer, a severity and, where it fails, a next step. */
import { statfsSync } from "node:fs";
import { localDayOf } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { openCallBudget } from "#ingestion/call-budget-store.ts";
import { openRetryQueue } from "#ingestion/retry-queue-store.ts";
import { readManifest, readPointedSnapshot, scrubSnapshot } from "#lake/snapshot-store.ts";
import { payloadOf } from "#ledger/ledger-store.ts";
import { verifyLedger } from "#ledger/verify-ledger-store.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { readWorkspaceKind } from "#platform/workspace.ts";
import type { CommandContext } from "./command-context.ts";
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
const CALENDAR_DAYS_WARN = 60;

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

/** Free space, and how long it lasts at the rate of the last 30 days of receipts. */
function checkDisk(context: CommandContext, us: OpenUs): Check {
  const { bavail, bsize } = statfsSync(context.workspace.stateDir);
  const free = bavail * bsize;
  const since = isoOfInstant(context.clock.wallMs()).slice(0, 10);
  const from = Temporal.PlainDate.from(since).subtract({ days: GROWTH_DAYS }).toString();
  const received = us.rawStore
    .receipts()
    .filter((receipt) => receipt.fetchedAt >= from)
    .reduce((sum, receipt) => sum + receipt.bytes, 0);
  const perDay = received / GROWTH_DAYS;
  const lasts = perDay > 0 ? `, ${Math.floor(free / perDay)} days at the present growth` : "";
  const says = `${gigabytes(free)} free; raw grew by ${gigabytes(received)} in ${GROWTH_DAYS} days${lasts}`;
  return {
    check: "disk",
    outcome: free < FREE_BYTES_FAIL ? "fail" : free < FREE_BYTES_WARN ? "warn" : "ok",
    says,
  };
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
  const analyticsDir = us.workspace.analyticsDir("us");
  const pointed = readPointedSnapshot(analyticsDir);
  const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
  const damaged = manifest ? scrubSnapshot(analyticsDir, manifest) : [];
  const parts: Check = {
    check: "snapshot files",
    outcome: damaged.length === 0 ? "ok" : "fail",
    says:
      damaged.length === 0
        ? `${manifest?.files.length ?? 0} parts have their digests`
        : `damaged: ${damaged.join(", ")}; delete data/analytics/us and run us build`,
  };
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
