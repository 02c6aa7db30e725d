/** The live book: which packets make which candle, what a seal does, and what is left in doubt. */
import { describe, expect, test } from "vitest";
import type { StreamEvent } from "../ticks/tick-source.ts";
import type { GapRow } from "./gap-rows.ts";
import { SCENE_OPEN, SCENE_PLAN } from "../ticks/log-scene.testing.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import {
  engineOf,
  packetsOf,
  rebuildOf,
  recordsOf,
  showSealed,
  type ShownCandle,
  type Step,
} from "./session-scene.testing.ts";
import { createTickEngine } from "./tick-engine.ts";

const packet = packetsOf(SCENE_PLAN);
const session: Step = { session: SCENE_PLAN };
const seal = (minute: number): Step => ({ seal: SCENE_OPEN + minute });
const lost: Step = {
  event: { kind: "LOST", connection: 0, cause: "DISCONNECT", says: "closed" },
};
const connected: Step = { event: { kind: "CONNECTED", connection: 0, tokens: 3 } };
/** Before the open: the volume that 09:15 begins from. */
const before = (symbol: string, volume = 0): Step =>
  packet(symbol, -60, { sequence: 1, price: 100, volume });

function sealedOf(steps: readonly Step[], plan: SessionPlan = SCENE_PLAN): ShownCandle[] {
  return showSealed(engineOf(steps).drainSealed(), plan);
}

describe("a minute", () => {
  test("is made of the packets of its exchange time, when it is sealed", () => {
    const steps: Step[] = [
      session,
      before("INFY", 10),
      packet("INFY", 1, { sequence: 2, price: 101, volume: 15, average: 10_050 }),
      packet("INFY", 30, { sequence: 3, price: 105, volume: 40, average: 10_100 }),
      packet("INFY", 59, { sequence: 4, price: 99, volume: 41, average: 10_123 }),
    ];
    expect(sealedOf(steps)).toEqual([]);
    expect(sealedOf([...steps, seal(0)])).toEqual([
      {
        symbol: "INFY",
        minute: 0,
        ohlc: [101, 105, 99, 99],
        volume: 31,
        vwap: 101.23,
        ticks: 3,
        kind: "minute",
        incomplete: false,
      },
    ]);
  });

  test("is not touched by the first packet of the next that comes before its seal", () => {
    const [first, next] = sealedOf([
      session,
      before("INFY"),
      packet("INFY", 58, { sequence: 2, price: 101, volume: 5 }),
      packet("INFY", 60, { sequence: 4, price: 110, volume: 9 }),
      packet("INFY", 59, { sequence: 3, price: 102, volume: 7 }),
      seal(0),
      seal(1),
    ]);
    expect(first).toMatchObject({ ohlc: [101, 102, 101, 102], volume: 7, ticks: 2 });
    expect(next).toMatchObject({ ohlc: [110, 110, 110, 110], volume: 2, ticks: 1 });
  });

  test("takes packets that came in another order by time and sequence number", () => {
    const [candle] = sealedOf([
      session,
      before("INFY"),
      packet("INFY", 30, { sequence: 5, price: 104, volume: 9 }),
      packet("INFY", 30, { sequence: 4, price: 99, volume: 8 }),
      packet("INFY", 2, { sequence: 2, price: 101, volume: 3 }),
      seal(0),
    ]);
    expect(candle).toMatchObject({ ohlc: [101, 104, 99, 104], volume: 9 });
  });

  test("has no candle without a rise of volume or another price", () => {
    const steps = [
      session,
      before("INFY", 10),
      packet("INFY", 5, { sequence: 2, price: 100, volume: 10 }),
      packet("INFY", 65, { sequence: 3, price: 101, volume: 10 }),
      packet("INFY", 125, { sequence: 4, price: 101, volume: 12 }),
      seal(2),
    ];
    expect(sealedOf(steps).map(({ minute, volume }) => [minute, volume])).toEqual([
      [1, 0],
      [2, 2],
    ]);
  });

  test("counts packets without repeated ones, and takes a repeated one once", () => {
    const again = packet("INFY", 5, { sequence: 2, price: 101, volume: 12 });
    const engine = engineOf([session, before("INFY", 10), again, again, again, seal(0)]);
    expect(showSealed(engine.drainSealed(), SCENE_PLAN)[0]).toMatchObject({ ticks: 1, volume: 2 });
    expect(engine.counts()).toMatchObject({ packets: 4, duplicates: 2, late: 0 });
  });

  test("leaves out what is before the open and from the close on", () => {
    const closeAt = (SCENE_PLAN.closeMinute - SCENE_OPEN) * 60;
    const candles = sealedOf([
      session,
      packet("INFY", -1, { sequence: 1, price: 90, volume: 5 }),
      packet("INFY", closeAt - 1, { sequence: 2, price: 91, volume: 9 }),
      packet("INFY", closeAt, { sequence: 3, price: 92, volume: 20 }),
      seal(400),
    ]);
    expect(candles).toMatchObject([{ minute: 374, ohlc: [91, 91, 91, 91], volume: 4 }]);
  });

  test("is sealed once: what comes later is counted as late and changes nothing", () => {
    const engine = engineOf([
      session,
      before("INFY"),
      packet("INFY", 10, { sequence: 2, price: 101, volume: 4 }),
      seal(0),
      packet("INFY", 11, { sequence: 3, price: 150, volume: 6 }),
      seal(0),
      packet("INFY", 70, { sequence: 4, price: 102, volume: 9 }),
      seal(1),
    ]);
    expect(showSealed(engine.drainSealed(), SCENE_PLAN)).toMatchObject([
      { minute: 0, ohlc: [101, 101, 101, 101], volume: 4 },
      { minute: 1, ohlc: [102, 102, 102, 102], volume: 5 },
    ]);
    expect(engine.counts()).toMatchObject({ late: 1, reordered: 0 });
  });

  test("gives a batch, also an empty one, sorted by symbol", () => {
    const batches = engineOf([
      session,
      packet("TCS", 1, { sequence: 1, price: 5, volume: 1 }),
      packet("Nifty 50", 1, { price: 5 }),
      packet("INFY", 1, { sequence: 1, price: 5, volume: 1 }),
      packet("TCS", 2, { sequence: 2, price: 6, volume: 2 }),
      packet("INFY", 2, { sequence: 2, price: 6, volume: 2 }),
      seal(1),
    ]).drainSealed();
    expect(batches.map(({ minute, kind }) => [minute - SCENE_OPEN, kind])).toEqual([
      [0, "minute"],
      [1, "minute"],
    ]);
    const shown = showSealed(batches, SCENE_PLAN);
    expect(shown.map(({ symbol }) => symbol)).toEqual(["INFY", "Nifty 50", "TCS"]);
  });
});

describe("volume", () => {
  test("of a first packet after the open, or across a gap, makes no candle: its minute is not known", () => {
    const alone = [session, packet("INFY", 65, { sequence: 1, volume: 9 }), seal(1)];
    expect(sealedOf(alone)).toEqual([]);
    const across = packet("INFY", 70, { sequence: 9, price: 105, volume: 180 });
    expect(sealedOf([session, before("INFY", 100), lost, connected, across, seal(1)])).toEqual([]);
  });

  test("has no base when the first packet came after the open: unknown and incomplete", () => {
    const candles = sealedOf([
      session,
      packet("INFY", 1, { sequence: 1, price: 100, volume: 500 }),
      packet("INFY", 30, { sequence: 2, price: 101, volume: 510 }),
      packet("INFY", 70, { sequence: 3, price: 102, volume: 530 }),
      seal(1),
    ]);
    expect(candles).toMatchObject([
      { volume: null, incomplete: true, ticks: 2 },
      { volume: 20, incomplete: false },
    ]);
  });

  test("has its base when the first packet came at the open itself", () => {
    const candles = sealedOf([
      session,
      packet("INFY", 0, { sequence: 1, price: 100, volume: 500 }),
      packet("INFY", 30, { sequence: 2, price: 101, volume: 510 }),
      seal(0),
    ]);
    expect(candles).toMatchObject([{ volume: 10, incomplete: false }]);
  });

  test("that went down is counted, and not known until it is above the greatest again", () => {
    const engine = engineOf([
      session,
      before("INFY", 100),
      packet("INFY", 5, { sequence: 2, price: 101, volume: 150 }),
      packet("INFY", 50, { sequence: 3, price: 102, volume: 120 }),
      packet("INFY", 65, { sequence: 4, price: 103, volume: 160 }),
      packet("INFY", 125, { sequence: 5, price: 103, volume: 165 }),
      seal(2),
    ]);
    expect(showSealed(engine.drainSealed(), SCENE_PLAN)).toMatchObject([
      { volume: null, incomplete: true },
      { volume: null, incomplete: true },
      { volume: 5, incomplete: false },
    ]);
    expect(engine.anomalies()).toEqual([
      { code: "VOLUME_DECREASE", count: 1, examples: ["INFY: 120 after 150"] },
    ]);
  });

  test("that rose across a gap belongs to the gap and to no minute", () => {
    const engine = engineOf([
      session,
      before("INFY", 100),
      packet("INFY", 20, { sequence: 2, price: 101, volume: 130 }),
      lost,
      connected,
      packet("INFY", 125, { sequence: 9, price: 110, volume: 190 }),
      packet("INFY", 130, { sequence: 10, price: 111, volume: 195 }),
      packet("INFY", 185, { sequence: 11, price: 112, volume: 200 }),
      seal(3),
    ]);
    expect(showSealed(engine.drainSealed(), SCENE_PLAN)).toMatchObject([
      { minute: 0, volume: 30, incomplete: true },
      { minute: 2, volume: null, incomplete: true },
      { minute: 3, volume: 5, incomplete: false },
    ]);
    expect(engine.gaps()).toEqual([
      {
        fromMs: SCENE_OPEN * 60_000 + 20_000,
        toMs: SCENE_OPEN * 60_000 + 125_000,
        connection: 0,
        cause: "DISCONNECT",
        tokens: 3,
        symbols: ["INFY", "Nifty 50", "TCS"],
        volumeBySymbol: { INFY: 60 },
        missingBySequence: 6,
      },
    ]);
  });

  test("is not based on what a new connection repeats of before the gap", () => {
    const old = packet("INFY", 20, { sequence: 2, price: 101, volume: 130 });
    const candles = sealedOf([
      session,
      before("INFY", 100),
      old,
      lost,
      connected,
      old,
      packet("INFY", 70, { sequence: 7, price: 105, volume: 180 }),
      packet("INFY", 75, { sequence: 8, price: 106, volume: 190 }),
      seal(1),
    ]);
    expect(candles).toMatchObject([
      { minute: 0, volume: 30, ticks: 1, incomplete: true },
      { minute: 1, ohlc: [106, 106, 106, 106], volume: null, incomplete: true },
    ]);
  });
});

describe("an index", () => {
  test("makes a candle of any packet, has no volume, and no use for its sequence numbers", () => {
    const steps = [
      packet("Nifty 50", -5, { sequence: 9, price: 100, volume: 3 }),
      packet("Nifty 50", 5, { sequence: 7, price: 100, volume: 3, average: 100 }),
      packet("Nifty 50", 6, { sequence: 7, price: 103, volume: 3 }),
      packet("Nifty 50", 6, { sequence: 8, price: 103, volume: 3 }),
      packet("Nifty 50", 7, { sequence: 7, price: 98, volume: 3 }),
    ];
    const engine = engineOf([session, ...steps, seal(0)]);
    expect(showSealed(engine.drainSealed(), SCENE_PLAN)).toEqual([
      {
        symbol: "Nifty 50",
        minute: 0,
        ohlc: [100, 103, 98, 98],
        volume: null,
        vwap: null,
        ticks: 3,
        kind: "minute",
        incomplete: false,
      },
    ]);
    expect(engine.counts().duplicates).toBe(1);
  });
});

describe("price packets alone", () => {
  const plan: SessionPlan = { ...SCENE_PLAN, mode: "ltp" };
  test("give candles without volume and vwap, of changed prices", () => {
    const ltp = packetsOf(plan, 1);
    const candles = sealedOf(
      [
        { session: plan },
        ltp("INFY", -5, { sequence: 1, price: 100 }),
        ltp("INFY", 5, { sequence: 2, price: 100 }),
        ltp("INFY", 65, { sequence: 3, price: 101 }),
        ltp("INFY", 66, { sequence: 4, price: 101 }),
        seal(1),
      ],
      plan,
    );
    expect(candles).toMatchObject([
      {
        minute: 1,
        ohlc: [101, 101, 101, 101],
        volume: null,
        vwap: null,
        ticks: 2,
        incomplete: false,
      },
    ]);
  });

  test("have no volume even where a packet carries one", () => {
    const quote = packetsOf(plan, 2);
    const steps = [
      { session: plan },
      quote("INFY", 0, { sequence: 1, volume: 5, average: 100 }),
      seal(0),
    ];
    expect(sealedOf(steps, plan)).toMatchObject([{ volume: null, vwap: null }]);
  });
});

describe("the closing auction", () => {
  const plan: SessionPlan = {
    ...SCENE_PLAN,
    auction: { fromMinute: SCENE_OPEN + 360, toMinute: SCENE_OPEN + 380 },
    instruments: SCENE_PLAN.instruments.map((each) => ({
      ...each,
      hasAuction: each.symbol === "INFY",
    })),
  };
  const at = (minute: number): number => minute * 60;

  test("is one row at its print's price, and its stocks have no minutes beside it", () => {
    const engine = engineOf([
      { session: plan },
      before("INFY", 100),
      before("TCS", 100),
      packet("INFY", at(359), { sequence: 2, price: 101, volume: 150 }),
      packet("INFY", at(365), { sequence: 3, price: 101, volume: 150 }),
      packet("TCS", at(365), { sequence: 2, price: 102, volume: 120 }),
      packet("INFY", at(377), { sequence: 4, price: 107, volume: 950, average: 10_700 }),
      packet("INFY", at(379), { sequence: 5, price: 107, volume: 950, average: 10_700 }),
      seal(374),
      { auctionSeal: true },
      packet("INFY", at(381), { sequence: 6, price: 108, volume: 960 }),
      packet("INFY", at(378), { sequence: 7, price: 1, volume: 999 }),
    ]);
    const batches = engine.drainSealed();
    expect(showSealed(batches, plan)).toEqual([
      expect.objectContaining({ symbol: "INFY", minute: 359, volume: 50 }),
      expect.objectContaining({ symbol: "TCS", minute: 365, volume: 20 }),
      {
        symbol: "INFY",
        minute: 360,
        ohlc: [107, 107, 107, 107],
        volume: 800,
        vwap: 107,
        ticks: 3,
        kind: "auction",
        incomplete: false,
      },
    ]);
    expect(batches.at(-1)).toMatchObject({ kind: "auction", minute: SCENE_OPEN + 360 });
    expect(engine.isAuctionSealed()).toBe(true);
    expect(engine.counts().late).toBe(1);
  });

  test("without a print gives no row", () => {
    const steps = [{ session: plan }, before("INFY", 100), { auctionSeal: true } as const];
    expect(sealedOf(steps, plan)).toEqual([]);
  });
});

describe("what is no packet of the session", () => {
  test("is counted, and a stale snapshot is no base", () => {
    const engine = engineOf([
      session,
      packet("INFY", -86_400, { sequence: 1, price: 90, volume: 9000 }),
      { frame: Uint8Array.of(1, 2, 3) },
      { frame: new Uint8Array(0) },
      packet("2885", 5, { sequence: 1 }),
      packet("INFY", 5, { sequence: 2, price: 0, volume: 0 }),
      packet("INFY", 6, { sequence: 3, price: 100, volume: 50 }),
      packet("INFY", 7, { sequence: 4, price: 101, volume: 55 }),
      packet("INFY", 65, { sequence: 5, price: 101, volume: 65 }),
      seal(1),
    ]);
    expect(engine.anomalies().map(({ code, count }) => [code, count])).toEqual([
      ["WRONG_LENGTH", 2],
      ["UNKNOWN_TOKEN", 1],
      ["ZERO_PRICE", 1],
      ["STALE_SNAPSHOT", 1],
    ]);
    expect(engine.counts()).toMatchObject({ frames: 8, packets: 4 });
    expect(showSealed(engine.drainSealed(), SCENE_PLAN)).toMatchObject([
      { ohlc: [100, 101, 100, 101], volume: null, ticks: 2, incomplete: true },
      { volume: 10, incomplete: false },
    ]);
  });
});

describe("connection events", () => {
  test("have their gap although one packet told a time far ahead", () => {
    const engine = engineOf([
      session,
      before("INFY"),
      packet("INFY", 5, { sequence: 2, price: 101, volume: 5 }),
      packet("TCS", 6 * 3600, { sequence: 9, volume: 5 }),
      packet("INFY", 50, { sequence: 3, price: 102, volume: 9 }),
      lost,
      connected,
      packet("INFY", 130, { sequence: 4, price: 103, volume: 30 }),
      packet("INFY", 135, { sequence: 5, price: 104, volume: 31 }),
      seal(2),
    ]);
    expect(engine.gaps()).toHaveLength(1);
    expect(showSealed(engine.drainSealed(), SCENE_PLAN)).toMatchObject([
      { minute: 0, incomplete: true },
      { minute: 2, volume: null, incomplete: true },
    ]);
  });

  const eventOf = (cause: "STALL" | "STOPPED"): Step => ({
    event: { kind: "LOST", connection: 0, cause, says: "" },
  });
  test.each<StreamEvent>([
    { kind: "REFUSED", connection: 0, status: 429, says: "", pauseMs: 5 },
    { kind: "TEXT", connection: 0, says: "E1001" },
    { kind: "UNUSABLE", connection: 0, says: "" },
    { kind: "USABLE", connection: 0 },
  ])("other than a loss make no gap: %o", (event) => {
    expect(engineOf([session, before("INFY"), { event }]).gaps()).toEqual([]);
  });

  test("of a connection that gave nothing since its loss belong to one gap", () => {
    const engine = engineOf([
      session,
      packet("INFY", 10, { sequence: 1, volume: 1 }),
      eventOf("STALL"),
      connected,
      lost,
      connected,
      packet("INFY", 50, { sequence: 2, volume: 2 }),
      lost,
    ]);
    const shown = engine
      .gaps()
      .map(({ cause, fromMs, toMs }) => [
        cause,
        fromMs / 1000 - SCENE_OPEN * 60,
        toMs / 1000 - SCENE_OPEN * 60,
      ]);
    expect(shown).toEqual([
      ["STALL", 10, 50],
      ["DISCONNECT", 50, 375 * 60],
    ]);
  });

  test("concern the tokens that the connection carries", () => {
    const [infy, ...others] = SCENE_PLAN.instruments.toReversed();
    const plan = {
      ...SCENE_PLAN,
      instruments: [...others, { ...infy, connection: 1 }] as SessionPlan["instruments"],
    };
    const onPlan = packetsOf(plan);
    const engine = engineOf([
      { session: plan },
      onPlan("INFY", -5, { sequence: 1, volume: 1 }),
      onPlan("TCS", -5, { sequence: 1, volume: 1 }),
      { event: { kind: "LOST", connection: 1, cause: "HALF_OPEN", says: "" } },
      onPlan("TCS", 5, { sequence: 2, volume: 5 }),
      onPlan("INFY", 70, { sequence: 2, volume: 5 }),
      onPlan("INFY", 75, { sequence: 3, volume: 6 }),
      seal(1),
    ]);
    expect(engine.gaps()).toMatchObject([{ connection: 1, symbols: ["INFY"], tokens: 1 }]);
    expect(showSealed(engine.drainSealed(), plan)).toMatchObject([
      { symbol: "TCS", volume: 4, incomplete: false },
      { symbol: "INFY", volume: null, incomplete: true },
    ]);
  });

  test("after the session's end make no row", () => {
    const closeAt = 375 * 60;
    const steps = [session, packet("INFY", 0, { sequence: 1 }), packet("TCS", 40, { sequence: 1 })];
    const late = [
      packet("INFY", closeAt + 5, { sequence: 2 }),
      packet("TCS", closeAt + 6, { sequence: 2 }),
    ];
    expect(engineOf([...steps, ...late, eventOf("STOPPED")]).gaps()).toEqual([]);
  });
});

describe("a connection that was not there at the open", () => {
  const shownOf = (gaps: readonly GapRow[]) =>
    gaps.map(({ cause, fromMs, toMs }) => [
      cause,
      fromMs / 60_000 - SCENE_OPEN,
      toMs / 60_000 - SCENE_OPEN,
    ]);
  const late = [
    packet("Nifty 50", 3630, { sequence: 0, price: 200 }),
    packet("INFY", 3645, { sequence: 1, volume: 900 }),
    packet("INFY", 3690, { sequence: 2, volume: 901, price: 101 }),
  ];

  test("has a gap from the open to its first packet", () => {
    const engine = engineOf([session, ...late, seal(61)]);
    expect(shownOf(engine.gaps())).toEqual([["ABSENT", 0, 60.5]]);
    expect(showSealed(engine.drainSealed(), SCENE_PLAN)).toMatchObject([
      { symbol: "Nifty 50", minute: 60, incomplete: true },
      { symbol: "INFY", minute: 61, volume: 1, incomplete: false },
    ]);
    expect(shownOf(rebuildOf([session, ...late]).gaps)).toEqual([["ABSENT", 0, 60.5]]);
  });

  test("has it also when it was lost after its first packet", () => {
    const steps = [session, ...late.slice(0, 1), lost, connected, ...late.slice(1)];
    const gaps = shownOf(engineOf(steps).gaps());
    expect(gaps).toEqual([
      ["ABSENT", 0, 60.5],
      ["DISCONNECT", 60.5, 60.75],
    ]);
  });

  test("has none when one packet alone told a late time", () => {
    const absurd = packet("TCS", 5 * 3600, { sequence: 1 });
    expect(engineOf([session, absurd, before("INFY"), before("TCS")]).gaps()).toEqual([]);
  });

  test("has one over the whole session when nothing ever came", () => {
    expect(shownOf(rebuildOf([session]).gaps)).toEqual([["ABSENT", 0, 375]]);
  });
});

describe("a restart", () => {
  test("goes on with what was known, and every connection has a gap", () => {
    const engine = engineOf([
      session,
      before("INFY", 100),
      packet("INFY", 5, { sequence: 2, price: 101, volume: 110 }),
      seal(0),
      packet("INFY", 65, { sequence: 3, price: 102, volume: 115 }),
      session,
      connected,
      packet("INFY", 100, { sequence: 8, price: 103, volume: 140 }),
      seal(1),
      packet("INFY", 130, { sequence: 9, price: 104, volume: 150 }),
      seal(2),
    ]);
    expect(showSealed(engine.drainSealed(), SCENE_PLAN)).toMatchObject([
      { minute: 0, volume: 10, incomplete: false },
      { minute: 1, ohlc: [102, 102, 102, 102], volume: null, incomplete: true },
      { minute: 2, volume: 10, incomplete: false },
    ]);
    expect(engine.gaps()).toMatchObject([{ cause: "RESTART", volumeBySymbol: { INFY: 25 } }]);
  });

  test("of another session is a mistake of the caller", () => {
    const other = { ...SCENE_PLAN, session: "2026-06-15" } as SessionPlan;
    expect(() => engineOf([session, { session: other }])).toThrow(/records of one session/);
  });
});

test("frames that come before the session is known are held, and applied in their order", () => {
  const frames = [
    before("INFY", 10),
    packet("INFY", 5, { sequence: 2, price: 101, volume: 15 }),
    lost,
    packet("INFY", 65, { sequence: 9, price: 105, volume: 50 }),
  ];
  const engine = engineOf([...frames, session, seal(1)]);
  const expected = engineOf([session, ...frames, seal(1)]);
  expect(engine.plan()).toEqual(SCENE_PLAN);
  expect(engine.drainSealed()).toEqual(expected.drainSealed());
  expect(engine.gaps()).toEqual(expected.gaps());
});

test("a log's records give the same candles however they are cut into calls", () => {
  const steps = [session, before("INFY"), packet("INFY", 5, { sequence: 2, volume: 9 }), seal(0)];
  const engine = createTickEngine();
  for (const step of steps) engine.applyRecords(recordsOf([step]));
  expect(engine.drainSealed()).toEqual(engineOf(steps).drainSealed());
});
