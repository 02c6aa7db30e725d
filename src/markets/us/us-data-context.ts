/** What the jobs on data at rest (build, import, withdraw, gate) share; made by the composition root. */
import type { DatabaseSync } from "node:sqlite";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { Settings } from "#contracts/settings.ts";
import type { CalendarCorrection } from "#contracts/calendar-correction.ts";
import type { Calendar } from "#core/calendar.ts";
import type { Clock } from "#core/clock.ts";
import type { ProxySet } from "#core/market-definition.ts";
import type { SymbolRole } from "#curation/symbol-rows.ts";
import type { RawStore } from "#ingestion/raw-store.ts";
import type { Ledger } from "#ledger/ledger-store.ts";
import type { Workspace } from "#platform/workspace.ts";
import type { TruthEvents } from "#truth/truth-events.ts";

/** Long work reports its steps here. */
export interface JobProgress {
  step(label: string, done: number, total: number): void;
}

export type UsDataContext = {
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
  readonly roleOf: (symbol: string, receipts: readonly RawReceipt[]) => SymbolRole;
  readonly progress: JobProgress;
};
