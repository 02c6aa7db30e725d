/** Sessions as lists of steps, and the tick log records they are; candles and gaps as plain values. */
import { canonicalJson } from "#core/canonical-json.ts";
import { encodePacket, type PacketValues } from "../ticks/encode-packet.testing.ts";
import { MINUTE_MS } from "../ticks/exchange-time.ts";
import { createRecordBuffer } from "../ticks/record-buffer.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import { type LogBytes, RECORD_KINDS } from "../ticks/tick-log-format.ts";
import type { StreamEvent } from "../ticks/tick-source.ts";
import { type Candle, candleAt, type CandleTable } from "./candle-table.ts";
import type { SealedBatch } from "./bucket-sealer.ts";
import { createSessionRebuild, type SessionRebuild } from "./rebuild-session.ts";
import { createTickEngine, type TickEngine } from "./tick-engine.ts";

export type Step =
  | { readonly frame: Uint8Array; readonly connection?: number | undefined }
  | { readonly seal: number }
  | { readonly event: StreamEvent }
  | { readonly session: SessionPlan }
  | { readonly auctionSeal: true };

/** Records of these steps, in their order. Their time of receipt is theirs to ignore: 0. */
export function recordsOf(steps: readonly Step[]): LogBytes {
  const buffer = createRecordBuffer();
  for (const step of steps) {
    if ("frame" in step) buffer.appendFrame(step.connection ?? 0, step.frame, 0);
    else if ("seal" in step) buffer.appendSeal(step.seal, 0);
    else if ("event" in step) buffer.appendJson(RECORD_KINDS.EVENT, canonicalJson(step.event), 0);
    else if ("session" in step) {
      buffer.appendJson(RECORD_KINDS.SESSION, canonicalJson(step.session), 0);
    } else buffer.appendEmpty(RECORD_KINDS.AUCTION_SEAL, 0);
  }
  return buffer.records();
}

/** An engine that was given these steps. */
export function engineOf(steps: readonly Step[]): TickEngine {
  const engine = createTickEngine();
  engine.applyRecords(recordsOf(steps));
  return engine;
}

/** The rebuild of a log of these steps. */
export function rebuildOf(steps: readonly Step[]): SessionRebuild {
  const rebuild = createSessionRebuild();
  rebuild.applyRecords(recordsOf(steps));
  const made = rebuild.finish();
  if (made === undefined) throw new Error("the steps name no session");
  return made;
}

/** A candle in words: prices in paise, the minute counted from the plan's open. */
export type ShownCandle = {
  readonly symbol: string;
  readonly minute: number;
  readonly ohlc: readonly [number, number, number, number];
  readonly volume: number | null;
  readonly vwap: number | null;
  readonly ticks: number;
  readonly kind: "minute" | "auction";
  readonly incomplete: boolean;
};

export function showCandles(table: CandleTable, plan: SessionPlan): ShownCandle[] {
  return Array.from({ length: table.length }, (_, row) => {
    const candle: Candle = candleAt(table, row);
    const { open, high, low, close } = candle;
    return {
      symbol: table.symbols[candle.symbol] ?? "",
      minute: candle.startMinute - plan.openMinute,
      ohlc: [open / 100, high / 100, low / 100, close / 100],
      volume: Number.isNaN(candle.volume) ? null : candle.volume,
      vwap: Number.isNaN(candle.vwap) ? null : candle.vwap,
      ticks: candle.tickCount,
      kind: candle.kind === 1 ? "auction" : "minute",
      incomplete: candle.incomplete === 1,
    };
  });
}

export function showSealed(batches: readonly SealedBatch[], plan: SessionPlan): ShownCandle[] {
  return batches.flatMap(({ candles }) => showCandles(candles, plan));
}

/** Packets of a plan: `at` is seconds from the open. */
export function packetsOf(plan: SessionPlan, mode = 2) {
  return (symbol: string, at: number, values: Partial<PacketValues>): Step => {
    const instrument = plan.instruments.find((each) => each.symbol === symbol);
    const frame = encodePacket({
      mode,
      token: instrument?.token ?? symbol,
      exchangeType: instrument?.exchangeType,
      exchangeMs: plan.openMinute * MINUTE_MS + at * 1000,
      price: 100,
      ...values,
    });
    return { frame, connection: instrument?.connection };
  };
}
