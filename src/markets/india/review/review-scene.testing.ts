/**
 * A day for tests of the review: three instruments on a seeded walk, with a gap, a minute that changed
 * after its seal, one from REST, an auction print and minutes loud enough to be observed.
 */
import { seededRandom } from "#core/random.ts";
import type { Candle } from "../candles/candle-table.ts";
import {
  SCENE_FACTS,
  SCENE_THRESHOLDS,
  minuteAt,
  sceneCandle,
  tableOf,
} from "../momentum/momentum-scene.testing.ts";
import { observeDay } from "../momentum/observe-day.ts";
import type { ReviewInputs } from "./review-inputs.ts";

const SEED = 20_260_804;
export const SCENE_GAP = { from: minuteAt("11:02"), to: minuteAt("11:09") };
const RECOVERED = minuteAt("11:05");
const CHANGED = minuteAt("10:00");
const INCOMPLETE = minuteAt("11:02");
const LOUD = [minuteAt("10:20"), minuteAt("13:40"), minuteAt("15:20")];

/** A day's walk of one instrument; loud minutes close at the day's high on five times the volume. */
function walk(symbol: number, options: { index?: boolean; endMinute: number }): Candle[] {
  const random = seededRandom(SEED + symbol);
  const candles: Candle[] = [];
  let [price, high] = [28_000_000 / (symbol + 1), 0];
  for (let minute = SCENE_FACTS.openMinute; minute < options.endMinute; minute++) {
    const isLoud = LOUD.includes(minute);
    const open = price;
    const move = Math.round((random() - 0.5) * price * 0.0012);
    price = isLoud ? Math.round(Math.max(high, open) * 1.0008) : price + move;
    const wick = Math.round(random() * price * 0.0004);
    const top = Math.max(open, price) + (isLoud ? 0 : wick);
    high = Math.max(high, top);
    const volume = Math.round(2000 + random() * 3000) * (isLoud ? 5 : 1);
    candles.push(
      sceneCandle(minute, {
        symbol,
        open,
        high: top,
        low: Math.min(open, price) - wick,
        close: price,
        volume: options.index === true ? NaN : volume,
        vwap: options.index === true ? NaN : (price - 50_000) / 10_000,
      }),
    );
  }
  return candles;
}

/** All candles of the scene before anything went wrong. */
export function wholeDay(): Candle[] {
  const { closeMinute, auction } = SCENE_FACTS;
  const auctionStart = auction?.fromMinute ?? closeMinute;
  const print = sceneCandle(auctionStart, { symbol: 2, kind: 1, volume: 90_000, vwap: NaN });
  const reliance = walk(2, { endMinute: auctionStart });
  const last = reliance.at(-1)?.close ?? 0;
  return [
    ...walk(0, { endMinute: closeMinute }),
    ...walk(1, { endMinute: closeMinute, index: true }),
    ...reliance,
    { ...print, open: last, high: last, low: last, close: last },
  ];
}

const isInGap = ({ startMinute }: Candle) =>
  startMinute >= SCENE_GAP.from && startMinute < SCENE_GAP.to;

/** The canonical day: no candles in the gap but its first, in doubt, and one from REST. */
function canonicalDay(): Candle[] {
  return wholeDay().flatMap((candle) => {
    if (candle.kind === 1 || !isInGap(candle)) return [candle];
    if (candle.startMinute === INCOMPLETE) return [{ ...candle, incomplete: 1 }];
    return candle.startMinute === RECOVERED
      ? [{ ...candle, source: 1, tickCount: 0, vwap: NaN }]
      : [];
  });
}

/** What was sealed live: without the recovered minute, and one minute short of a late packet. */
function sealedDay(): Candle[] {
  return canonicalDay()
    .filter(({ source }) => source === 0)
    .map((candle) =>
      candle.startMinute === CHANGED && candle.symbol === 0
        ? { ...candle, tickCount: candle.tickCount - 1, close: candle.close - 500 }
        : candle,
    );
}

/** The inputs of the scene's review; a test changes what it is about. */
export function reviewInputs(change: Partial<ReviewInputs> = {}): ReviewInputs {
  const canonical = change.canonical ?? tableOf(canonicalDay());
  return {
    plan: { ...SCENE_FACTS, sealDelayMs: 2000, clock: "machine" },
    calendar: "nse-2026.1",
    synthetic: true,
    snapshot: "SNAP-0123456789abcdef",
    inputs: [{ name: "2026-08-04/ticks/2026-08-04-1.ticks", sha256: "ab".repeat(32) }],
    canonical,
    sealed: tableOf(sealedDay()),
    gaps: [
      {
        fromMs: SCENE_GAP.from * 60_000 + 12_000,
        toMs: SCENE_GAP.to * 60_000 - 1,
        connection: 0,
        symbols: ["ITC", "Nifty 50", "RELIANCE"],
        cause: "DISCONNECT",
        volumeBySymbol: new Map([
          ["ITC", 12_345],
          ["RELIANCE", 23_456],
        ]),
        missingBySequence: 812,
      },
    ],
    packets: {
      received: 41_000,
      duplicates: 3,
      late: 1,
      reordered: 2,
      missing: 812,
      missingReason: null,
    },
    anomalies: [{ code: "WRONG_LENGTH", count: 2, examples: ["00ff", "01"] }],
    use: { tokens: 3, headroom: 2997, connections: 1 },
    coverageGaps: [{ symbol: "NIFTY SMLCAP 100", role: "small_cap", reason: "not in the master" }],
    rest: {
      candles: tableOf(wholeDay().filter(({ symbol, kind }) => symbol !== 1 && kind === 0)),
      missing: [{ symbol: "Nifty 50", reason: "AB1004 after 3 tries" }],
    },
    momentum: observeDay(canonical, SCENE_THRESHOLDS, SCENE_FACTS),
    proxies: ["Nifty 50"],
    notes: ["11:02:12.000 IST connection 0 lost: DISCONNECT"],
    ...change,
  };
}
