/**
 * Reads the minute candles that a workspace publishes, and judges them by what the feed really held: each
 * one is equal to it or marked as incomplete, none is invented, and none is missing without a gap.
 */
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { z } from "zod";
import type { TickTimeline } from "../synthetic-market/tick-columns.ts";
import { SECONDS_PER_MINUTE, midnightMinuteOf } from "../synthetic-market/tick-session.ts";
import { type TrueCandle, auctionTruthOf, minuteTruthOf } from "../synthetic-market/tick-truth.ts";
import { analyticsOf, readManifests, readPointer } from "./workspace-files.ts";

const candleSchema = z.strictObject({
  symbol: z.string(),
  /** Epoch minute. */
  minute: z.coerce.number(),
  /** Paise, as text when not whole. */
  open: z.coerce.number(),
  high: z.coerce.number(),
  low: z.coerce.number(),
  close: z.coerce.number(),
  volume: z.coerce.number().nullable(),
  vwap: z.number().nullable(),
  ticks: z.coerce.number(),
  source: z.string(),
  kind: z.enum(["minute", "auction"]),
  incomplete: z.boolean(),
});
export type PublishedCandle = z.output<typeof candleSchema>;

/** Minutes, by symbol, in which packets are known to be missing. */
export type KnownGap = {
  readonly fromMs: number;
  readonly toMs: number;
};

const MS_PER_MINUTE = 60_000;
const PAISE_PER_RUPEE = 100;
const VWAP_ERROR_MAX = 1e-9;
const FOLDER = "candles/interval=1m/";

/** The newest revision of all minute candles of the snapshot in force, by symbol and start. */
export async function readPublishedMinutes(workspace: string): Promise<PublishedCandle[]> {
  const pointer = readPointer(workspace, "india");
  const manifest = readManifests(workspace, "india").find(({ snapshot }) => snapshot === pointer);
  const files = (manifest?.files ?? []).filter(({ path }) => path.startsWith(FOLDER));
  if (files.length === 0) return [];
  const paths = files.map(({ path }) => `'${join(workspace, analyticsOf("india"), path)}'`);
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const price = (name: string): string => `(${name} * ${PAISE_PER_RUPEE})::DOUBLE AS ${name}`;
    const reader = await connection.runAndReadAll(
      `SELECT symbol, epoch_ms(start) // ${MS_PER_MINUTE} AS minute, ${price("open")}, ${price("high")},
         ${price("low")}, ${price("close")}, volume, vwap, tick_count AS ticks, source, kind, incomplete
       FROM read_parquet([${paths.join(", ")}], hive_partitioning = false)
       QUALIFY revision = max(revision) OVER (PARTITION BY symbol, start, kind)
       ORDER BY symbol, start, kind, revision`,
    );
    return z.array(candleSchema).parse(reader.getRowObjectsJson());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export type MinuteJudgement = {
  /** What is wrong, as sentences. */
  readonly problems: readonly string[];
  /** Published candles that equal the feed, and those that are marked. */
  readonly equal: number;
  readonly incomplete: number;
  /** Minutes of the feed without a published candle, all of them in a known gap or told as unknown. */
  readonly absent: number;
};

/**
 * Judges what is published by the timeline of the feed. `uncounted`: packets of a token and minute that
 * a fault left without a price, so that they count for no candle.
 */
export function judgeMinutes(
  published: readonly PublishedCandle[],
  timeline: TickTimeline,
  about: {
    readonly gaps: readonly KnownGap[];
    /** Minutes of one symbol that the product says it does not know. */
    readonly unknown?: readonly (KnownGap & { readonly symbol: string })[] | undefined;
    readonly uncounted: (token: string, minute: number) => number;
  },
): MinuteJudgement {
  const problems: string[] = [];
  let [equal, incomplete, absent] = [0, 0, 0];
  const bySymbol = Map.groupBy(published, ({ symbol }) => symbol);
  for (const [index, { name, token, kind }] of timeline.instruments.entries()) {
    const truth = truthOf(timeline, index);
    const baseline = openingVolumeOf(timeline, index);
    const candles = bySymbol.get(name) ?? [];
    bySymbol.delete(name);
    const seen = new Set<string>();
    for (const candle of candles) {
      const key = keyOf(candle);
      const what = `${name} ${textOfMinute(candle.minute)} ${candle.kind}`;
      if (seen.has(key)) problems.push(`${what} is there twice`);
      seen.add(key);
      const expected = asSeenBy(candle, truth.get(key), baseline);
      if (expected === undefined) problems.push(`${what} was invented: ${JSON.stringify(candle)}`);
      else if (candle.incomplete) {
        incomplete += 1;
        if (!isPartOf(candle, expected)) problems.push(differs(what, expected, candle));
      } else if (isEqual(candle, expected, kind === "stock", about.uncounted(token, candle.minute)))
        equal += 1;
      else problems.push(differs(what, expected, candle));
    }
    for (const [key, { minute }] of truth) {
      if (seen.has(key)) continue;
      const unknown = (about.unknown ?? []).filter(({ symbol }) => symbol === name);
      if (isInGap(minute, [...about.gaps, ...unknown])) absent += 1;
      else problems.push(`${name} ${textOfMinute(minute)} is missing, and in no gap`);
    }
  }
  for (const name of bySymbol.keys()) problems.push(`${name} is no instrument of the feed`);
  return { problems, equal, incomplete, absent };
}

function truthOf(timeline: TickTimeline, index: number): Map<string, TrueCandle> {
  const truth = new Map<string, TrueCandle>();
  for (const one of minuteTruthOf(timeline, index)) {
    truth.set(keyOf({ minute: one.minute, kind: "minute" }), one);
  }
  const print = auctionTruthOf(timeline, index);
  if (print === undefined) return truth;
  const { minute, price, volume } = print;
  const prices = { open: price, high: price, low: price, close: price };
  truth.set(keyOf({ minute, kind: "auction" }), {
    minute,
    ...prices,
    volume,
    tickCount: Number.NaN,
    average: Number.NaN,
  });
  return truth;
}

type OpeningVolume = { readonly minute: number; readonly volume: number } | undefined;

/**
 * The volume with which a stream begins when an instrument's first packet is of the very moment of the
 * open: it is the baseline, as pre-open volume is, and belongs to no minute (decision 14).
 */
function openingVolumeOf(timeline: TickTimeline, index: number): OpeningVolume {
  const row = timeline.rows[timeline.starts[index] ?? 0] ?? 0;
  const { openMinute, date } = timeline.session;
  if (timeline.second[row] !== openMinute * SECONDS_PER_MINUTE) return undefined;
  return { minute: midnightMinuteOf(date) + openMinute, volume: timeline.volume[row] ?? 0 };
}

/** What a whole candle of this source must be. */
function asSeenBy(
  candle: PublishedCandle,
  expected: TrueCandle | undefined,
  opening: OpeningVolume,
): TrueCandle | undefined {
  const isFirst = expected?.minute === opening?.minute && isStreamed(candle);
  if (expected === undefined || opening === undefined || !isFirst) return expected;
  return { ...expected, volume: expected.volume - opening.volume };
}

function isStreamed({ source }: PublishedCandle): boolean {
  return source.endsWith("stream");
}

function keyOf({ minute, kind }: Pick<PublishedCandle, "minute" | "kind">): string {
  return `${minute} ${kind}`;
}

/** A whole candle has the prices and the volume of the feed; a streamed one its packets and its average too. */
function isEqual(
  candle: PublishedCandle,
  expected: TrueCandle,
  hasVolume: boolean,
  uncounted: number,
): boolean {
  const { open, high, low, close, volume } = expected;
  const isSame =
    candle.open === open &&
    candle.high === high &&
    candle.low === low &&
    candle.close === close &&
    (candle.volume ?? 0) === volume &&
    (candle.volume === null) === !hasVolume;
  if (!isSame || !isStreamed(candle) || candle.kind === "auction") return isSame;
  const vwap = expected.average === 0 ? null : expected.average / PAISE_PER_RUPEE;
  const isVwap =
    vwap === null || candle.vwap === null
      ? vwap === candle.vwap
      : Math.abs(vwap - candle.vwap) <= VWAP_ERROR_MAX;
  return isVwap && candle.ticks === expected.tickCount - uncounted;
}

/** Of an incomplete candle nothing lies outside what the feed had. */
function isPartOf(candle: PublishedCandle, expected: TrueCandle): boolean {
  return (
    candle.high <= expected.high &&
    candle.low >= expected.low &&
    (candle.volume === null || candle.volume <= expected.volume)
  );
}

function isInGap(minute: number, gaps: readonly KnownGap[]): boolean {
  const fromMs = minute * MS_PER_MINUTE;
  return gaps.some((gap) => gap.fromMs < fromMs + MS_PER_MINUTE && gap.toMs >= fromMs);
}

function differs(what: string, expected: TrueCandle, candle: PublishedCandle): string {
  return `${what} differs: ${JSON.stringify(expected)} is right, ${JSON.stringify(candle)} is published`;
}

function textOfMinute(minute: number): string {
  return Temporal.Instant.fromEpochMilliseconds(minute * MS_PER_MINUTE)
    .toZonedDateTimeISO("Asia/Kolkata")
    .toPlainDateTime()
    .toString({ smallestUnit: "minute" });
}
