/** The checks of `doctor`, each a question with an answer, a severity and, where it fails, a next step. */
import { statfsSync } from "node:fs";
import { join } from "node:path";
import { localDayOf } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { MARKET_IDS } from "#core/market-definition.ts";
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
import type { Workspace } from "#platform/workspace.ts";
import type { CommandContext } from "./command-context.ts";
import type { Check, OpenMarkets } from "./check.ts";
import { checkSmartApi, checkUsKey } from "./credential-checks.ts";
import { type DataSize, measureData } from "./data-size-store.ts";
import { findLostState } from "./lost-state.ts";
import { budgetOptions } from "./us-budget.ts";
import type { OpenMarket } from "./market-open.ts";

/** Published limits of SmartAPI: instruments a connection, and connections a client code. */
const CONNECTION_INSTRUMENTS_MAX = 1000;
const STREAM_CONNECTIONS_MAX = 3;
const STREAM_INSTRUMENTS_MAX = CONNECTION_INSTRUMENTS_MAX * STREAM_CONNECTIONS_MAX;
const FREE_BYTES_WARN = 5e9;
const FREE_BYTES_FAIL = 5e8;
const GROWTH_DAYS = 30;
/** With receipts of fewer days a first backfill would pass for growth. */
const GROWTH_DAYS_MIN = 7;
const CALENDAR_DAYS_WARN = 60;

/** Whether the state files are those that the other files came from. To be asked before they are opened. */
export function stateCheck(workspace: Workspace): Check {
  const lost = [...MARKET_IDS, "system" as const].flatMap(
    (owner) => findLostState(workspace, owner) ?? [],
  );
  const says = lost.length === 0 ? "no state file was lost" : lost.join("; ");
  return { check: "state files", outcome: lost.length === 0 ? "ok" : "fail", says };
}

/** Checks that read only this machine; those of the first market first, then what another one adds. */
export function localChecks(context: CommandContext, { us, india }: OpenMarkets): Check[] {
  return [
    { check: "settings", outcome: "ok", says: "meridian.toml is valid" },
    checkUsKey(context, { us, india }),
    checkBudget(context, us),
    checkQueue(context, us),
    checkDisk(context, [us, india]),
    checkCalendar(context, us),
    checkLedger(us),
    checkSmartApi(context),
    checkStreamRoom(india),
    checkCalendar(context, india),
    checkLedger(india),
  ];
}

/** The name of a check that is made for each market; the first market's has none of its own. */
function nameOf({ market }: OpenMarket, check: string): string {
  return market.id === "us" ? check : `${market.id} ${check}`;
}

/** How many instruments a stream would subscribe, and how many more it could. */
function checkStreamRoom(india: OpenMarket): Check {
  const watched = new Set(india.settings.india.watchlist.symbols);
  for (const { symbol } of india.proxies.roles) watched.add(symbol);
  const room = STREAM_INSTRUMENTS_MAX - watched.size;
  const connections = Math.ceil(watched.size / CONNECTION_INSTRUMENTS_MAX);
  const says =
    room < 0
      ? `${watched.size} instruments are watched, a stream takes ${STREAM_INSTRUMENTS_MAX}`
      : `${watched.size} instruments on ${connections} of ${STREAM_CONNECTIONS_MAX} connections, room for ${room} more`;
  return { check: "india stream", outcome: room < 0 ? "fail" : "ok", says };
}

function checkBudget(context: CommandContext, us: OpenMarket): Check {
  if (context.credentials.alphaVantageKeys.length === 0) {
    return { check: "call budget", outcome: "warn", says: "no key, so no budget" };
  }
  const { leftOfDay, resetsAt } = openCallBudget(budgetOptions(context, us.database)).left();
  const says = `${leftOfDay} calls left until ${isoOfInstant(resetsAt)}`;
  return { check: "call budget", outcome: leftOfDay > 0 ? "ok" : "warn", says };
}

function checkQueue(context: CommandContext, us: OpenMarket): Check {
  const queued = openRetryQueue({ database: us.database, clock: context.clock }).list();
  const says =
    queued.length === 0
      ? "the retry queue is empty"
      : `${queued.length} calls wait: meridian us retry`;
  return { check: "retry queue", outcome: queued.length === 0 ? "ok" : "warn", says };
}

/** Free space, and how long it lasts when all of data/ grows as what was received in the last 30 days. */
function checkDisk(context: CommandContext, markets: readonly OpenMarket[]): Check {
  const { bavail, bsize } = statfsSync(context.workspace.stateDir);
  const free = bavail * bsize;
  const size = measureData(join(context.workspace.root, "data"));
  const held = `data/ holds ${size.isWhole ? "" : "more than "}${gigabytes(size.bytes)}`;
  const says = `${gigabytes(free)} free; ${held}, ${growthOf(context, markets, { ...size, free })}`;
  return {
    check: "disk",
    outcome: free < FREE_BYTES_FAIL ? "fail" : free < FREE_BYTES_WARN ? "warn" : "ok",
    says,
  };
}

function growthOf(
  context: CommandContext,
  markets: readonly OpenMarket[],
  size: DataSize & { readonly free: number },
): string {
  const receipts = markets.flatMap(({ rawStore }) => rawStore.receipts());
  const first = receipts.reduce<(typeof receipts)[0] | undefined>(
    (oldest, one) => (oldest === undefined || one.fetchedAt < oldest.fetchedAt ? one : oldest),
    undefined,
  );
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

function checkCalendar(context: CommandContext, opened: OpenMarket): Check {
  const { facts, toDay } = opened.calendar;
  const check = nameOf(opened, "calendar");
  const daysLeft = toDay - localDayOf(opened.calendar, context.clock.wallMs());
  const says = `${facts.id} ${facts.version} is announced to ${facts.to}`;
  if (daysLeft < 0)
    return { check, outcome: "fail", says: `${says}, which is past: nothing can be judged` };
  return { check, outcome: daysLeft < CALENDAR_DAYS_WARN ? "warn" : "ok", says };
}

function checkLedger(opened: OpenMarket): Check {
  const verified = verifyLedger(opened.database);
  const isWhole = verified.ok && verified.missingTriggers.length === 0;
  const says = isWhole
    ? `${verified.rows} rows, the chain holds`
    : (verified.broken?.says ?? "its triggers are gone");
  return { check: nameOf(opened, "ledger"), outcome: isWhole ? "ok" : "fail", says };
}

/** Reads every stored file of a market and compares digests. */
export function deepChecks(opened: OpenMarket): Check[] {
  const parts = checkSnapshot(opened);
  const check = nameOf(opened, "raw files");
  let read = 0;
  for (const receipt of opened.rawStore.receipts()) {
    try {
      opened.rawStore.readBody(receipt);
      read++;
    } catch (cause) {
      if (!(cause instanceof MeridianError)) throw cause;
      return [parts, { check, outcome: "fail", says: cause.message }];
    }
  }
  return [parts, { check, outcome: "ok", says: `${read} receipts have their bytes` }];
}

function checkSnapshot(opened: OpenMarket): Check {
  const { id } = opened.market;
  const analyticsDir = opened.workspace.analyticsDir(id);
  const check = nameOf(opened, "snapshot files");
  const fail = (says: string): Check => ({ check, outcome: "fail", says });
  try {
    const pointed = readPointedSnapshot(analyticsDir);
    const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
    if (!manifest) return { check, outcome: "ok", says: "nothing was built yet" };
    readReport(analyticsDir, manifest);
    const damaged = scrubSnapshot(analyticsDir, manifest);
    if (damaged.length > 0) {
      return fail(
        `damaged: ${damaged.join(", ")}; delete data/analytics/${id} and run ${id} build`,
      );
    }
    return { check, outcome: "ok", says: `${manifest.files.length} parts have their digests` };
  } catch (cause) {
    if (!(cause instanceof MeridianError)) throw cause;
    return fail(`${cause.message}; run ${id} build`);
  }
}

/** Snapshots that must stay: the one in force and those that truth time was moved on. */
export function namedSnapshots({ market, workspace, ledger }: OpenMarket): Set<string> {
  const pointed = readPointedSnapshot(workspace.analyticsDir(market.id));
  const named = ledger
    .entries({ kinds: ["CTT_ADVANCED"] })
    .map((entry) => payloadOf(entry, "CTT_ADVANCED").snapshot);
  return new Set(pointed === undefined ? named : [...named, pointed]);
}

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
