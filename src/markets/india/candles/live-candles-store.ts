/**
 * Keeps the candles that a running session has sealed, a file a batch, durable before the batch is
 * observed: `candles/session=DATE/<first>-<last>.parquet` below the staging folder, the minutes in IST. A
 * restart asks which minutes are there and writes what lacks. The day's canonical candles are made
 * elsewhere, from the tick log.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { assert } from "#core/assert.ts";
import { type SessionDate, dayNumberOf, parseSessionDate } from "#core/session-date.ts";
import { openDuckDb } from "#lake/duckdb-store.ts";
import { createPartWriter } from "#lake/part-store.ts";
import { errorCodeOf, removeLeftovers } from "#platform/atomic-file.ts";
import { CANDLE_COLUMNS, candleColumns } from "./candle-columns.ts";
import { readCandles } from "./candle-reader-store.ts";
import {
  CANDLE_KINDS,
  type CandleKind,
  type CandleTable,
  appendCandle,
  candleAt,
  createCandleTable,
} from "./candle-table.ts";

const MINUTES_PER_DAY = 1440;
/** IST is UTC+5:30, the whole year. */
const IST_OFFSET_MINUTES = 330;
/** Parts are below one folder of staging that no build deletes. */
export const LIVE_CANDLES_FOLDER = "candles/session=";

const FILE_PATTERN = /^(\d{2})(\d{2})-(\d{2})(\d{2})(-auction)?\.parquet$/;

export interface LiveCandles {
  /**
   * Writes the candles of these epoch minutes of the session, all of one kind; a minute in which nothing
   * traded counts as written too. Minutes that are there already stay as they are. Durable when it
   * resolves. @throws DISK_FULL, and nothing of it is visible then
   */
  write(minutes: readonly number[], candles: CandleTable, kind?: CandleKind): Promise<void>;
  /** Epoch minutes of this kind that are on the disk. */
  covered(kind?: CandleKind): ReadonlySet<number>;
  /** All candles that are on the disk, sorted by symbol, start and kind. */
  read(): Promise<CandleTable>;
  close(): void;
}

/** Opens the sealed candles of one session; what a killed writer left unfinished is removed. */
export async function openLiveCandles(options: {
  readonly stagingDir: string;
  readonly temporaryDir: string;
  readonly session: SessionDate;
  /** SYNTHETIC candles say so in every row. */
  readonly isSynthetic?: boolean | undefined;
}): Promise<LiveCandles> {
  const { stagingDir, temporaryDir, isSynthetic = false } = options;
  const day = dayNumberOf(options.session);
  const firstMinute = day * MINUTES_PER_DAY - IST_OFFSET_MINUTES;
  const folder = `${LIVE_CANDLES_FOLDER}${options.session}`;
  removeLeftovers(join(stagingDir, folder));
  const covered = coveredIn(join(stagingDir, folder), firstMinute);
  const duckDb = await openDuckDb({ folders: [stagingDir], temporaryDir });
  const writer = createPartWriter(duckDb, stagingDir);
  const writeRun = async (run: MinuteRun, rows: CandleTable, kind: CandleKind): Promise<void> => {
    const name = fileNameOf(run, kind, firstMinute);
    const filled = await writer.fill(
      folder,
      candleColumns(rows, { sessionDay: day, isSynthetic }),
      rows.length,
    );
    await filled.writeOutputs([
      { root: stagingDir, folder, columns: CANDLE_COLUMNS, rows: rows.length, name },
    ]);
    for (let minute = run.first; minute <= run.last; minute++) covered[kind].add(minute);
  };
  return {
    write: async (minutes, candles, kind = "minute") => {
      for (const minute of minutes) {
        const isOfDay = minute >= firstMinute && minute < firstMinute + MINUTES_PER_DAY;
        assert(isOfDay, "live candles are of the session that was opened");
      }
      for (const run of runsOf(minutes.filter((minute) => !covered[kind].has(minute)))) {
        await writeRun(run, rowsOf(candles, run, CANDLE_KINDS.indexOf(kind)), kind);
      }
    },
    covered: (kind = "minute") => covered[kind],
    read: async () => {
      const names = namesIn(join(stagingDir, folder)).filter((name) => FILE_PATTERN.test(name));
      return await readCandles(
        duckDb,
        names.map((name) => join(stagingDir, folder, name)),
      );
    },
    close: () => duckDb.close(),
  };
}

/** Sessions of which there are batches below a staging folder, ascending. */
export function sessionsWithLiveCandles(stagingDir: string): SessionDate[] {
  const [folder = "", prefix = ""] = LIVE_CANDLES_FOLDER.split("/");
  return namesIn(join(stagingDir, folder))
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => parseSessionDate(name.slice(prefix.length)) ?? []);
}

type MinuteRun = { readonly first: number; readonly last: number };

/** Stretches of minutes without a gap, ascending. */
function runsOf(minutes: readonly number[]): MinuteRun[] {
  const runs: { first: number; last: number }[] = [];
  for (const minute of [...new Set(minutes)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.last === minute - 1) run.last = minute;
    else runs.push({ first: minute, last: minute });
  }
  return runs;
}

/** The candles of a run, sorted by symbol name and start. */
function rowsOf(table: CandleTable, run: MinuteRun, kind: number): CandleTable {
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++) {
    const start = table.startMinute[row] ?? 0;
    if (start >= run.first && start <= run.last && table.kind[row] === kind) rows.push(row);
  }
  const order = Int32Array.from(table.symbols.keys());
  const names = [...table.symbols.entries()].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0));
  for (const [rank, [symbol]] of names.entries()) order[symbol] = rank;
  const rankOf = (row: number): number => order[table.symbol[row] ?? 0] ?? 0;
  rows.sort(
    (a, b) => rankOf(a) - rankOf(b) || (table.startMinute[a] ?? 0) - (table.startMinute[b] ?? 0),
  );
  const chosen = createCandleTable(table.symbols, rows.length);
  for (const row of rows) appendCandle(chosen, candleAt(table, row));
  return chosen;
}

function fileNameOf({ first, last }: MinuteRun, kind: CandleKind, firstMinute: number): string {
  const suffix = kind === "auction" ? "-auction" : "";
  return `${clockOf(first - firstMinute)}-${clockOf(last - firstMinute)}${suffix}.parquet`;
}

function clockOf(minuteOfDay: number): string {
  const hours = Math.floor(minuteOfDay / 60);
  return `${String(hours).padStart(2, "0")}${String(minuteOfDay % 60).padStart(2, "0")}`;
}

/** Minutes that files of the folder hold, by kind. */
function coveredIn(folder: string, firstMinute: number): Record<CandleKind, Set<number>> {
  const covered = { minute: new Set<number>(), auction: new Set<number>() };
  for (const name of namesIn(folder)) {
    const match = FILE_PATTERN.exec(name);
    if (!match) continue;
    const first = firstMinute + Number(match[1]) * 60 + Number(match[2]);
    const last = firstMinute + Number(match[3]) * 60 + Number(match[4]);
    const minutes = match[5] === undefined ? covered.minute : covered.auction;
    for (let minute = first; minute <= last; minute++) minutes.add(minute);
  }
  return covered;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    if (errorCodeOf(cause) === "ENOENT") return [];
    throw cause;
  }
}
