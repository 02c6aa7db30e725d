/**
 * Days of candles for tests of momentum and of the review: a quiet day on which a test places what it is
 * about. Prices are rupees here and price units in the table.
 */
import { PRICE_SCALE } from "#core/price.ts";
import { sessionDate } from "#core/session-date.ts";
import { settingsSchema } from "#contracts/settings.ts";
import {
  type Candle,
  type CandleTable,
  appendCandle,
  createCandleTable,
} from "../candles/candle-table.ts";
import { parseIstMinute } from "./ist-minute.ts";
import type { MomentumFacts } from "./momentum-facts.ts";

const SCENE_SESSION = sessionDate("2026-08-04");
export const SCENE_THRESHOLDS = settingsSchema.parse({}).thresholds;

/** A minute of the scene's day by its clock in IST, e.g. `09:15`. */
export function minuteAt(clock: string): number {
  return parseIstMinute(`${SCENE_SESSION}T${clock}+05:30`);
}

export const SCENE_SYMBOLS = ["ITC", "Nifty 50", "RELIANCE"];

/** ITC has no closing auction, RELIANCE has one, Nifty 50 is an index. */
export const SCENE_FACTS: MomentumFacts = {
  session: SCENE_SESSION,
  mode: "quote",
  openMinute: minuteAt("09:15"),
  closeMinute: minuteAt("15:30"),
  auction: { fromMinute: minuteAt("15:15"), toMinute: minuteAt("15:35") },
  instruments: [
    { symbol: "ITC", isIndex: false, hasAuction: false },
    { symbol: "Nifty 50", isIndex: true, hasAuction: false },
    { symbol: "RELIANCE", isIndex: false, hasAuction: true },
  ],
};

/** A whole candle of ITC at 100 rupees on 1000 shares, VWAP 99; `change` is in units as the table has it. */
export function sceneCandle(minute: number, change: Partial<Candle> = {}): Candle {
  const price = 100 * PRICE_SCALE;
  const plain = {
    symbol: 0,
    startMinute: minute,
    open: price,
    high: price,
    low: price,
    close: price,
  };
  return {
    ...plain,
    volume: 1000,
    vwap: 99,
    tickCount: 10,
    source: 0,
    kind: 0,
    incomplete: 0,
    ...change,
  };
}

export function tableOf(candles: readonly Candle[]): CandleTable {
  const table = createCandleTable(SCENE_SYMBOLS);
  for (const candle of candles) appendCandle(table, candle);
  return table;
}

/** Quiet candles of each minute from the open, so many; `change` may alter one by its offset. */
export function quietCandles(
  count: number,
  change: (offset: number) => Partial<Candle> | null = () => ({}),
): Candle[] {
  return Array.from({ length: count }, (_, offset) => ({
    offset,
    changed: change(offset),
  })).flatMap(({ offset, changed }) =>
    changed === null ? [] : [sceneCandle(SCENE_FACTS.openMinute + offset, changed)],
  );
}
