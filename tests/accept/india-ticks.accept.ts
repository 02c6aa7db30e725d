/**
 * Ticks that the vendor's own clients decoded and people published, put back into the documented layout and
 * decoded by ours: every number of modes 1 to 3 exactly, and the depth packet of mode 4 a counted anomaly.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { must } from "#core/assert.ts";
import {
  createPacketRegister,
  decodePacket,
  WELL_FORMED,
} from "#markets/india/ticks/decode-packet.ts";
import {
  readQuoteDetails,
  readSnapDetails,
  readToken,
} from "#markets/india/ticks/packet-details.ts";
import { WRONG_MODE } from "#markets/india/ticks/tick-anomalies.ts";

const DATA = join(
  must(process.env["MERIDIAN_ACCEPT_DATA"], "npm run accept names the folder"),
  "angel_one",
);
const DEPTH_BYTES = 443;
const BYTES_OF_MODE = [0, 51, 123, 379];
const NO_LEVEL = { flag: 0, quantity: 0, pricePaise: 0, orders: 0 };

/** The clients disagree on names and give numbers as texts; what a mode lacks is absent. */
const number = z.coerce.number();
const optional = number.optional();
const level = z
  .looseObject({ flag: number, quantity: number, price: number })
  .transform((each) => ({
    flag: each.flag,
    quantity: each.quantity,
    pricePaise: each.price,
    orders: Number(each["no of orders"] ?? each["orders"] ?? each["no_of_orders"] ?? 0),
  }));
const levels = z.array(level).optional();
const tickSchema = z.looseObject({
  subscription_mode: number,
  exchange_type: number,
  token: z.string().transform((text) => text.replaceAll('"', "")),
  sequence_number: optional,
  exchange_timestamp: number,
  last_traded_price: optional,
  last_traded_quantity: optional,
  average_traded_price: optional,
  avg_traded_price: optional,
  volume_trade_for_the_day: optional,
  vol_traded: optional,
  total_buy_quantity: optional,
  total_sell_quantity: optional,
  open_price_of_the_day: optional,
  open_price_day: optional,
  high_price_of_the_day: optional,
  high_price_day: optional,
  low_price_of_the_day: optional,
  low_price_day: optional,
  closed_price: optional,
  close_price: optional,
  last_traded_timestamp: optional,
  open_interest: optional,
  upper_circuit_limit: optional,
  upper_circuit: optional,
  lower_circuit_limit: optional,
  lower_circuit: optional,
  "52_week_high_price": optional,
  "52_week_low_price": optional,
  fiftytwo_week_high: optional,
  fiftytwo_week_low: optional,
  open_interest_change: optional,
  best_5_buy_data: levels,
  best_5_sell_data: levels,
});
type Tick = z.output<typeof tickSchema>;

const files = readdirSync(DATA).filter((name) => /^ws_v2_ticks_.*\.json$/.test(name));
const recorded = files.flatMap((file) => {
  const { ticks } = z
    .looseObject({ ticks: z.array(tickSchema) })
    .parse(JSON.parse(readFileSync(join(DATA, file), "utf8")));
  return ticks.map((tick, index) => ({ name: `${file} tick ${index + 1}`, tick }));
});

function valuesOf(tick: Tick) {
  return {
    mode: tick.subscription_mode,
    exchangeType: tick.exchange_type,
    token: tick.token,
    sequence: tick.sequence_number ?? 0,
    exchangeMs: tick.exchange_timestamp,
    price: tick.last_traded_price ?? 0,
    lastQuantity: tick.last_traded_quantity ?? 0,
    average: tick.average_traded_price ?? tick.avg_traded_price ?? 0,
    volume: tick.volume_trade_for_the_day ?? tick.vol_traded ?? 0,
    buyQuantity: tick.total_buy_quantity ?? 0,
    sellQuantity: tick.total_sell_quantity ?? 0,
    open: tick.open_price_of_the_day ?? tick.open_price_day ?? 0,
    high: tick.high_price_of_the_day ?? tick.high_price_day ?? 0,
    low: tick.low_price_of_the_day ?? tick.low_price_day ?? 0,
    close: tick.closed_price ?? tick.close_price ?? 0,
    lastTradeTime: tick.last_traded_timestamp ?? 0,
    openInterest: tick.open_interest ?? 0,
    levels: [...(tick.best_5_buy_data ?? []), ...(tick.best_5_sell_data ?? [])],
    upperCircuit: tick.upper_circuit_limit ?? tick.upper_circuit ?? 0,
    lowerCircuit: tick.lower_circuit_limit ?? tick.lower_circuit ?? 0,
    yearHigh: tick["52_week_high_price"] ?? tick.fiftytwo_week_high ?? 0,
    yearLow: tick["52_week_low_price"] ?? tick.fiftytwo_week_low ?? 0,
    openInterestChange: tick.open_interest_change ?? 0,
  };
}

/**
 * The documented layout, written down one field after the other and not by offsets, so that it shares none
 * with the decoder.
 */
function writePacket(values: ReturnType<typeof valuesOf>, mode: number): Uint8Array {
  const bytes: number[] = [mode, values.exchangeType];
  const put = (size: number, write: (view: DataView) => void): void => {
    const field = new Uint8Array(size);
    write(new DataView(field.buffer));
    bytes.push(...field);
  };
  const int64s = (...numbers: readonly number[]): void => {
    for (const each of numbers) put(8, (view) => view.setBigInt64(0, BigInt(each), true));
  };
  const float64 = (value: number): void => put(8, (view) => view.setFloat64(0, value, true));
  const int16 = (value: number): void => put(2, (view) => view.setInt16(0, value, true));
  bytes.push(...new TextEncoder().encode(values.token.padEnd(25, "\0")));
  int64s(values.sequence, values.exchangeMs, values.price);
  if (mode === 1) return Uint8Array.from(bytes);
  int64s(values.lastQuantity, values.average, values.volume);
  float64(values.buyQuantity);
  float64(values.sellQuantity);
  int64s(values.open, values.high, values.low, values.close);
  if (mode === 2) return Uint8Array.from(bytes);
  int64s(values.lastTradeTime, values.openInterest);
  float64(values.openInterestChange);
  for (let index = 0; index < 10; index++) {
    const each = values.levels[index] ?? NO_LEVEL;
    int16(each.flag);
    int64s(each.quantity, each.pricePaise);
    int16(each.orders);
  }
  int64s(values.upperCircuit, values.lowerCircuit, values.yearHigh, values.yearLow);
  return Uint8Array.from(bytes);
}

/** What ours says of a packet, in the names of the encoder. */
function decodedOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer);
  const register = createPacketRegister();
  const code = decodePacket(view, 0, bytes.length, register);
  const quote = readQuoteDetails(view, 0, register);
  const snap = readSnapDetails(view, 0, register);
  return { code, register, token: readToken(view, 0), quote, snap };
}

describe("ticks that the vendor's clients decoded", () => {
  const ofModes = (modes: readonly number[]) =>
    recorded.filter(({ tick }) => modes.includes(tick.subscription_mode));

  it("are recorded in modes 2, 3 and 4", () => {
    const modes = new Set(recorded.map(({ tick }) => tick.subscription_mode));
    expect(modes).toEqual(new Set([2, 3, 4]));
  });

  it.each(ofModes([2, 3]))(
    "$name comes back exactly, in its mode and in those before",
    ({ tick }) => {
      const values = valuesOf(tick);
      for (let mode = 1; mode <= values.mode; mode++) {
        const bytes = writePacket(values, mode);
        expect(bytes.length).toBe(BYTES_OF_MODE[mode]);
        const { code, register, token, quote, snap } = decodedOf(bytes);
        expect(code).toBe(WELL_FORMED);
        expect(token).toBe(values.token);
        expect(register).toEqual({
          mode,
          exchangeType: values.exchangeType,
          sequence: values.sequence,
          exchangeMs: values.exchangeMs,
          pricePaise: values.price,
          averagePaise: mode > 1 ? values.average : 0,
          cumulativeVolume: mode > 1 ? values.volume : -1,
        });
        if (mode > 1) {
          expect(quote).toEqual({
            lastQuantity: values.lastQuantity,
            buyQuantity: values.buyQuantity,
            sellQuantity: values.sellQuantity,
            openPaise: values.open,
            highPaise: values.high,
            lowPaise: values.low,
            closePaise: values.close,
          });
        }
        if (mode === 3) {
          const ten = Array.from({ length: 10 }, (_, index) => values.levels[index] ?? NO_LEVEL);
          expect(snap).toEqual({
            lastTradeMs: values.lastTradeTime * 1000,
            openInterest: values.openInterest,
            buys: ten.slice(0, 5),
            sells: ten.slice(5),
            upperCircuitPaise: values.upperCircuit,
            lowerCircuitPaise: values.lowerCircuit,
            yearHighPaise: values.yearHigh,
            yearLowPaise: values.yearLow,
          });
        }
      }
    },
  );

  it.each(ofModes([4]))("$name, of the undocumented depth, is a counted anomaly", ({ tick }) => {
    const bytes = new Uint8Array(DEPTH_BYTES);
    bytes[0] = tick.subscription_mode;
    bytes[1] = tick.exchange_type;
    bytes.set(new TextEncoder().encode(tick.token), 2);
    new DataView(bytes.buffer).setBigInt64(27, BigInt(tick.exchange_timestamp), true);
    expect(decodedOf(bytes).code).toBe(WRONG_MODE);
  });
});
