/** Packets: the documented vectors, every field there and back, and that no bytes do more than be counted. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { seededRandom } from "#core/random.ts";
import { sessionDate } from "#core/session-date.ts";
import { createPacketRegister, decodePacket, WELL_FORMED } from "./decode-packet.ts";
import { encodePacket, type PacketValues } from "./encode-packet.testing.ts";
import { istMidnightMs } from "./exchange-time.ts";
import { readQuoteDetails, readSnapDetails, readToken } from "./packet-details.ts";
import { createPacketIntake } from "./packet-intake.ts";
import {
  ANOMALY_CODES,
  createAnomalyTally,
  EXAMPLES_KEPT,
  UNKNOWN_EXCHANGE,
  WRONG_LENGTH,
  WRONG_MODE,
} from "./tick-anomalies.ts";

const LTP_VECTOR =
  "01013330343500000000000000000000000000000000000000000040e20100000000008841295a8e0100006b5e040000000000";
const QUOTE_VECTOR =
  "0203353030333235000000000000000000000000000000000000006e993500000000008841295a8e0100006b5e0400000000000100000000000000a95d040000000000157b000000000000000000000026e0400000000070f10641b1590400000000009e6204000000000085580400000000009359040000000000";

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function decode(bytes: Uint8Array) {
  const view = viewOf(bytes);
  const register = createPacketRegister();
  const code = decodePacket(view, 0, bytes.length, register);
  return { code, view, register };
}

describe("the documented vectors", () => {
  test("decode a price packet", () => {
    const { code, view, register } = decode(Uint8Array.fromHex(LTP_VECTOR));
    expect(code).toBe(WELL_FORMED);
    expect(readToken(view, 0)).toBe("3045");
    expect(register).toEqual({
      mode: 1,
      exchangeType: 1,
      sequence: 123_456,
      exchangeMs: 1_710_909_637_000,
      pricePaise: 286_315,
      averagePaise: 0,
      cumulativeVolume: -1,
    });
  });

  test("decode a quote packet", () => {
    const { code, view, register } = decode(Uint8Array.fromHex(QUOTE_VECTOR));
    expect(code).toBe(WELL_FORMED);
    expect(readToken(view, 0)).toBe("500325");
    expect(register).toEqual({
      mode: 2,
      exchangeType: 3,
      sequence: 3_512_686,
      exchangeMs: 1_710_909_637_000,
      pricePaise: 286_315,
      averagePaise: 286_121,
      cumulativeVolume: 31_509,
    });
    expect(readQuoteDetails(view, 0, register)).toEqual({
      lastQuantity: 1,
      buyQuantity: 33_072,
      sellQuantity: 187_950,
      openPaise: 285_105,
      highPaise: 287_390,
      lowPaise: 284_805,
      closePaise: 285_075,
    });
  });

  test("are what the encoder of the tests writes", () => {
    const price = { exchangeMs: 1_710_909_637_000, price: 286_315 };
    const ltp = encodePacket({ mode: 1, token: "3045", sequence: 123_456, ...price });
    expect(ltp.toHex()).toBe(LTP_VECTOR);
    const quote = encodePacket({
      mode: 2,
      exchangeType: 3,
      token: "500325",
      sequence: 3_512_686,
      ...price,
      lastQuantity: 1,
      average: 286_121,
      volume: 31_509,
      buyQuantity: 33_072,
      sellQuantity: 187_950,
      open: 285_105,
      high: 287_390,
      low: 284_805,
      close: 285_075,
    });
    expect(quote.toHex()).toBe(QUOTE_VECTOR);
  });
});

const int64 = fc.maxSafeInteger();
const level = fc.record({
  flag: fc.constantFrom(0, 1),
  quantity: fc.maxSafeNat(),
  pricePaise: int64,
  orders: fc.integer({ min: -32_768, max: 32_767 }),
});
const packets: fc.Arbitrary<PacketValues> = fc.record({
  mode: fc.constantFrom(1, 2, 3),
  exchangeType: fc.constantFrom(1, 2, 3, 4, 5, 7, 13),
  token: fc.stringMatching(/^[!-~]{1,25}$/),
  sequence: int64,
  exchangeMs: int64,
  price: int64,
  lastQuantity: int64,
  average: int64,
  volume: int64,
  buyQuantity: fc.double({ noNaN: true }),
  sellQuantity: fc.double({ noNaN: true }),
  open: int64,
  high: int64,
  low: int64,
  close: int64,
  lastTradeTime: fc.integer({ min: 1_000_000_000, max: 2_000_000_000 }),
  openInterest: int64,
  levels: fc.array(level, { minLength: 10, maxLength: 10 }),
  upperCircuit: int64,
  lowerCircuit: int64,
  yearHigh: int64,
  yearLow: int64,
});

test("every field of modes 1 to 3 comes back as it was written", () => {
  fc.assert(
    fc.property(packets, (values) => {
      const { code, view, register } = decode(encodePacket(values));
      expect(code).toBe(WELL_FORMED);
      expect(readToken(view, 0)).toBe(values.token);
      const hasVolume = values.mode > 1;
      expect(register).toEqual({
        mode: values.mode,
        exchangeType: values.exchangeType,
        sequence: values.sequence,
        exchangeMs: values.exchangeMs,
        pricePaise: values.price,
        averagePaise: hasVolume ? values.average : 0,
        cumulativeVolume: hasVolume ? values.volume : -1,
      });
      const quote = readQuoteDetails(view, 0, register);
      expect(quote).toEqual(
        hasVolume
          ? {
              lastQuantity: values.lastQuantity,
              buyQuantity: values.buyQuantity,
              sellQuantity: values.sellQuantity,
              openPaise: values.open,
              highPaise: values.high,
              lowPaise: values.low,
              closePaise: values.close,
            }
          : undefined,
      );
      expect(readSnapDetails(view, 0, register)).toEqual(
        values.mode === 3
          ? {
              lastTradeMs: (values.lastTradeTime ?? 0) * 1000,
              openInterest: values.openInterest,
              buys: values.levels?.slice(0, 5),
              sells: values.levels?.slice(5),
              upperCircuitPaise: values.upperCircuit,
              lowerCircuitPaise: values.lowerCircuit,
              yearHighPaise: values.yearHigh,
              yearLowPaise: values.yearLow,
            }
          : undefined,
      );
    }),
    { seed: testSeed(), numRuns: testCount(200, 5000) },
  );
});

test("a trade time in milliseconds is read as one in seconds is", () => {
  const snap = (lastTradeTime: number) =>
    decode(encodePacket({ mode: 3, token: "1", exchangeMs: 1, price: 1, lastTradeTime }));
  const seconds = snap(1_734_667_800);
  const milliseconds = snap(1_734_667_800_000);
  expect(readSnapDetails(seconds.view, 0, seconds.register)?.lastTradeMs).toBe(1_734_667_800_000);
  expect(readSnapDetails(milliseconds.view, 0, milliseconds.register)?.lastTradeMs).toBe(
    1_734_667_800_000,
  );
});

describe("what is no packet", () => {
  const ltp = Uint8Array.fromHex(LTP_VECTOR);
  test.each([
    ["nothing", new Uint8Array(0), WRONG_LENGTH],
    ["one byte", ltp.slice(0, 1), WRONG_LENGTH],
    ["the 47 bytes that another client reads of a price packet", ltp.slice(0, 47), WRONG_LENGTH],
    ["a packet and a byte", Uint8Array.of(...ltp, 0), WRONG_LENGTH],
    ["a price packet that says quote", Uint8Array.of(2, ...ltp.slice(1)), WRONG_LENGTH],
    ["the depth packet of mode 4", Uint8Array.of(4, ...new Uint8Array(442)), WRONG_MODE],
    ["mode 0", Uint8Array.of(0, ...ltp.slice(1)), WRONG_MODE],
    ["exchange 6, which there is not", Uint8Array.of(1, 6, ...ltp.slice(2)), UNKNOWN_EXCHANGE],
  ])("%s", (_what, bytes, code) => {
    expect(decode(bytes).code).toBe(code);
  });
});

describe("any bytes", () => {
  const session = sessionDate("2026-06-12");
  const openMs = istMidnightMs(session) + 33_300_000;
  const instruments = ["3045", "99926000", "1594"].map((token, index) => ({
    symbol: `S${index}`,
    token,
    exchangeType: 1,
    isIndex: token.length > 4,
    hasAuction: false,
  }));
  const plan = { session, mode: "quote", clock: "feed", instruments } as const;

  test("are a packet or a counted anomaly, and never an error", () => {
    const random = seededRandom(testSeed());
    const pick = (size: number): number => Math.floor(random() * size);
    const tally = createAnomalyTally();
    const intake = createPacketIntake(plan);
    const runs = testCount(20_000, 100_000);
    let good = 0;
    for (let run = 0; run < runs; run++) {
      let bytes: Uint8Array = Uint8Array.from({ length: pick(400) }, () => pick(256));
      if (pick(4) > 0) {
        bytes = encodePacket({
          mode: 1 + pick(3),
          token: instruments[pick(3)]?.token ?? "",
          sequence: run,
          exchangeMs: openMs + pick(22_500_000),
          price: pick(1_000_000),
          volume: pick(1_000_000),
        });
        for (let change = pick(4); change > 0; change--) bytes[pick(bytes.length)] = pick(256);
        if (pick(8) === 0) bytes = bytes.slice(0, pick(bytes.length));
      }
      const slot = intake.take(viewOf(bytes), 0, bytes.length, openMs);
      if (slot >= 0) good += 1;
      else tally.add(-1 - slot, viewOf(bytes), 0, bytes.length);
    }
    const counts = tally.list();
    expect(good).toBeGreaterThan(0);
    expect(counts.length).toBeGreaterThan(5);
    expect(counts.reduce((sum, { count }) => sum + count, good)).toBe(runs);
    for (const { code, count, examples } of counts) {
      expect(ANOMALY_CODES).toContain(code);
      expect(examples.length).toBe(Math.min(count, EXAMPLES_KEPT));
    }
  });

  test("keep the first raw examples of each anomaly", () => {
    const tally = createAnomalyTally();
    const bytes = Uint8Array.of(9, 8, 7);
    tally.add(WRONG_MODE, viewOf(bytes), 1, 2);
    expect(tally.list()).toEqual([{ code: "WRONG_MODE", count: 1, examples: ["0807"] }]);
  });

  test.each([
    ["ABSURD_VALUE", { price: -5 }],
    ["ABSURD_VALUE", { price: 2_000_000_001 }],
    ["ABSURD_VALUE", { volume: -1 }],
    ["ABSURD_VALUE", { volume: 2 ** 52 }],
    ["ABSURD_VALUE", { average: -1 }],
    ["ABSURD_VALUE", { sequence: -1 }],
    ["ABSURD_VALUE", { sequence: 2 ** 51 }],
    ["ABSURD_VALUE", { exchangeMs: 1_000 }],
    ["ABSURD_VALUE", { exchangeMs: 2 ** 50 }],
    ["STALE_SNAPSHOT", { exchangeMs: istMidnightMs(session) - 1 }],
    ["FUTURE_TIME", { exchangeMs: istMidnightMs(session) + 86_400_000 }],
    ["FUTURE_TIME", { exchangeMs: openMs + 900_001 }],
    ["UNKNOWN_TOKEN", { token: "3046" }],
    ["UNKNOWN_TOKEN", { exchangeType: 3 }],
    ["WRONG_MODE", { mode: 1 }],
  ])("%s: %o", (code, change) => {
    const values = { mode: 2, token: "3045", sequence: 1, exchangeMs: openMs, price: 5, ...change };
    const bytes = encodePacket(values);
    const intake = createPacketIntake({ ...plan, clock: "machine" });
    const slot = intake.take(viewOf(bytes), 0, bytes.length, openMs);
    expect(ANOMALY_CODES[-1 - slot]).toBe(code);
  });

  test("an index's sequence number means nothing, not even when it is absurd", () => {
    const bytes = encodePacket({
      mode: 2,
      token: "99926000",
      sequence: -(2 ** 52),
      exchangeMs: openMs,
      price: 5,
    });
    expect(createPacketIntake(plan).take(viewOf(bytes), 0, bytes.length, openMs)).toBe(1);
  });
});
