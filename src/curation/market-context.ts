/**
 * What the jobs on a market's data at rest (build, import, withdraw, gate) share: its stores, and what
 * people have decided up to the moment of opening. Opened by the composition root.
 */
import type { DatabaseSync } from "node:sqlite";
import type { CalendarCorrection } from "#contracts/calendar-correction.ts";
import type { Settings } from "#contracts/settings.ts";
import type { Calendar } from "#core/calendar.ts";
import type { Clock } from "#core/clock.ts";
import type { ProxySet } from "#core/market-definition.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { type RawStore, openRawStore } from "#ingestion/raw-store.ts";
import { type Ledger, openLedger } from "#ledger/ledger-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import type { Workspace } from "#platform/workspace.ts";
import { indexOfDate } from "#truth/gate1-facts.ts";
import { allCorrections, calendarUnder } from "#truth/market-calendar.ts";
import { type TruthEvents, readTruthEvents } from "#truth/truth-events.ts";
import type { UniverseMember } from "#truth/universe-coverage.ts";
import type { MarketRules, RoleOf } from "./market-rules.ts";

/** Long work reports its steps here. */
export interface JobProgress {
  step(label: string, done: number, total: number): void;
}

export type MarketDataContext = {
  readonly market: MarketRules;
  readonly workspace: Workspace;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly database: DatabaseSync;
  readonly ledger: Ledger;
  readonly rawStore: RawStore;
  readonly events: TruthEvents;
  readonly corrections: readonly CalendarCorrection[];
  readonly calendar: Calendar;
  readonly proxies: ProxySet;
  readonly roleOf: RoleOf;
  readonly progress: JobProgress;
};

/**
 * Opens a market's stores in a workspace; creates what is not there.
 * @throws CONFIG_INVALID, CALENDAR_FILE_INVALID, FILE_DAMAGED, STORE_BUSY
 */
export function openMarketData(
  market: MarketRules,
  given: Pick<MarketDataContext, "workspace" | "settings" | "clock" | "progress">,
): MarketDataContext & { close(): void } {
  const { workspace, settings, clock } = given;
  const database = openStateStore(workspace.statePath(market.id));
  try {
    const ledger = openLedger(database, market.id, clock);
    const decided = readDecisions({ market, settings, ledger });
    const withdrawn = (): ReadonlySet<string> => decided.events.withdrawn;
    const rawStore = openRawStore({ workspace, market: market.id, database, clock, withdrawn });
    const proxies = market.proxySet(settings);
    return {
      ...given,
      ...decided,
      market,
      database,
      ledger,
      rawStore,
      proxies,
      roleOf: market.roleOf({
        roles: [...proxies.roles],
        receipts: () => rawStore.receipts(),
        thresholds: settings.thresholds,
        readBody: (receipt) => rawStore.readBody(receipt),
      }),
      close: () => database.close(),
    };
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** What people have decided up to this instant, and the calendar that follows from it. */
export function readDecisions({
  market,
  settings,
  ledger,
}: Pick<MarketDataContext, "market" | "settings" | "ledger">): Pick<
  MarketDataContext,
  "events" | "corrections" | "calendar"
> {
  const events = readTruthEvents(ledger);
  const corrections = allCorrections(market.calendarSettings(settings), events.corrections);
  return { events, corrections, calendar: calendarUnder(market.publishedCalendar, corrections) };
}

/** The symbols of the universe in force, proxies left out. */
export function universeOf(context: MarketDataContext): readonly UniverseMember[] {
  const { settings, proxies, rawStore, events } = context;
  return context.market.universe({ settings, proxies, rawStore, withdrawn: events.withdrawn });
}

/**
 * Newest completed session among daily payloads received (decision 1); withdrawn ones do not count. A
 * day that a later correction closed is no session, so the one before it is meant.
 */
export function rdtOf(context: MarketDataContext): string | null {
  const { rawStore, events, calendar, market } = context;
  const received = rawStore.newestSession(market.dailyKinds, events.withdrawn);
  if (received === null) return null;
  const day = calendar.sessions[indexOfDate(calendar, received)];
  return day === undefined ? null : dateOfDayNumber(day);
}
