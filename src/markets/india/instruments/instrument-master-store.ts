/**
 * Keeps the instrument master: once a day of the exchange it is fetched and landed in raw, each digest once;
 * when that fails an older copy serves, with a warning. Which names it holds is `resolve-instruments.ts`'s.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { IndiaVendorSettings } from "#contracts/settings.ts";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type SessionDate, dateOfDayNumber } from "#core/session-date.ts";
import type { RawStore } from "#ingestion/raw-store.ts";
import { sha256Hex } from "#platform/digest.ts";
import { inTransaction } from "#platform/state-store.ts";
import type { SmartApiLog } from "../smartapi/smartapi-session.ts";
import { SMARTAPI } from "../smartapi/smartapi-source.ts";
import { downloadMaster } from "./instrument-master-client.ts";
import { type InstrumentRow, parseInstruments } from "./parse-instruments.ts";

export type InstrumentMaster = {
  /** NSE's cash segment. */
  readonly rows: readonly InstrumentRow[];
  /** Records of all segments in the file. */
  readonly records: number;
  readonly receipt: RawReceipt;
  /** `fetched` now; `kept`: fetched earlier the same day; `older`: none of the day could be had. */
  readonly copy: "fetched" | "kept" | "older";
  /** What is wrong with using this copy; null when nothing is. */
  readonly warning: string | null;
};

export interface InstrumentMasterStore {
  /**
   * The master of the day. `force` asks the vendor although a copy of the day is there.
   * @throws NO_INSTRUMENTS without any copy; SYNTHETIC_MIX, DISK_FULL, STORE_BUSY of the landing
   */
  refresh(options?: { readonly force?: boolean }): Promise<InstrumentMaster>;
}

/** Name of the call in receipts. */
const MASTER_CALL = "OpenAPIScripMaster";
const TRIES_MAX = 2;
const PAUSE_MS = 1000;
/** The file is larger than any answer of the REST interface: it has so many of its timeouts. */
const TIMEOUTS_OF_REST = 10;
/** A file with fewer rows than this share of the kept one replaces nothing (as decision 13 for listings). */
const SHORT_SHARE = 0.9;
const DAY_MS = 86_400_000;
const IST_OFFSET_MS = 19_800_000;
const LABEL_LENGTH = 8;

const TABLES = `
  CREATE TABLE IF NOT EXISTS instrument_checks (
    day TEXT NOT NULL, url_label TEXT NOT NULL, receipt_id TEXT NOT NULL,
    PRIMARY KEY (day, url_label))`;
const checkRow = z.object({ day: z.string(), receipt_id: z.string() }).optional();

type Copy = Pick<InstrumentMaster, "rows" | "records" | "receipt">;

/** Opens the store of a market; nothing is asked yet. */
export function openInstrumentMaster(options: {
  readonly settings: IndiaVendorSettings;
  readonly rawStore: RawStore;
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly log: SmartApiLog;
}): InstrumentMasterStore {
  const { settings, rawStore, database, clock, log } = options;
  const url = settings.instruments_url;
  const checks = openChecks(database, sha256Hex(url).slice(0, LABEL_LENGTH));

  const fetchCopy = async (): Promise<Copy | { readonly problem: string }> => {
    let problem = "";
    for (let tried = 1; tried <= TRIES_MAX; tried++) {
      const timeoutMs = settings.timeout_seconds * 1000 * TIMEOUTS_OF_REST;
      const answer = await downloadMaster({ url, timeoutMs });
      if (answer.outcome === "received") {
        const parsed = parseInstruments(answer.bytes);
        if (parsed.outcome === "rows") {
          const before = copyOf(rawStore, checks.newest());
          problem = shortness(parsed.rows.length, before) ?? "";
          if (problem === "") return land(rawStore, { ...parsed, ...answer }, clock.wallMs());
        } else problem = `NOT_DATA: ${parsed.says}`;
      } else problem = `${answer.outcome}: ${answer.detail}`;
      log.warn({ tried, problem }, "the instrument master did not come");
      if (tried < TRIES_MAX) await clock.sleepMs(PAUSE_MS);
    }
    return { problem };
  };

  return {
    refresh: async ({ force = false } = {}) => {
      const day = indianDateOf(clock.wallMs());
      const kept = force ? undefined : copyOf(rawStore, checks.of(day));
      if (kept !== undefined) return { ...kept, copy: "kept", warning: null };
      const fetched = await fetchCopy();
      if ("receipt" in fetched) {
        checks.write(day, fetched.receipt.id);
        log.info({ records: fetched.records, receipt: fetched.receipt.id }, "instruments fetched");
        return { ...fetched, copy: "fetched", warning: null };
      }
      const older = newestCopy(rawStore);
      if (older === undefined) throw noInstruments(fetched.problem);
      const { fetchedAt } = older.receipt;
      const warning = `the instrument master could not be fetched (${fetched.problem}); the copy of ${fetchedAt} is used`;
      log.warn({ receipt: older.receipt.id }, warning);
      return { ...older, copy: "older", warning };
    },
  };
}

/** The day in India: the vendor makes the file anew each morning there. */
function indianDateOf(instant: EpochMs): SessionDate {
  return dateOfDayNumber(Math.floor((instant + IST_OFFSET_MS) / DAY_MS));
}

function land(
  rawStore: RawStore,
  received: {
    readonly rows: readonly InstrumentRow[];
    readonly records: number;
    readonly bytes: Uint8Array;
    readonly synthetic: boolean;
  },
  fetchedAt: EpochMs,
): Copy {
  const { rows, records, bytes, synthetic } = received;
  const { receipt } = rawStore.land({
    kind: "instruments",
    source: SMARTAPI,
    synthetic,
    endpoint: { name: MASTER_CALL, params: {} },
    symbol: null,
    fetchedAt,
    format: "json",
    bytes,
    rows: records,
    newestSession: null,
  });
  return { rows, records, receipt };
}

function shortness(rows: number, before: Copy | undefined): string | undefined {
  const needed = Math.max(1, (before?.rows.length ?? 0) * SHORT_SHARE);
  return rows < needed
    ? `NOT_DATA: the file has ${rows} rows of NSE's cash segment, at least ${Math.ceil(needed)} were expected`
    : undefined;
}

/** The newest copy that can still be read. */
function newestCopy(rawStore: RawStore): Copy | undefined {
  for (const { id } of rawStore.receipts({ kinds: ["instruments"] }).toReversed()) {
    const copy = copyOf(rawStore, id);
    if (copy !== undefined) return copy;
  }
  return undefined;
}

/** A kept copy; `undefined` when it is gone or damaged, as it can be fetched again. */
function copyOf(rawStore: RawStore, receiptId: string | undefined): Copy | undefined {
  const receipt = receiptId === undefined ? undefined : rawStore.find(receiptId);
  if (receipt === undefined) return undefined;
  try {
    const parsed = parseInstruments(rawStore.readBody(receipt));
    if (parsed.outcome === "problem") return undefined;
    return { rows: parsed.rows, records: parsed.records, receipt };
  } catch (cause) {
    if (cause instanceof MeridianError && cause.code === "FILE_DAMAGED") return undefined;
    throw cause;
  }
}

/** Which copy was the vendor's on which day; the same bytes on another day make no receipt of their own. */
function openChecks(database: DatabaseSync, urlLabel: string) {
  database.exec(TABLES);
  const selectDay = database.prepare(
    "SELECT day, receipt_id FROM instrument_checks WHERE url_label = ? AND day = ?",
  );
  const selectNewest = database.prepare(
    "SELECT day, receipt_id FROM instrument_checks WHERE url_label = ? ORDER BY day DESC LIMIT 1",
  );
  const upsert = database.prepare(
    `INSERT INTO instrument_checks VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET receipt_id = excluded.receipt_id`,
  );
  return {
    of: (day: SessionDate): string | undefined =>
      checkRow.parse(selectDay.get(urlLabel, day))?.receipt_id,
    newest: (): string | undefined => checkRow.parse(selectNewest.get(urlLabel))?.receipt_id,
    write: (day: SessionDate, receiptId: string): void => {
      inTransaction(database, () => upsert.run(day, urlLabel, receiptId));
    },
  };
}

function noInstruments(problem: string): MeridianError {
  return new MeridianError("NO_INSTRUMENTS", {
    message: `there is no instrument master: it could not be fetched (${problem}) and no copy is kept`,
  });
}
