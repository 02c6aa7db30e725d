/** Summaries of one session's candles, one a symbol that has rows, ticks or candles of it. Pure. */
import type { MinuteSummary } from "#contracts/snapshot.ts";
import {
  type SessionFacts,
  type SymbolMinutes,
  summariseMinutes,
} from "#truth/gate1/minute-summary.ts";
import { CANDLE_KINDS, CANDLE_SOURCES, type CandleTable } from "../candles/candle-table.ts";
import type { DayCandles, PayloadDayRows } from "./day-candles.ts";
import { CANDLE_MINUTES, type CandleInterval } from "./minute-payload.ts";
import { refusedCounts } from "./refused-counts.ts";

const MINUTE = CANDLE_KINDS.indexOf("minute");

/** Judges every symbol of the session, sorted by symbol. */
export function summariseDay(
  made: DayCandles,
  of: {
    readonly interval: CandleInterval;
    readonly payloads: readonly PayloadDayRows[];
    /** Refused streamed candles by symbol. */
    readonly refusedStreamed: ReadonlyMap<string, number>;
    readonly facts: SessionFacts;
  },
): MinuteSummary[] {
  const { candles, restated } = made;
  const minutesOf = collectCandles(candles);
  const reasonsOf = new Map<string, number[]>();
  for (const { symbol, reasons } of of.payloads) {
    reasonsOf.set(symbol, [...(reasonsOf.get(symbol) ?? []), ...reasons]);
  }
  const symbols = new Set([...candles.symbols, ...reasonsOf.keys(), ...of.refusedStreamed.keys()]);
  return [...symbols].sort().map((symbol) => {
    const refused = refusedCounts(reasonsOf.get(symbol) ?? []);
    const streamed = of.refusedStreamed.get(symbol) ?? 0;
    const about: SymbolMinutes = {
      symbol,
      interval: of.interval,
      barMinutes: CANDLE_MINUTES[of.interval],
      ...(minutesOf.get(symbol) ?? emptyMinutes()),
      ...refused,
      quarantined: refused.quarantined + streamed,
      restated: restated.filter((name) => name === symbol).length,
    };
    return summariseMinutes(about, of.facts);
  });
}

type CandleCounts = {
  starts: number[];
  hasAuction: boolean;
  incomplete: number;
  sources: { stream: number; rest: number; import: number };
};

function emptyMinutes(): CandleCounts {
  return {
    starts: [],
    hasAuction: false,
    incomplete: 0,
    sources: { stream: 0, rest: 0, import: 0 },
  };
}

/** Counts candles by symbol; earlier revisions of a candle are the same candle. */
function collectCandles(candles: CandleTable): ReadonlyMap<string, CandleCounts> {
  const counts = new Map<string, CandleCounts>();
  for (let row = 0; row < candles.length; row++) {
    const symbol = candles.symbols[candles.symbol[row] ?? 0] ?? "";
    let ofSymbol = counts.get(symbol);
    if (!ofSymbol) {
      ofSymbol = emptyMinutes();
      counts.set(symbol, ofSymbol);
    }
    if (candles.kind[row] !== MINUTE) {
      ofSymbol.hasAuction = true;
      continue;
    }
    const start = candles.startMinute[row] ?? 0;
    if (ofSymbol.starts.at(-1) === start) continue;
    ofSymbol.starts.push(start);
    if (candles.incomplete[row] === 1) ofSymbol.incomplete++;
    const source = CANDLE_SOURCES[candles.source[row] ?? 0];
    if (source !== undefined) ofSymbol.sources[source]++;
  }
  return counts;
}
