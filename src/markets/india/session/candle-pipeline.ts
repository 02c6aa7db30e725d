/**
 * What follows a seal, in this order: the tick log is durable, the candles of the batch lie on the disk as
 * Parquet, and only then is the batch observed for momentum. Batches that wait are written together.
 */
import { must } from "#core/assert.ts";
import {
  type CandleKind,
  type CandleTable,
  appendCandle,
  candleAt,
  createCandleTable,
} from "../candles/candle-table.ts";
import type { LiveCandles } from "../candles/live-candles-store.ts";
import type { SealedBatch } from "../candles/bucket-sealer.ts";
import type { MomentumObservation, MomentumObserver } from "../momentum/momentum-observer.ts";
import { keepFirstFailure } from "./first-failure.ts";

export interface CandlePipeline {
  /** Takes batches in the order of their seals. */
  take(batches: readonly SealedBatch[]): void;
  /** Resolves when all that was taken is written and observed. @throws what broke the work */
  settle(): Promise<void>;
  candles(): number;
  observations(): readonly MomentumObservation[];
  failure(): Error | undefined;
}

/** A pipeline into the live candles of one session. */
export function createCandlePipeline(options: {
  /** Makes the tick log durable up to what was applied. */
  readonly sync: () => Promise<void>;
  readonly live: Pick<LiveCandles, "write">;
  readonly observer: Pick<MomentumObserver, "observeBatch">;
  readonly onObserved: (all: readonly MomentumObservation[]) => void;
}): CandlePipeline {
  const { sync, live, observer, onObserved } = options;
  const waiting: SealedBatch[] = [];
  const observations: MomentumObservation[] = [];
  let candles = 0;
  let work: Promise<void> | undefined;
  const failure = keepFirstFailure();

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batches = waiting.splice(0);
      await sync();
      for (const kind of ["minute", "auction"] as const) await writeBatches(live, batches, kind);
      for (const batch of batches) {
        candles += batch.candles.length;
        if (batch.kind !== "minute") continue;
        const found = observer.observeBatch(batch).observations;
        observations.push(...found);
        if (found.length > 0) onObserved(observations);
      }
    }
  };
  const start = (): void => {
    if (work !== undefined || waiting.length === 0 || failure.error() !== undefined) return;
    work = drain()
      .catch(failure.keep)
      .finally(() => {
        work = undefined;
        // What came after the last look at what waits, and before this.
        start();
      });
  };
  return {
    take: (batches) => {
      if (batches.length === 0) return;
      waiting.push(...batches);
      start();
    },
    settle: async () => {
      for (let busy = work; busy !== undefined; busy = work) await busy;
      const error = failure.error();
      if (error !== undefined) throw error;
    },
    candles: () => candles,
    observations: () => observations,
    failure: failure.error,
  };
}

async function writeBatches(
  live: Pick<LiveCandles, "write">,
  batches: readonly SealedBatch[],
  kind: CandleKind,
): Promise<void> {
  const ofKind = batches.filter((batch) => batch.kind === kind);
  if (ofKind.length === 0) return;
  const minutes = ofKind.map((batch) => batch.minute);
  await live.write(minutes, joinTables(ofKind.map((batch) => batch.candles)), kind);
}

/** One table of all; they are about the same symbols. */
function joinTables(tables: readonly CandleTable[]): CandleTable {
  const first = must(tables[0], "there is a table to join");
  if (tables.length === 1) return first;
  const joined = createCandleTable(first.symbols);
  for (const table of tables) {
    for (let row = 0; row < table.length; row++) appendCandle(joined, candleAt(table, row));
  }
  return joined;
}
