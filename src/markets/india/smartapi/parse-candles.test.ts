/** Candles as rows, in the vendor's shape and in every other one. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { BAD_DAY, PARSE_FLAGS } from "#lake/bar-table.ts";
import { dailyCall, istMinuteText, minuteCall, planDailyPages } from "./candle-call.ts";
import { parseCandleData, parseCandles, parseStamp } from "./parse-candles.ts";

const bytesOf = (data: unknown) =>
  Buffer.from(JSON.stringify({ status: true, message: "SUCCESS", errorcode: "", data }));

function rowsOf(data: unknown, interval: "ONE_MINUTE" | "ONE_DAY") {
  const parsed = parseCandles(bytesOf(data), interval);
  if (parsed.outcome !== "rows") throw new Error(parsed.says);
  const { bars } = parsed;
  return Array.from({ length: bars.length }, (_, row) => ({
    day: bars.day[row],
    startMinute: bars.startMinute[row],
    prices: [bars.open[row], bars.high[row], bars.low[row], bars.close[row]],
    volume: bars.volume[row],
    flags: bars.flags[row],
    line: bars.line[row],
  }));
}

describe("candles", () => {
  test("of days are exact units on the exchange's day", () => {
    const rows = rowsOf(
      [["2026-03-12T00:00:00+05:30", 181.0, 189.3, 180.85, "187.70", 2692157]],
      "ONE_DAY",
    );
    expect(rows).toEqual([
      {
        day: dayNumberOf(sessionDate("2026-03-12")),
        startMinute: 0,
        prices: [1_810_000, 1_893_000, 1_808_500, 1_877_000],
        volume: 2_692_157,
        flags: 0,
        line: 1,
      },
    ]);
  });

  test("of minutes carry the epoch minute of their start, in the order in which they came", () => {
    const rows = rowsOf(
      [
        ["2026-03-12T09:16:00+05:30", 2, 2, 2, 2, "0"],
        ["2026-03-12T09:15:00+05:30", 1, 1, 1, 1, "7.0"],
      ],
      "ONE_MINUTE",
    );
    const nineFifteen = Date.UTC(2026, 2, 12, 3, 45) / 60_000;
    expect(rows.map(({ startMinute }) => startMinute)).toEqual([nineFifteen + 1, nineFifteen]);
    expect(rows.map(({ volume }) => volume)).toEqual([0, 7]);
  });

  test("that are null or none are no rows", () => {
    expect(rowsOf(null, "ONE_DAY")).toEqual([]);
    expect(rowsOf([], "ONE_MINUTE")).toEqual([]);
  });

  test("that cannot be read stay as flagged rows", () => {
    const rows = rowsOf(
      [
        ["soon", 1, 2, 1, 2, 5],
        ["2026-03-12T09:15:30+05:30", 1, 2, 1, 2, 5],
        ["2026-02-30T09:15:00+05:30", 1, 2, 1, 2, 5],
        ["2026-03-12T09:15:00+05:30", "NaN", null, 1e21, "", -5],
        ["2026-03-12T09:15:00+05:30", 1, 2, 1, 2],
        "text",
        { open: 1 },
      ],
      "ONE_MINUTE",
    );
    for (const row of rows.slice(0, 3)) {
      expect(row).toMatchObject({ day: BAD_DAY, flags: PARSE_FLAGS.DATE_UNREADABLE });
    }
    const { OPEN_UNREADABLE, HIGH_UNREADABLE, LOW_UNREADABLE, CLOSE_UNREADABLE } = PARSE_FLAGS;
    const { VOLUME_UNREADABLE, NOT_FINITE, BLANK, FIELD_COUNT } = PARSE_FLAGS;
    expect(rows[3]?.flags).toBe(
      OPEN_UNREADABLE |
        HIGH_UNREADABLE |
        LOW_UNREADABLE |
        CLOSE_UNREADABLE |
        VOLUME_UNREADABLE |
        NOT_FINITE |
        BLANK,
    );
    expect(rows[4]?.flags).toBe(FIELD_COUNT | VOLUME_UNREADABLE | BLANK);
    expect(rows[5]?.flags).not.toBe(0);
    expect(rows[6]?.flags).not.toBe(0);
  });

  test("that are no list are a problem", () => {
    expect(parseCandleData({ candles: [] }, "ONE_DAY").outcome).toBe("problem");
    expect(parseCandles(Buffer.from("<html>"), "ONE_DAY").outcome).toBe("problem");
  });

  test("keep every price of two decimals exactly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000 }), (paise) => {
        const [row] = rowsOf([["2026-03-12T00:00:00+05:30", paise / 100, 1, 1, 1, 1]], "ONE_DAY");
        expect(row?.prices[0]).toBe(paise * 100);
      }),
      { seed: testSeed(), numRuns: testCount(200, 5000) },
    );
  });

  test("never throw", () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.array(fc.anything())), (data, rows) => {
        parseCandleData(data, "ONE_MINUTE");
        const parsed = parseCandleData(rows, "ONE_DAY");
        expect(parsed.outcome === "rows" && parsed.bars.length).toBe(rows.length);
      }),
      { seed: testSeed(), numRuns: testCount(200, 5000) },
    );
  });
});

describe("a stamp", () => {
  const minute = Date.UTC(2026, 2, 12, 3, 45) / 60_000;
  test.each([
    "2026-03-12T09:15:00+05:30",
    "2026-03-12T09:15:00.000+0530",
    "2026-03-12 09:15",
    "2026-03-12T03:45:00Z",
    "2026-03-11T22:45:00-05:00",
  ])("is read from %s", (text) => {
    expect(parseStamp(text)).toBe(minute);
  });

  test("is written back as the vendor is asked with it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000_000 }), (epochMinute) => {
        expect(parseStamp(istMinuteText(epochMinute))).toBe(epochMinute);
      }),
      { seed: testSeed(), numRuns: testCount(200, 5000) },
    );
  });
});

describe("a question for candles", () => {
  const instrument = { symbol: "RELIANCE", token: "2885" };
  const openMs = Date.UTC(2026, 2, 12, 3, 45);

  test("of minutes is in the exchange's time and never ends where it starts", () => {
    expect(minuteCall(instrument, { fromMs: openMs, toMs: openMs + 299_999 })).toEqual({
      kind: "minutes",
      name: "getCandleData",
      symbol: "RELIANCE",
      params: {
        exchange: "NSE",
        symboltoken: "2885",
        interval: "ONE_MINUTE",
        fromdate: "2026-03-12 09:15",
        todate: "2026-03-12 09:19",
      },
    });
    expect(minuteCall(instrument, { fromMs: openMs, toMs: openMs }).params).toMatchObject({
      fromdate: "2026-03-12 09:14",
      todate: "2026-03-12 09:15",
    });
  });

  test("of days has at most 2000", () => {
    const from = sessionDate("2020-01-01");
    const day = dayNumberOf(from);
    expect(
      dailyCall(instrument, { from, to: dateOfDayNumber(day + 1999) }).params["fromdate"],
    ).toBe("2020-01-01 00:00");
    expect(() => dailyCall(instrument, { from, to: dateOfDayNumber(day + 2000) })).toThrow("2000");
  });

  test("over a long range is cut into pages that cover it once", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.integer({ min: 1, max: 2000 }), (days, daysMax) => {
        const first = dayNumberOf(sessionDate("2015-01-01"));
        const range = { from: dateOfDayNumber(first), to: dateOfDayNumber(first + days) };
        const pages = planDailyPages(range, daysMax);
        let nextDay: number = first;
        for (const page of pages) {
          expect(dayNumberOf(page.from)).toBe(nextDay);
          expect(dayNumberOf(page.to) - nextDay).toBeLessThan(daysMax);
          nextDay = dayNumberOf(page.to) + 1;
        }
        expect(nextDay).toBe(first + days + 1);
      }),
      { seed: testSeed(), numRuns: testCount(100, 1000) },
    );
  });
});
