/**
 * The momentum of a whole day from its canonical candles: what the review lists. It is the observer of
 * the sealed batches fed with the minutes of the day in order, so that a day whose candles did not change
 * after their seal has the same observations, ids included.
 */
import {
  type CandleTable,
  CANDLE_KINDS,
  appendCandle,
  candleAt,
  createCandleTable,
} from "../candles/candle-table.ts";
import type { MomentumGrade } from "./grade-observation.ts";
import { type InsufficientReason, INSUFFICIENT_REASONS } from "./judge-candle.ts";
import {
  type MomentumFacts,
  type MomentumThresholds,
  momentumThresholdsOf,
} from "./momentum-facts.ts";
import { type MomentumObservation, createMomentumObserver } from "./momentum-observer.ts";

export type GradedObservation = MomentumObservation & { readonly outcome: MomentumGrade };

/** Candles that could not be judged, counted by reason: so many of so many symbols. */
export type InsufficientCount = {
  readonly reason: InsufficientReason;
  readonly candles: number;
  readonly symbols: number;
};

/**
 * `state` is INSUFFICIENT_DATA when no candle of the day could be judged. Observations are in the order
 * of minute, then symbol.
 */
export type DayMomentum = {
  readonly state: "OBSERVED" | "INSUFFICIENT_DATA";
  readonly judged: number;
  readonly observations: readonly GradedObservation[];
  readonly insufficient: readonly InsufficientCount[];
  readonly thresholds: MomentumThresholds;
};

/** Recomputes the day. The same candles in any order give the same value. */
export function observeDay(
  candles: CandleTable,
  settings: MomentumThresholds,
  facts: MomentumFacts,
): DayMomentum {
  const observer = createMomentumObserver(settings, facts);
  const observations: MomentumObservation[] = [];
  const doubts = new Map<InsufficientReason, { candles: number; symbols: Set<string> }>();
  let judged = 0;
  for (const batch of batchesOf(candles)) {
    const found = observer.observeBatch(batch);
    judged += found.judged;
    observations.push(...found.observations);
    for (const { reason, symbol } of found.insufficient) {
      const doubt = doubts.get(reason) ?? { candles: 0, symbols: new Set<string>() };
      doubt.candles += 1;
      doubts.set(reason, { ...doubt, symbols: doubt.symbols.add(symbol) });
    }
  }
  return {
    state: judged > 0 ? "OBSERVED" : "INSUFFICIENT_DATA",
    judged,
    observations: observations.map((observation) => ({
      ...observation,
      outcome: observer.grade(observation, facts.closeMinute - 1),
    })),
    insufficient: INSUFFICIENT_REASONS.flatMap((reason) => {
      const doubt = doubts.get(reason);
      return doubt === undefined
        ? []
        : [{ reason, candles: doubt.candles, symbols: doubt.symbols.size }];
    }),
    thresholds: momentumThresholdsOf(settings),
  };
}

/** The minutes of a table in order, each with its candles in the order of their symbols' names. */
function* batchesOf(table: CandleTable): Generator<{ minute: number; candles: CandleTable }> {
  const minuteKind = CANDLE_KINDS.indexOf("minute");
  const rank = rankOfNames(table.symbols);
  const rows = Uint32Array.from({ length: table.length }, (_, row) => row)
    .filter((row) => table.kind[row] === minuteKind)
    .sort((a, b) => minuteOf(table, a) - minuteOf(table, b) || rankOf(a) - rankOf(b));
  function rankOf(row: number): number {
    return rank[table.symbol[row] ?? 0] ?? 0;
  }
  let batch: { minute: number; candles: CandleTable } | undefined;
  for (const row of rows) {
    const minute = minuteOf(table, row);
    if (batch?.minute !== minute) {
      if (batch !== undefined) yield batch;
      batch = { minute, candles: createCandleTable(table.symbols) };
    }
    appendCandle(batch.candles, candleAt(table, row));
  }
  if (batch !== undefined) yield batch;
}

/** By index into `names`: its place among the names in code-unit order. */
function rankOfNames(names: readonly string[]): Int32Array {
  const rank = new Int32Array(names.length);
  const order = names.map((_, index) => index);
  order.sort((a, b) => compareText(names[a] ?? "", names[b] ?? ""));
  for (const [place, index] of order.entries()) rank[index] = place;
  return rank;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function minuteOf(table: CandleTable, row: number): number {
  return table.startMinute[row] ?? 0;
}
