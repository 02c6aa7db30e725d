/** What follows a seal: every batch is written, whenever it comes. */
import { describe, expect, test } from "vitest";
import { createCandleTable } from "../candles/candle-table.ts";
import type { SealedBatch } from "../candles/bucket-sealer.ts";
import { createCandlePipeline } from "./candle-pipeline.ts";

/** More turns of the microtask queue than the writing of a batch takes. */
const TURNS_MAX = 40;

describe("a batch that comes while the one before is written", () => {
  test.each(Array.from({ length: TURNS_MAX }, (_, turns) => turns))(
    "is written too, %i turns later",
    async (turns) => {
      const written: number[] = [];
      const pipeline = createCandlePipeline({
        sync: () => Promise.resolve(),
        live: {
          write: (minutes) => {
            written.push(...minutes);
            return Promise.resolve();
          },
        },
        observer: { observeBatch: () => ({ judged: 0, observations: [], insufficient: [] }) },
        onObserved: () => undefined,
      });
      pipeline.take([batchOf(1)]);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      pipeline.take([batchOf(2)]);
      await pipeline.settle();
      expect(written).toEqual([1, 2]);
    },
  );
});

function batchOf(minute: number): SealedBatch {
  return { kind: "minute", minute, candles: createCandleTable(["INFY"]) };
}
