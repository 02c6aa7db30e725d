/** Compares what the engine makes of packets with other ways: field by field, candle by candle. */
import { assert } from "#core/assert.ts";
import { type Candle, type CandleTable, candleAt } from "#markets/india/candles/candle-table.ts";
import type { TickEngine } from "#markets/india/candles/tick-engine.ts";
import {
  createPacketRegister,
  decodePacket,
  WELL_FORMED,
} from "#markets/india/ticks/decode-packet.ts";
import { readQuoteDetails, readToken } from "#markets/india/ticks/packet-details.ts";
import { type TrueCandle, minuteTruthOf } from "../simulators/synthetic-market/tick-truth.ts";
import { type SdkQuote, readAsSdk } from "./sdk-parser.ts";
import type { TickInput } from "./tick-input.ts";

const UNITS_PER_PAISA = 100;
const PAISE_PER_RUPEE = 100;

/** Throws where our decoder and the SDK's way differ. Returns how many fields were compared. */
export function compareFields(packets: readonly Uint8Array[]): number {
  let fields = 0;
  for (const packet of packets) {
    const ours = decodeAll(packet);
    const theirs: Readonly<Record<string, string>> = readAsSdk(packet);
    for (const [name, value] of Object.entries(ours)) {
      assert(theirs[name] === value, `${name}: ours ${value}, binary-parser ${theirs[name]}`);
      fields += 1;
    }
  }
  return fields;
}

/** All fields of a quote packet as the SDK names and writes them. */
function decodeAll(packet: Uint8Array): SdkQuote {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const register = createPacketRegister();
  const form = decodePacket(view, 0, packet.byteLength, register);
  const details = readQuoteDetails(view, 0, register);
  assert(form === WELL_FORMED && details !== undefined, "the packets are of mode quote");
  return {
    subscription_mode: String(register.mode),
    exchange_type: String(register.exchangeType),
    token: JSON.stringify(readToken(view, 0)),
    sequence_number: String(register.sequence),
    exchange_timestamp: String(register.exchangeMs),
    last_traded_price: String(register.pricePaise),
    last_traded_quantity: String(details.lastQuantity),
    avg_traded_price: String(register.averagePaise),
    vol_traded: String(register.cumulativeVolume),
    total_buy_quantity: String(details.buyQuantity),
    total_sell_quantity: String(details.sellQuantity),
    open_price_day: String(details.openPaise),
    high_price_day: String(details.highPaise),
    low_price_day: String(details.lowPaise),
    close_price: String(details.closePaise),
  };
}

/**
 * Throws where the candles that an engine sealed are not the simulator's truth, or its counts not what was
 * put into the input. Returns the number of candles. Empties the engine of its batches.
 */
export function compareTruth({ timeline, ...input }: TickInput, engine: TickEngine): number {
  const counts = engine.counts();
  for (const name of ["duplicates", "reordered"] as const) {
    assert(counts[name] === input[name], `${name}: ${counts[name]} of ${input[name]}`);
  }
  const isClean = counts.packets === input.frames && counts.late === 0;
  assert(isClean && engine.anomalies().length === 0, "every packet counts, and none is late");
  const sealed = candlesBySymbol(engine.drainSealed().map(({ candles }) => candles));
  let candles = 0;
  for (const [token, { name, kind }] of timeline.instruments.entries()) {
    const truth = minuteTruthOf(timeline, token);
    const ours = sealed.get(name) ?? [];
    assert(ours.length === truth.length, `${name}: ${ours.length} of ${truth.length} candles`);
    for (const [at, candle] of truth.entries()) {
      const [mine, theirs] = [describe(ours[at]), describeTrue(candle, kind === "stock")];
      assert(mine === theirs, `${name}: the engine says ${mine}, the simulator ${theirs}`);
    }
    candles += truth.length;
  }
  return candles;
}

function candlesBySymbol(tables: readonly CandleTable[]): Map<string, Candle[]> {
  const bySymbol = new Map<string, Candle[]>();
  for (const table of tables) {
    for (let row = 0; row < table.length; row++) {
      const candle = candleAt(table, row);
      const name = table.symbols[candle.symbol] ?? "";
      const known = bySymbol.get(name);
      if (known === undefined) bySymbol.set(name, [candle]);
      else known.push(candle);
    }
  }
  return bySymbol;
}

function describe(candle: Candle | undefined): string {
  if (candle === undefined) return "nothing";
  const { startMinute, open, high, low, close, volume, vwap, tickCount, incomplete } = candle;
  return [startMinute, open, high, low, close, volume, vwap, tickCount, incomplete].join(" ");
}

function describeTrue(candle: TrueCandle, isStock: boolean): string {
  const { minute, open, high, low, close, volume, average, tickCount } = candle;
  const prices = [open, high, low, close].map((paise) => paise * UNITS_PER_PAISA);
  const traded = isStock ? [volume, average / PAISE_PER_RUPEE] : [Number.NaN, Number.NaN];
  return [minute, ...prices, ...traded, tickCount, 0].join(" ");
}
