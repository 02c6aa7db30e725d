/** What the jobs that ask the vendor share; made by the composition root. */
import type { DatabaseSync } from "node:sqlite";
import type { Settings } from "#contracts/settings.ts";
import type { Calendar } from "#core/calendar.ts";
import type { Clock } from "#core/clock.ts";
import type { RandomSource } from "#core/random.ts";
import type { CallBudget } from "#ingestion/call-budget-store.ts";
import type { FetchLog } from "#ingestion/fetch-call.ts";
import type { Progress } from "#ingestion/fetch-job.ts";
import type { JobRuns } from "#ingestion/job-run-store.ts";
import type { MarketDataSource } from "#ingestion/market-data-source.ts";
import type { RawStore } from "#ingestion/raw-store.ts";
import type { RetryQueue } from "#ingestion/retry-queue-store.ts";
import type { Ledger } from "#ledger/ledger-store.ts";
import type { Workspace } from "#platform/workspace.ts";

export type UsJobContext = {
  readonly workspace: Workspace;
  readonly settings: Settings;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** The market's state file. */
  readonly database: DatabaseSync;
  /** Tells which payloads were withdrawn; without it none was. */
  readonly ledger?: Ledger | undefined;
  readonly rawStore: RawStore;
  readonly budget: CallBudget;
  readonly retryQueue: RetryQueue;
  readonly jobRuns: JobRuns;
  readonly source: MarketDataSource;
  readonly log: FetchLog;
  readonly progress: Progress;
};
