/**
 * What shared jobs and gates must know of one market to work on its data at rest: facts as values, and
 * the few questions that only the market can answer. Each market makes one such value.
 */
import type { RawKind, RawReceipt } from "#contracts/raw-receipt.ts";
import type { Settings, Thresholds } from "#contracts/settings.ts";
import type { SnapshotRecipe } from "#contracts/snapshot.ts";
import type { Calendar, CalendarFacts } from "#core/calendar.ts";
import type { MarketId, ProxySet } from "#core/market-definition.ts";
import type { RawStore } from "#ingestion/raw-store.ts";
import type { Workspace } from "#platform/workspace.ts";
import type { UniverseMember } from "#truth/universe-coverage.ts";
import type { MarketDatasets } from "./market-datasets.ts";
import type { MarketParsers } from "./market-parsers.ts";
import type { SymbolRole } from "./symbol-rows.ts";

/** What a symbol is to its market; `receipts` are those of its daily rows. */
export type RoleOf = (symbol: string, receipts: readonly RawReceipt[]) => SymbolRole;

/** What roles may depend on: the proxy roles, and payloads such as a listing. */
export type RoleInputs = {
  readonly roles: SnapshotRecipe["roles"];
  /** All receipts that count; asked for only when a symbol has no role. */
  readonly receipts: () => readonly RawReceipt[];
  readonly thresholds: Thresholds;
  readonly readBody: (receipt: RawReceipt) => Uint8Array;
};

/** What the market's own datasets may depend on: everything here is part of the recipe. */
export type DatasetInputs = {
  readonly workspace: Workspace;
  readonly recipe: SnapshotRecipe;
  /** Receipts of the recipe in order of receipt, withdrawn ones left out. */
  readonly receipts: readonly RawReceipt[];
  readonly readBody: (receipt: RawReceipt) => Uint8Array;
  readonly calendar: Calendar;
  readonly thresholds: Thresholds;
  readonly roleOf: RoleOf;
  /** Long work reports its steps here. */
  readonly onProgress: (done: number, total: number, label: string) => void;
};

/** What the universe may depend on. */
export type UniverseInputs = {
  readonly settings: Settings;
  readonly proxies: ProxySet;
  readonly rawStore: RawStore;
  readonly withdrawn: ReadonlySet<string>;
};

export type MarketRules = {
  readonly id: MarketId;
  /** As in "the US market". */
  readonly name: string;
  /** Version of the code that makes a snapshot's rows; raised when equal inputs would give other rows. */
  readonly builder: string;
  readonly publishedCalendar: CalendarFacts;
  /** Kinds of payload whose rows are daily prices: they move RDT. Series and intraday bars do not. */
  readonly dailyKinds: readonly RawKind[];
  /** Kinds of payload that only tell of symbols: with nothing else received there is nothing to build. */
  readonly referenceKinds: readonly RawKind[];
  /** What a person is told to do who has received nothing yet. */
  readonly howToReceive: string;
  /** Corrections of the calendar in the settings. */
  readonly calendarSettings: (settings: Settings) => Settings["us"]["calendar"];
  /** Minutes after a session's end from which a fetched row of it is whole. */
  readonly settleMinutes: (thresholds: Thresholds) => number;
  /** The proxy set with the operator's bindings. @throws CONFIG_INVALID */
  readonly proxySet: (settings: Settings) => ProxySet;
  readonly parsers: () => MarketParsers;
  readonly roleOf: (inputs: RoleInputs) => RoleOf;
  /** The symbols that coverage counts, proxies left out. */
  readonly universe: (inputs: UniverseInputs) => readonly UniverseMember[];
  /** Datasets that only this market has. */
  readonly datasets?: ((inputs: DatasetInputs) => MarketDatasets) | undefined;
  /** Beginnings of paths below the staging folder that are not the build's. */
  readonly stagingKept?: readonly string[] | undefined;
};
