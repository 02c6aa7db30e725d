/** Minute bars are judged by the hours of their session: pauses, other hours, late starts, repetitions. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildCalendar } from "#core/calendar.ts";
import { smallFacts } from "#core/small-calendar.testing.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { BAD_DAY, type Bar, appendBar, createBarTable } from "#lake/bar-table.ts";
import { testCount, testSeed } from "../../../tests/support/depth.ts";
import {
  type MinuteRules,
  type TradingMinutes,
  expectedStarts,
  judgeMinuteRows,
  tradingMinutesOf,
} from "./minute-rules.ts";
import { type SymbolMinutes, summariseMinutes } from "./minute-summary.ts";
import { indexSessions, rulesOf } from "./row-rules.ts";

const HALTED = sessionDate("2026-03-11");
const FACTS = {
  ...smallFacts("2026-03-01", "2026-03-31"),
  timeZone: "Asia/Kolkata",
  openMinute: 555,
  closeMinute: 930,
  special: new Map([
    [
      HALTED,
      {
        openMinute: 555,
        closeMinute: 1020,
        name: "outage",
        breaks: [{ fromMinute: 700, toMinute: 945 }],
      },
    ],
  ]),
};
const CALENDAR = buildCalendar(FACTS);
const hoursOf = tradingMinutesOf(CALENDAR);
const IST = 330;
const DAY = dayNumberOf(sessionDate("2026-03-12"));
const LONG_AGO_MS = Date.UTC(2027, 0, 1);

const minuteOf = (day: number, clock: string): number => {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return day * 1440 + hour * 60 + minute - IST;
};

function rulesBroken(bars: readonly Partial<Bar>[], rules: Partial<MinuteRules> = {}): string[][] {
  const table = createBarTable();
  for (const [index, bar] of bars.entries()) {
    const values = { open: 10, high: 12, low: 9, close: 11, volume: 5, line: index + 1 };
    appendBar(table, { day: DAY, startMinute: minuteOf(DAY, "09:15"), ...values, ...bar });
  }
  const reasons = new Uint32Array(table.length);
  const payload = { fromRow: 0, toRow: table.length };
  judgeMinuteRows(
    table,
    payload,
    {
      sessions: indexSessions(CALENDAR),
      hoursOf,
      barMinutes: 1,
      hasVolume: true,
      receivedAtMs: LONG_AGO_MS,
      ...rules,
    },
    reasons,
  );
  return [...reasons].map(rulesOf);
}

describe("a minute bar", () => {
  test.each([
    ["09:15", []],
    ["15:29", []],
    ["09:07", ["OUTSIDE_HOURS"]],
    ["09:14", ["OUTSIDE_HOURS"]],
    ["15:30", ["OUTSIDE_HOURS"]],
  ])("that starts at %s breaks %j", (clock, broken) => {
    expect(rulesBroken([{ startMinute: minuteOf(DAY, clock) }])).toEqual([broken]);
  });

  test.each([
    ["11:39", []],
    ["11:40", ["OUTSIDE_HOURS"]],
    ["15:37", ["OUTSIDE_HOURS"]],
    ["15:45", []],
    ["16:59", []],
    ["17:00", ["OUTSIDE_HOURS"]],
  ])("of the session with a halt that starts at %s breaks %j", (clock, broken) => {
    const day = dayNumberOf(HALTED);
    expect(rulesBroken([{ day, startMinute: minuteOf(day, clock) }])).toEqual([broken]);
  });

  test("of five minutes starts on the grid of its session", () => {
    const starts = ["09:15", "09:17"].map((clock) => ({ startMinute: minuteOf(DAY, clock) }));
    expect(rulesBroken(starts, { barMinutes: 5 })).toEqual([[], ["OFF_GRID"]]);
  });

  test("of a day without trading is of no session", () => {
    const sunday = dayNumberOf(sessionDate("2026-03-15"));
    expect(rulesBroken([{ day: sunday, startMinute: minuteOf(sunday, "09:15") }])).toEqual([
      ["NOT_A_SESSION"],
    ]);
    const before = DAY - 60;
    expect(rulesBroken([{ day: before, startMinute: minuteOf(before, "09:15") }])).toEqual([
      ["OUTSIDE_CALENDAR"],
    ]);
  });

  test("that had not ended on receipt is not whole", () => {
    const receivedAtMs = minuteOf(DAY, "09:16") * 60_000 - 1;
    expect(rulesBroken([{}], { receivedAtMs })).toEqual([["SESSION_NOT_WHOLE"]]);
    expect(rulesBroken([{}], { receivedAtMs: receivedAtMs + 1 })).toEqual([[]]);
  });

  test("whose stamp cannot be read breaks the schema alone", () => {
    expect(rulesBroken([{ day: BAD_DAY, startMinute: 0, flags: 2 }])).toEqual([["SCHEMA_DATE"]]);
  });

  test("stored twice counts once, and twice differently not at all", () => {
    expect(rulesBroken([{}, {}])).toEqual([[], ["DUPLICATE_ROW"]]);
    expect(rulesBroken([{}, { close: 10 }])).toEqual([
      ["DUPLICATE_CONFLICT"],
      ["DUPLICATE_CONFLICT"],
    ]);
  });
});

const REGULAR = hoursOf(DAY) ?? { openMinute: 0, closeMinute: 0, breaks: [] };
const HALTED_HOURS = hoursOf(dayNumberOf(HALTED)) ?? REGULAR;
const AUCTION_FROM = REGULAR.openMinute + 360;

function summaryOf(
  starts: readonly number[],
  of: Partial<SymbolMinutes> = {},
  hours: TradingMinutes = REGULAR,
  auctionFromMinute: number | null = null,
) {
  return summariseMinutes(
    {
      symbol: "TCS",
      interval: "1m",
      barMinutes: 1,
      starts,
      hasAuction: false,
      incomplete: 0,
      sources: { stream: starts.length, rest: 0, import: 0 },
      quarantined: 0,
      duplicates: 0,
      conflicts: 0,
      outside: 0,
      restated: 0,
      ...of,
    },
    { session: "2026-03-12", hours, offsetMinutes: IST, auctionFromMinute, notes: [] },
  );
}

const between = (from: string, to: string): number[] => {
  const [first, end] = [minuteOf(DAY, from), minuteOf(DAY, to)];
  return Array.from({ length: end - first }, (_, index) => first + index);
};

describe("a session's candles of one symbol", () => {
  test("are whole when every minute is there", () => {
    const summary = summaryOf(between("09:15", "15:30"));
    expect(summary).toMatchObject({ judgement: "WHOLE", bars: 375, expected: 375, missing: 0 });
    expect(summary).toMatchObject({ first: "09:15", last: "15:29", notes: [] });
  });

  test("may start late, end early or have gaps", () => {
    expect(summaryOf(between("10:00", "15:30"))).toMatchObject({
      judgement: "LATE_START",
      reason: "45 of 375 bars are missing: the first starts at 10:00",
      missingAtStart: 45,
    });
    expect(summaryOf(between("09:15", "15:00"))).toMatchObject({
      judgement: "EARLY_END",
      missingAtEnd: 30,
    });
    expect(summaryOf([...between("10:00", "11:00"), ...between("11:05", "15:30")])).toMatchObject({
      judgement: "GAPS",
      missing: 50,
      notes: ["LATE_START", "GAPS"],
    });
    expect(summaryOf([])).toMatchObject({ judgement: "EMPTY", missing: 375, first: null });
  });

  test("are not expected while trading was halted", () => {
    const expected = expectedStarts(HALTED_HOURS, 1);
    expect(expected).toHaveLength(145 + 75);
    expect(summaryOf(expected, {}, HALTED_HOURS)).toMatchObject({ judgement: "WHOLE" });
    expect(expectedStarts(HALTED_HOURS, 5)).toHaveLength(29 + 15);
  });

  test("are not expected in the closing auction of those who take part", () => {
    const early = between("09:15", "15:15");
    expect(summaryOf(early, { hasAuction: true }, REGULAR, AUCTION_FROM)).toMatchObject({
      judgement: "WHOLE",
      expected: 360,
    });
    expect(summaryOf(early, {}, REGULAR, AUCTION_FROM).judgement).toBe("WHOLE");
    const late = [...early, ...between("15:15", "15:20")];
    expect(summaryOf(late, {}, REGULAR, AUCTION_FROM)).toMatchObject({
      judgement: "EARLY_END",
      expected: 375,
    });
  });

  test("tell what else was found", () => {
    const found = { incomplete: 2, duplicates: 1, conflicts: 1, outside: 1, restated: 1 };
    const { judgement, notes } = summaryOf(between("09:15", "15:30"), found);
    expect(judgement).toBe("INCOMPLETE");
    expect(notes).toEqual([
      "INCOMPLETE_BARS",
      "DUPLICATES_DROPPED",
      "CONFLICTS_REFUSED",
      "OUTSIDE_HOURS_REFUSED",
      "RESTATED",
    ]);
  });

  test("account for every expected minute", () => {
    const all = expectedStarts(HALTED_HOURS, 1);
    fc.assert(
      fc.property(fc.subarray(all), (starts) => {
        const summary = summaryOf(starts, {}, HALTED_HOURS);
        expect(summary.bars + summary.missing).toBe(summary.expected);
        expect(summary.judgement === "WHOLE").toBe(starts.length === all.length);
        expect(summary.missingAtStart + summary.missingAtEnd).toBeLessThanOrEqual(summary.missing);
      }),
      { numRuns: testCount(100, 2000), seed: testSeed() },
    );
  });
});
