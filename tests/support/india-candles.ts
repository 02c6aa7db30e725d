/**
 * The candles of an Indian workspace as another tool reads them, and how they stand against what the
 * simulated exchange knows. The way from `current.json` to the rows is the documented one.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { must } from "#core/assert.ts";
import { type SessionDate, parseSessionDate } from "#core/session-date.ts";
import { queryParquet } from "#lake/read-parquet.testing.ts";
import type { CandleTable } from "#markets/india/candles/candle-table.ts";
import { openLiveCandles } from "#markets/india/candles/live-candles-store.ts";
import { rebuildSession } from "#markets/india/candles/rebuild-session.ts";
import { sha256Hex } from "#platform/digest.ts";
import type { TickTimeline } from "../../simulators/synthetic-market/tick-columns.ts";
import { midnightMinuteOf } from "../../simulators/synthetic-market/tick-session.ts";
import { auctionTruthOf, minuteTruthOf } from "../../simulators/synthetic-market/tick-truth.ts";

const candleSchema = z.strictObject({
  symbol: z.string(),
  session: z.string(),
  /** Epoch minute (UTC). */
  minute: z.coerce.number(),
  /** Price units of 1/10000 rupee. */
  open: z.coerce.number(),
  high: z.coerce.number(),
  low: z.coerce.number(),
  close: z.coerce.number(),
  volume: z.coerce.number().nullable(),
  vwap: z.number().nullable(),
  tick_count: z.number(),
  source: z.string(),
  kind: z.enum(["minute", "auction"]),
  incomplete: z.boolean(),
});
export type ReadCandle = z.output<typeof candleSchema>;

/** The columns that every reader may rely on, in their order, with their types. */
export const CANDLE_COLUMN_TYPES = [
  "symbol VARCHAR",
  "session DATE",
  "start TIMESTAMP WITH TIME ZONE",
  "open DECIMAL(18,4)",
  "high DECIMAL(18,4)",
  "low DECIMAL(18,4)",
  "close DECIMAL(18,4)",
  "volume BIGINT",
  "vwap DOUBLE",
  "tick_count INTEGER",
  "source VARCHAR",
  "kind VARCHAR",
  "incomplete BOOLEAN",
  "revision INTEGER",
];

const COLUMNS_SQL = `symbol, session::VARCHAR AS session, epoch_ms(start) // 60000 AS minute,
  (open * 10000)::BIGINT AS open, (high * 10000)::BIGINT AS high, (low * 10000)::BIGINT AS low,
  (close * 10000)::BIGINT AS close, volume, vwap, tick_count, source, kind, incomplete`;

const UNITS_PER_PAISA = 100;
const PAISE_PER_RUPEE = 100;
/** Averages are whole paise, so two that differ by less are the same number written another way. */
const VWAP_ERROR_MAX = 1e-9;
const LISTED_MAX = 10;

const pointerSchema = z.looseObject({ snapshot: z.string() });
const manifestSchema = z.looseObject({
  contentDigest: z.string(),
  files: z.array(z.looseObject({ path: z.string(), rows: z.number(), sha256: z.string() })),
});

/** The snapshot in force and its one-minute candle files; throws when a file is not what the manifest says. */
export function readPointedCandleFiles(workspace: string) {
  const root = join(workspace, "data", "analytics", "india");
  const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));
  const { snapshot } = z.parse(pointerSchema, json("current.json"));
  const manifest = z.parse(manifestSchema, json(`manifests/${snapshot}.json`));
  for (const { path, sha256 } of manifest.files) {
    if (sha256Hex(readFileSync(join(root, path))) !== sha256) {
      throw new Error(`${path} is not what the manifest says`);
    }
  }
  const paths = manifest.files
    .filter(({ path }) => path.startsWith("candles/interval=1m/"))
    .map(({ path }) => join(root, path));
  return { snapshot, contentDigest: manifest.contentDigest, paths };
}

/** The published one-minute candles, the newest revision of each key, by symbol and time. */
export async function readPublished(workspace: string): Promise<ReadCandle[]> {
  return await readCandleRows(readPointedCandleFiles(workspace).paths);
}

/** Candles of these files. */
export async function readCandleRows(paths: readonly string[]): Promise<ReadCandle[]> {
  if (paths.length === 0) return [];
  const rows = await queryParquet(
    paths,
    (from) => `SELECT ${COLUMNS_SQL} FROM ${from}
      QUALIFY revision = max(revision) OVER (PARTITION BY symbol, start, kind)
      ORDER BY symbol, start, kind DESC`,
  );
  return rows.map((row) => z.parse(candleSchema, row));
}

/** Names of the live batches of a session with the digests of their bytes. */
export function liveBatches(workspace: string, session: string): Map<string, string> {
  const folder = liveFolder(workspace, session);
  const names = readdirSync(folder).filter((name) => name.endsWith(".parquet"));
  return new Map(
    names.sort().map((name) => [name, sha256Hex(readFileSync(join(folder, name)))] as const),
  );
}

/** Where a session's live batches lie. */
export function liveFolder(workspace: string, session: string): string {
  return join(workspace, "data", "staging", "india", "candles", `session=${session}`);
}

/**
 * Writes what a replay of the tick log sealed in the batches of another folder, and gives back their
 * digests: of the same candles they are the same bytes.
 */
export async function rewriteBatches(
  workspace: string,
  like: { readonly session: string; readonly batches: Iterable<string> },
): Promise<Map<string, string>> {
  const sealed = sealedByReplay(workspace);
  const other = join(workspace, "rewritten");
  const session = must(parseSessionDate(like.session), "a date");
  const live = await openLiveCandles({
    stagingDir: join(other, "data", "staging", "india"),
    temporaryDir: join(other, "duckdb"),
    session,
    isSynthetic: true,
  });
  try {
    for (const name of like.batches) {
      const minutes = minutesOf(name, session);
      await live.write(minutes, sealed, name.includes("auction") ? "auction" : "minute");
    }
  } finally {
    live.close();
  }
  return liveBatches(other, like.session);
}

/** The candles that a replay of the whole tick log seals. */
export function sealedByReplay(workspace: string): CandleTable {
  return must(rebuildSession(tickSegments(workspace)), "the log says its session").sealedLive;
}

const BATCH_NAME = /^(\d{2})(\d{2})-(\d{2})(\d{2})/;

/** Epoch minutes (UTC) that the name of a batch says it covers. */
function minutesOf(name: string, session: SessionDate): number[] {
  const [, ...digits] = must(BATCH_NAME.exec(name), "a batch is named for its minutes");
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = digits.map(Number);
  const first = fromHour * 60 + fromMinute;
  const last = toHour * 60 + toMinute;
  const midnight = midnightMinuteOf(session);
  return Array.from({ length: last - first + 1 }, (_, index) => midnight + first + index);
}

/** Minutes that more than one batch of a kind covers. */
export function coveredTwice(batches: Iterable<string>, session: string): string[] {
  const date = must(parseSessionDate(session), "a date");
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const name of batches) {
    for (const minute of minutesOf(name, date)) {
      const key = `${minute}${name.includes("auction") ? " auction" : ""}`;
      if (seen.has(key)) twice.push(`${key} (${name})`);
      seen.add(key);
    }
  }
  return twice;
}

/** Paths of the tick log, in the order in which its segments were written. */
export function tickSegments(workspace: string): string[] {
  const root = join(workspace, "data", "raw", "india");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ticks"))
    .map((name) => join(root, name))
    .sort();
}

/** How a day's candles differ from what the exchange knows; every list should be empty. */
export type TruthComparison = {
  readonly wrong: readonly string[];
  readonly invented: readonly string[];
  readonly missing: readonly string[];
  /** Candles that were compared in full. */
  readonly compared: number;
  readonly incomplete: number;
};

/** What of the truth is looked at: epoch minutes [fromMinute, toMinute), packets before `rowsPassed`. */
export type TruthRange = {
  readonly fromMinute?: number | undefined;
  readonly toMinute?: number | undefined;
  readonly rowsPassed?: number | undefined;
  /** Instruments that were not streamed. */
  readonly without?: readonly string[] | undefined;
};

/** Compares complete candles in full, and all by whether there should be one. */
export function compareWithTruth(
  candles: readonly ReadCandle[],
  timeline: TickTimeline,
  range: TruthRange = {},
): TruthComparison {
  const truth = truthByKey(timeline, range);
  const found = new Map(candles.map((one) => [keyOf(one), one]));
  const isInRange = ({ minute }: { readonly minute: number }): boolean =>
    minute >= (range.fromMinute ?? 0) && minute < (range.toMinute ?? Infinity);
  const ofRange = candles.filter(isInRange);
  const complete = ofRange.filter(({ incomplete }) => !incomplete);
  const problems = complete.flatMap((one) => {
    const expected = truth.get(keyOf(one));
    const differs = expected === undefined ? [] : differences(one, expected);
    return differs.length === 0 ? [] : [`${describe(one)}: ${differs.join(", ")}`];
  });
  const invented = ofRange.filter((one) => !truth.has(keyOf(one))).map(describe);
  const missing = [...truth.keys()].filter((key) => !found.has(key));
  return {
    wrong: problems.slice(0, LISTED_MAX),
    invented: invented.slice(0, LISTED_MAX),
    missing: missing.slice(0, LISTED_MAX),
    compared: complete.length,
    incomplete: ofRange.length - complete.length,
  };
}

type Expected = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number | null;
  readonly vwap: number | null;
  readonly tickCount: number | null;
};

function truthByKey(timeline: TickTimeline, range: TruthRange): Map<string, Expected> {
  const { fromMinute = 0, toMinute = Infinity, rowsPassed, without = [] } = range;
  const truth = new Map<string, Expected>();
  for (const [token, { name, kind }] of timeline.instruments.entries()) {
    if (without.includes(name)) continue;
    const isIndex = kind !== "stock";
    for (const one of minuteTruthOf(timeline, token, rowsPassed)) {
      if (one.minute < fromMinute || one.minute >= toMinute) continue;
      truth.set(keyOf({ symbol: name, minute: one.minute, kind: "minute" }), {
        open: one.open * UNITS_PER_PAISA,
        high: one.high * UNITS_PER_PAISA,
        low: one.low * UNITS_PER_PAISA,
        close: one.close * UNITS_PER_PAISA,
        volume: isIndex ? null : one.volume,
        vwap: isIndex ? null : one.average / PAISE_PER_RUPEE,
        tickCount: one.tickCount,
      });
    }
    const auction = auctionTruthOf(timeline, token, rowsPassed);
    if (auction === undefined || auction.minute < fromMinute || auction.minute >= toMinute)
      continue;
    const price = auction.price * UNITS_PER_PAISA;
    truth.set(keyOf({ symbol: name, minute: auction.minute, kind: "auction" }), {
      open: price,
      high: price,
      low: price,
      close: price,
      volume: auction.volume,
      vwap: null,
      tickCount: null,
    });
  }
  return truth;
}

/** A candle by REST knows no packets and no average. */
function differences(candle: ReadCandle, expected: Expected): string[] {
  const isStreamed = candle.source.endsWith("stream") && candle.kind === "minute";
  const vwapError = Math.abs((candle.vwap ?? -1) - (expected.vwap ?? -1));
  return [
    ...(["open", "high", "low", "close", "volume"] as const)
      .filter((name) => candle[name] !== expected[name])
      .map((name) => `${name} ${candle[name]}, not ${expected[name]}`),
    ...(isStreamed && candle.tick_count !== expected.tickCount
      ? [`${candle.tick_count} packets, not ${expected.tickCount}`]
      : []),
    ...(isStreamed && vwapError > VWAP_ERROR_MAX
      ? [`vwap ${candle.vwap}, not ${expected.vwap}`]
      : []),
  ];
}

function keyOf(candle: Pick<ReadCandle, "symbol" | "minute" | "kind">): string {
  return `${candle.symbol} ${candle.minute} ${candle.kind}`;
}

function describe(candle: ReadCandle): string {
  return `${keyOf(candle)} (${candle.source}${candle.incomplete ? ", incomplete" : ""})`;
}

/** Epoch minute (UTC) of a time of the session's day, `HH:MM`. */
export function epochMinuteOf(timeline: TickTimeline, time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return midnightMinuteOf(timeline.session.date) + hours * 60 + minutes;
}
