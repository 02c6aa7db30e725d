/**
 * A US market to run jobs in: a workspace in a temporary folder, its stores, and the look-alike of the
 * vendor behind the real client, all on one clock that tests move. Every second of waiting is free.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type Settings, settingsSchema } from "#contracts/settings.ts";
import { buildCalendar } from "#core/calendar.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { seededRandom } from "#core/random.ts";
import { openJobRuns } from "#ingestion/job-run-store.ts";
import { openRawStore } from "#ingestion/raw-store.ts";
import { openRetryQueue } from "#ingestion/retry-queue-store.ts";
import { openLedger } from "#ledger/ledger-store.ts";
import type { UsJobContext } from "#markets/us/jobs/job-context.ts";
import { openUsVendor } from "#markets/us/jobs/us-vendor.ts";
import { NYSE_FACTS } from "#markets/us/nyse-facts.ts";
import { openStateStore } from "#platform/state-store.ts";
import { instantOfIso } from "#platform/system-clock.ts";
import { type Workspace, workspaceAt } from "#platform/workspace.ts";

/** A clock that stands still but for what is slept, and that can be moved on. */
export type TestClock = Clock & { moveTo(instant: string): void };

export function testClock(startsAt: string): TestClock {
  let wallMs: number = instantOfIso(startsAt);
  let monotonicMs = 0;
  return {
    wallMs: () => Math.round(wallMs) as EpochMs,
    monotonicMs: () => monotonicMs,
    sleepMs: (durationMs) => {
      wallMs += durationMs;
      monotonicMs += durationMs;
      return Promise.resolve();
    },
    moveTo: (instant) => {
      const target = instantOfIso(instant);
      monotonicMs += Math.max(0, target - wallMs);
      wallMs = target;
    },
  };
}

export type UsHouse = {
  readonly workspace: Workspace;
  readonly clock: TestClock;
  /** What was logged, as text. */
  readonly logged: string[];
  /** Opens what a job needs, as a new process would. */
  open(changes?: {
    readonly us?: Settings["us"] | undefined;
    readonly keys?: readonly string[] | undefined;
  }): UsJobContext;
  close(): void;
};

/** Settings of a US market, with the vendor at `baseUrl`. */
export function usSettings(baseUrl: string, us: object = {}): Settings {
  const { vendor, ...rest } = { vendor: {}, ...us };
  return settingsSchema.parse({
    us: { ...rest, vendor: { base_url: baseUrl, timeout_seconds: 5, ...vendor } },
  });
}

/** Makes a house. `settings` are those of every job unless `open` changes them. */
export function openUsHouse(options: {
  readonly clock: TestClock;
  readonly settings: Settings;
  readonly keys?: readonly string[] | undefined;
}): UsHouse {
  const root = mkdtempSync(join(tmpdir(), "meridian-us-"));
  const workspace = workspaceAt(root);
  const databases: DatabaseSync[] = [];
  const logged: string[] = [];
  const { clock } = options;
  const note = (facts: object, message: string): void => {
    logged.push(`${message} ${JSON.stringify(facts)}`);
  };
  return {
    workspace,
    clock,
    logged,
    open: (changes = {}) => {
      const database = openStateStore(workspace.statePath("us"));
      databases.push(database);
      const us = changes.us ?? options.settings.us;
      const keys = changes.keys ?? options.keys ?? ["CANARY0KEY0000001"];
      return {
        workspace,
        settings: { ...options.settings, us },
        calendar: buildCalendar(NYSE_FACTS),
        clock,
        random: seededRandom(1),
        database,
        ledger: openLedger(database, "us", clock),
        rawStore: openRawStore({ workspace, market: "us", database, clock }),
        retryQueue: openRetryQueue({ database, clock }),
        jobRuns: openJobRuns({ database, clock }),
        ...openUsVendor({ settings: us.vendor, keys, database, clock }),
        log: { info: note, warn: note },
        progress: { step: () => undefined },
      };
    },
    close: () => {
      for (const database of databases) database.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
