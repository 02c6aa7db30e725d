/** The plans as tables: given what is known and what is left of the day, which calls and which dates. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { buildCalendar } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { type SessionDate, sessionDate } from "#core/session-date.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import { callKeyOf, callLabelOf } from "#ingestion/vendor-call.ts";
import { instantOfIso, isoOfInstant } from "#platform/system-clock.ts";
import { testCount, testSeed } from "../../../tests/support/depth.ts";
import type { AnsweredCall } from "./answered-call-store.ts";
import { readCallHistory } from "./call-history.ts";
import type { PlanInput } from "./call-plan.ts";
import { NYSE_FACTS } from "./nyse-facts.ts";
import { planBackfill } from "./plan-backfill.ts";
import { isAskedOnPlan, planDaily } from "./plan-daily.ts";
import { decideRotation } from "./plan-events.ts";
import { planIntraday } from "./plan-intraday.ts";
import { decideHistoryGap, decidePriceNeed, wantedSession } from "./plan-prices.ts";
import { usProxySet } from "./proxy-set.ts";
import type { UniverseMember } from "./universe.ts";
import {
  type VendorPlan,
  dailyCall,
  eventCalls,
  intradayCall,
  seriesCall,
} from "./vendor-calls.ts";

const calendar = buildCalendar(NYSE_FACTS);
/** Wednesday 2024-06-12, 17:00 in New York. */
const EVENING = "2024-06-12T21:00:00Z";

/** An answer to a call. Its receipt names `newest` unless it was withdrawn. */
type Known = {
  readonly call: VendorCall;
  readonly at: string;
  readonly newest?: string | undefined;
  readonly sound?: string | undefined;
  readonly move?: string | undefined;
};

type Setup = {
  readonly plan?: VendorPlan | undefined;
  readonly members?: readonly string[] | undefined;
  readonly at?: string | undefined;
  readonly known?: readonly Known[] | undefined;
  readonly imports?: readonly (readonly [string, string])[] | undefined;
  readonly leftOfDay?: number | undefined;
  readonly callsOfDay?: number | undefined;
  readonly proxies?: { readonly [role: string]: string } | undefined;
  readonly withdrawn?: readonly string[] | undefined;
};

function inputOf(setup: Setup): PlanInput {
  const { plan = "free", known = [], imports = [] } = setup;
  const atMs = instantOfIso(setup.at ?? EVENING);
  const withdrawn = new Set(setup.withdrawn);
  const vendorReceipts = known.map(({ call, at, newest }, index) =>
    receiptOf(`RAW-${index}`, call, at, newest),
  );
  const importReceipts = imports.map(([symbol, newest], index) =>
    receiptOf(
      `IMPORT-${index}`,
      { ...dailyCall(symbol, "free", "compact"), kind: "import_daily" },
      EVENING,
      newest,
    ),
  );
  const answers = new Map(
    known.map((one, index) => [callKeyOf(one.call), answerOf(one, `RAW-${index}`)]),
  );
  const resetsAt = (Math.floor(atMs / 86_400_000 + 1) * 86_400_000) as EpochMs;
  const callsOfDay = setup.callsOfDay ?? 25;
  return {
    plan,
    proxySet: usProxySet(plan, setup.proxies),
    members: (setup.members ?? []).map((symbol): UniverseMember => ({
      symbol,
      instrumentClass: "stock",
    })),
    calendar,
    settleMinutes: 30,
    atMs,
    history: readCallHistory({
      receipts: [...vendorReceipts, ...importReceipts],
      answers,
      withdrawn,
      atMs,
    }),
    budget: { leftOfDay: setup.leftOfDay ?? callsOfDay, callsOfDay, resetsAt },
  };
}

function receiptOf(
  id: string,
  call: VendorCall,
  at: string,
  newest: string | undefined,
): RawReceipt {
  const { kind, symbol, name, params } = call;
  return {
    version: 1,
    id,
    market: "us",
    kind,
    source: "alpha_vantage",
    synthetic: false,
    endpoint: { name, params: { ...params } },
    symbol,
    fetchedAt: isoOfInstant(instantOfIso(at)),
    format: "csv",
    sha256: "0".repeat(64),
    bytes: 1,
    rows: 1,
    newestSession: newest ?? null,
    body: "x",
  };
}

function answerOf({ call, at, newest, sound, move }: Known, receiptId: string): AnsweredCall {
  const session = (text: string | undefined): SessionDate | null =>
    text === undefined ? null : sessionDate(text);
  return {
    kind: call.kind,
    symbol: call.symbol,
    answeredAt: instantOfIso(at),
    receiptId,
    newestSession: session(newest),
    soundSession: session(sound ?? newest),
    largeMove: session(move),
  };
}

const prices = (symbol: string, at: string, newest: string, more: Partial<Known> = {}): Known => ({
  call: dailyCall(symbol, "free", "compact"),
  at,
  newest,
  ...more,
});
const labels = (calls: readonly VendorCall[]) => calls.map((call) => callLabelOf(call));
const daily = (setup: Setup) => {
  const input = inputOf(setup);
  return planDaily(input, decideRotation(input));
};

describe("wantedSession", () => {
  const INSTANTS = [
    ["2024-06-12T20:29:59Z", "2024-06-11"],
    ["2024-06-12T20:30:00Z", "2024-06-12"],
    ["2024-06-15T12:00:00Z", "2024-06-14"],
    // Early close at 13:00.
    ["2024-11-29T18:29:00Z", "2024-11-27"],
    ["2024-11-29T18:30:00Z", "2024-11-29"],
  ] as const;
  test.each(INSTANTS)("at %s is %s", (at, session) => {
    expect(wantedSession(inputOf({ at })).session).toBe(session);
  });

  test("fails closed outside the calendar", () => {
    expect(() => wantedSession(inputOf({ at: "2031-01-02T21:00:00Z" }))).toThrow(
      expect.objectContaining({ code: "CALENDAR_RANGE" }),
    );
  });
});

describe("decidePriceNeed", () => {
  const NEEDS: readonly (readonly [string, Setup, object])[] = [
    ["asks for what was never asked", {}, { need: "ask" }],
    [
      "is content with the newest session",
      { known: [prices("SPY", "2024-06-12T20:40:00Z", "2024-06-12")] },
      { need: "whole" },
    ],
    [
      "is content with it whenever it came",
      { known: [prices("SPY", "2024-06-12T20:31:00Z", "2024-06-12")], at: "2024-06-13T13:00:00Z" },
      { need: "whole" },
    ],
    [
      "asks after the next close",
      { known: [prices("SPY", "2024-06-11T21:00:00Z", "2024-06-11")] },
      { need: "ask" },
    ],
    [
      "asks again for a row that came unreadable",
      { known: [prices("SPY", "2024-06-12T20:40:00Z", "2024-06-12", { sound: "2024-06-11" })] },
      { need: "ask" },
    ],
    [
      "waits an hour for what is not published",
      { known: [prices("SPY", "2024-06-12T20:40:00Z", "2024-06-11")] },
      { need: "not_published", nextTryMs: instantOfIso("2024-06-12T21:40:00Z") },
    ],
    [
      "asks again after that hour",
      { known: [prices("SPY", "2024-06-12T20:40:00Z", "2024-06-11")], at: "2024-06-12T21:40:00Z" },
      { need: "ask" },
    ],
    [
      "gives up on a row that is missing long after the close",
      { known: [prices("SPY", "2024-06-13T09:00:00Z", "2024-06-11")], at: "2024-06-13T13:00:00Z" },
      { need: "no_row" },
    ],
    [
      "asks for it again once another session is complete",
      { known: [prices("SPY", "2024-06-13T09:00:00Z", "2024-06-11")], at: "2024-06-13T21:00:00Z" },
      { need: "ask" },
    ],
    [
      "asks again for what was withdrawn",
      { known: [prices("SPY", "2024-06-12T20:40:00Z", "2024-06-12")], withdrawn: ["RAW-0"] },
      { need: "ask" },
    ],
    [
      "does not believe an answer from the future",
      { known: [prices("SPY", "2031-01-01T00:00:00Z", "2024-06-11")] },
      { need: "ask" },
    ],
    [
      "asks the vendor for what only an import has",
      { imports: [["SPY", "2024-06-12"]] },
      { need: "ask" },
    ],
  ];
  test.each(NEEDS)("%s", (_, setup, expected) => {
    const input = inputOf(setup);
    expect(decidePriceNeed(input, "SPY", wantedSession(input))).toStrictEqual(expected);
  });
});

describe("decideHistoryGap", () => {
  const GAPS: readonly (readonly [string, Setup, object | undefined])[] = [
    ["without a history there is none", {}, undefined],
    ["100 sessions join", { known: [prices("SPY", EVENING, "2024-01-19")] }, undefined],
    [
      "101 sessions do not",
      { known: [prices("SPY", EVENING, "2024-01-18")] },
      { after: "2024-01-18", before: "2024-01-22" },
    ],
    [
      "an import closes it",
      { known: [prices("SPY", EVENING, "2023-01-17")], imports: [["SPY", "2024-06-05"]] },
      undefined,
    ],
    [
      "an import of long ago does not",
      { imports: [["SPY", "2021-02-05"]] },
      { after: "2021-02-05", before: "2024-01-22" },
    ],
  ];
  test.each(GAPS)("%s", (_, setup, gap) => {
    const input = inputOf(setup);
    expect(decideHistoryGap(input, "SPY", wantedSession(input))).toStrictEqual(gap);
  });
});

describe("planDaily", () => {
  test("of the free plan asks prices and series, then events, then the universe by age", () => {
    const known = [
      prices("OLD", "2024-06-03T21:00:00Z", "2024-06-03"),
      prices("MID", "2024-06-10T21:00:00Z", "2024-06-10"),
      prices("HERE", EVENING, "2024-06-12"),
    ];
    const plan = daily({ members: ["MID", "NEW", "HERE", "OLD"], known });
    expect(labels(plan.calls).slice(11)).toStrictEqual([
      "SPLITS SPY",
      "DIVIDENDS SPY",
      "SPLITS QQQ",
      "DIVIDENDS QQQ",
      "TIME_SERIES_DAILY NEW",
      "TIME_SERIES_DAILY OLD",
      "TIME_SERIES_DAILY MID",
    ]);
  });

  test("puts the events of a large move before the rotation, once each", () => {
    const known = [
      prices("IWM", EVENING, "2024-06-12", { move: "2024-06-12" }),
      prices("SPY", EVENING, "2024-06-12", { move: "2024-06-12" }),
    ];
    expect(labels(daily({ known }).calls).slice(9)).toStrictEqual([
      "SPLITS SPY",
      "DIVIDENDS SPY",
      "SPLITS IWM",
      "DIVIDENDS IWM",
      "SPLITS QQQ",
      "DIVIDENDS QQQ",
    ]);
  });

  test("does not ask for events again that were answered since the move", () => {
    const [splits, dividends] = eventCalls("IWM");
    const known = [
      prices("IWM", EVENING, "2024-06-12", { move: "2024-06-11" }),
      { call: splits, at: "2024-06-11T21:00:00Z" },
      { call: dividends, at: "2024-06-11T12:00:00Z" },
    ];
    expect(labels(daily({ known }).calls).filter((label) => label.endsWith("S IWM"))).toStrictEqual(
      ["DIVIDENDS IWM"],
    );
  });

  test("turns to those whose events are oldest, and says when all have been asked for", () => {
    const events = (symbol: string, at: string) => eventCalls(symbol).map((call) => ({ call, at }));
    const known = [
      ...events("SPY", "2024-06-10T21:00:00Z"),
      ...events("QQQ", "2024-06-10T21:00:00Z"),
      ...events("DIA", "2024-06-11T21:00:00Z"),
      ...events("IWM", "2024-06-11T21:00:00Z"),
    ];
    const input = inputOf({ known });
    expect(decideRotation(input)).toStrictEqual(["VIXY", "HYG"]);
    expect(planDaily(input, ["VIXY", "HYG"]).deferred).toStrictEqual([
      {
        what: "splits and dividends of LQD, UUP",
        reason: "EVENTS_IN_ROTATION",
        until: "2024-06-13",
      },
    ]);
    const all = ["SPY", "QQQ", "IWM", "DIA", "VIXY", "HYG", "LQD", "UUP"].flatMap((symbol, index) =>
      events(symbol, `2024-06-0${index + 1}T21:00:00Z`),
    );
    expect(daily({ known: all }).deferred).toStrictEqual([]);
  });

  test("fits into what is left of the day, and tells the date when the universe is whole", () => {
    const members = Array.from({ length: 40 }, (_, index) => `S${index}`);
    const plan = daily({ members });
    expect(plan.calls).toHaveLength(25);
    expect(plan.deferred.at(-1)).toStrictEqual({
      what: "30 of 40 symbols of the universe",
      reason: "DAY_BUDGET",
      until: "2024-06-15",
    });
    const late = daily({ members, leftOfDay: 3 });
    expect(labels(late.calls)).toStrictEqual([
      "TIME_SERIES_DAILY SPY",
      "TIME_SERIES_DAILY VIXY",
      "TIME_SERIES_DAILY QQQ",
    ]);
    expect(late.deferred[0]).toStrictEqual({
      what: "12 calls for IWM, DIA, TREASURY_YIELD_10YEAR, TREASURY_YIELD_2YEAR, HYG, LQD, UUP, WTI and 2 more",
      reason: "DAY_BUDGET",
      until: "2024-06-13T00:00:00.000Z",
    });
    expect(daily({ leftOfDay: 0 })).toMatchObject({
      calls: [],
      deferred: [{ reason: "DAY_BUDGET" }, { reason: "EVENTS_IN_ROTATION" }],
    });
  });

  test("asks for a series once a session, although it lags behind", () => {
    const asked = (at: string) => labels(daily({ known: [{ call: seriesCall("WTI"), at }] }).calls);
    expect(asked("2024-06-12T20:00:00Z")).toContain("WTI WTI");
    expect(asked("2024-06-12T20:31:00Z")).not.toContain("WTI WTI");
  });

  test("of premium asks adjusted rows and indices and nothing in rotation", () => {
    const plan = daily({ plan: "premium", members: ["ACME"], callsOfDay: 100 });
    expect(labels(plan.calls).slice(0, 2)).toStrictEqual([
      "TIME_SERIES_DAILY_ADJUSTED SPY",
      "INDEX_DATA VIX",
    ]);
    expect(plan.calls).toHaveLength(12);
    expect(plan.deferred).toStrictEqual([]);
  });

  test("asks for one symbol that has two roles once", () => {
    const calls = labels(daily({ proxies: { blue_chip: "SPY" } }).calls);
    expect(calls.filter((label) => label === "TIME_SERIES_DAILY SPY")).toHaveLength(1);
  });

  test("says what the vendor has no row for", () => {
    const plan = daily({
      known: [prices("UUP", "2024-06-13T09:00:00Z", "2024-06-11")],
      at: "2024-06-13T13:00:00Z",
    });
    expect(plan.notes).toStrictEqual([
      "The vendor has no row of 2024-06-12 for UUP; gate 1 says what that holds.",
    ]);
    expect(labels(plan.calls)).not.toContain("TIME_SERIES_DAILY UUP");
  });

  test("by property stays inside the day, repeats no call, and plans nothing once all is answered", () => {
    const setup = fc.record({
      plan: fc.constantFrom<VendorPlan>("free", "premium"),
      members: fc.uniqueArray(fc.constantFrom("A", "B", "C", "D", "E", "F", "G"), { maxLength: 7 }),
      leftOfDay: fc.nat(40),
      answered: fc.uniqueArray(fc.nat(40)),
    });
    fc.assert(
      fc.property(setup, ({ plan, members, leftOfDay, answered }) => {
        const all = daily({ plan, members, leftOfDay: 1000, callsOfDay: 1000 }).calls;
        const known = all.map((call): Known => ({
          call,
          at: EVENING,
          newest:
            call.kind.startsWith("daily") || call.kind === "index_daily" ? "2024-06-12" : undefined,
        }));
        const some = known.filter((_, index) => answered.includes(index));
        const input = inputOf({ plan, members, leftOfDay, known: some });
        const rotation = decideRotation(inputOf({ plan, members }));
        const { calls } = planDaily(input, rotation);
        expect(calls.length).toBeLessThanOrEqual(leftOfDay);
        expect(new Set(calls.map((call) => callKeyOf(call))).size).toBe(calls.length);
        const open = all.length - some.length;
        expect(calls.length).toBe(Math.min(leftOfDay, open));
        expect(planDaily(inputOf({ plan, members, known }), rotation).calls).toStrictEqual([]);
      }),
      { seed: testSeed(), numRuns: testCount(200, 10_000) },
    );
  });
});

describe("planIntraday", () => {
  const NOON = "2024-06-12T16:00:00Z";

  test("reserves the calls of the daily close that comes before the reset", () => {
    const done = labelsOfDaily("2024-06-11").map((call): Known => ({
      call,
      at: "2024-06-11T21:00:00Z",
      newest: "2024-06-11",
    }));
    const plan = planIntraday(inputOf({ plan: "premium", at: NOON, known: done, callsOfDay: 14 }));
    expect(plan.calls).toHaveLength(14 - 11);
    expect(plan.deferred).toMatchObject([{ reason: "RESERVED_FOR_DAILY" }]);
    const evening = labelsOfDaily("2024-06-12").map((call): Known => ({
      call,
      at: EVENING,
      newest: "2024-06-12",
    }));
    expect(
      planIntraday(inputOf({ plan: "premium", known: evening, callsOfDay: 14 })).calls,
    ).toHaveLength(7);
  });

  /** Every call of a day on premium. */
  function labelsOfDaily(session: string): readonly VendorCall[] {
    return daily({ plan: "premium", at: `${session}T21:00:00Z`, callsOfDay: 1000 }).calls;
  }

  const BARS: readonly (readonly [string, string, string, "none" | "compact" | "full"])[] = [
    ["a bar later in the session", NOON, "2024-06-12T15:55:00Z", "compact"],
    ["less than a bar later", NOON, "2024-06-12T15:56:00Z", "none"],
    [
      "within the reach of a compact answer",
      "2024-06-12T20:00:00Z",
      "2024-06-12T12:30:00Z",
      "compact",
    ],
    ["beyond it", "2024-06-12T20:00:00Z", "2024-06-12T11:30:00Z", "full"],
    ["at night, after the last bar came", "2024-06-13T03:00:00Z", "2024-06-13T00:01:00Z", "none"],
    ["before the first bar of the day", "2024-06-13T07:59:00Z", "2024-06-13T00:01:00Z", "none"],
    ["after the first bar of the day", "2024-06-13T08:05:00Z", "2024-06-13T00:01:00Z", "full"],
    ["on a weekend", "2024-06-15T15:00:00Z", "2024-06-15T00:01:00Z", "none"],
  ];
  test.each(BARS)("%s", (_, at, answeredAt, size) => {
    const known = (["compact", "full"] as const).map((asked) => ({
      call: intradayCall("SPY", asked),
      at: answeredAt,
    }));
    const { calls } = planIntraday(inputOf({ plan: "premium", at, known, callsOfDay: 1000 }));
    expect(calls.find(({ symbol }) => symbol === "SPY")?.params["outputsize"] ?? "none").toBe(size);
  });
});

describe("planBackfill", () => {
  test("leaves out with --resume only what is whole and joins", () => {
    const full = (symbol: string, newest: string) => ({
      call: dailyCall(symbol, "premium", "full"),
      at: `${newest}T21:00:00Z`,
      newest,
    });
    const known = [
      full("A", "2024-06-12"),
      full("B", "2024-01-19"),
      full("C", "2024-01-18"),
      prices("D", EVENING, "2024-06-12"),
    ];
    const setup: Setup = { plan: "premium", known, callsOfDay: 100 };
    const symbols = ["A", "B", "C", "D"];
    expect(planBackfill(inputOf(setup), { symbols }).calls).toHaveLength(4);
    expect(
      planBackfill(inputOf(setup), { symbols, resume: true }).calls.map(({ symbol }) => symbol),
    ).toStrictEqual(["C", "D"]);
  });

  test("covers proxies and universe when no symbol is named, each once", () => {
    const { calls } = planBackfill(
      inputOf({ plan: "premium", members: ["ACME"], callsOfDay: 100 }),
      {},
    );
    expect(calls).toHaveLength(12);
    expect(calls.every(({ params }) => params["outputsize"] !== "compact")).toBe(true);
  });

  test("of the free plan asks compact rows and events, and no index", () => {
    const plan = planBackfill(inputOf({ proxies: { volatility_gauge: "VIX" } }), {
      symbols: ["VIX", "SPY", "WTI"],
    });
    expect(labels(plan.calls)).toStrictEqual([
      "TIME_SERIES_DAILY SPY",
      "SPLITS SPY",
      "DIVIDENDS SPY",
      "WTI WTI",
    ]);
    expect(plan.notes).toStrictEqual([
      expect.stringMatching(/us import/),
      expect.stringMatching(/^VIX is not served/),
    ]);
  });
});

test("an index is asked for on premium alone, everything else on any plan", () => {
  expect(isAskedOnPlan({ instrumentClass: "index" }, "free")).toBe(false);
  expect(isAskedOnPlan({ instrumentClass: "index" }, "premium")).toBe(true);
  expect(isAskedOnPlan({ instrumentClass: "series" }, "free")).toBe(true);
  expect(isAskedOnPlan({ instrumentClass: "fund" }, "free")).toBe(true);
});
