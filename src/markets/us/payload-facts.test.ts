/** What planning reads from a payload of prices. */
import { describe, expect, test } from "vitest";
import { buildCalendar } from "#core/calendar.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { fixtureBytes } from "./alpha-vantage/fixture-store.ts";
import { NYSE_FACTS } from "./nyse-facts.ts";
import { readPayloadFacts } from "./payload-facts.ts";

const calendar = buildCalendar(NYSE_FACTS);
const encoder = new TextEncoder();

function factsOf(lines: readonly string[], through = "2026-05-15", moveLimitPercent = 20) {
  const body = ["timestamp,open,high,low,close,volume", ...lines, ""].join("\n");
  const wholeThroughDay = dayNumberOf(sessionDate(through));
  return readPayloadFacts("daily", encoder.encode(body), {
    calendar,
    wholeThroughDay,
    moveLimitPercent,
  });
}

const row = (date: string, close: number) => `${date},${close},${close},${close},${close},10`;

describe("readPayloadFacts", () => {
  test("takes the newest whole session, whatever the order of the rows", () => {
    expect(
      factsOf([row("2026-05-13", 10), row("2026-05-15", 10), row("2026-05-14", 10)]),
    ).toStrictEqual({
      newestSession: "2026-05-15",
      soundSession: "2026-05-15",
      largeMove: null,
    });
  });

  test("leaves out a row that was not whole yet, and rows on days that are no sessions", () => {
    const rows = [row("2026-05-16", 10), row("2026-05-15", 10), row("2026-05-14", 10)];
    expect(factsOf(rows, "2026-05-14").newestSession).toBe("2026-05-14");
    expect(factsOf(rows, "2026-05-17").newestSession).toBe("2026-05-15");
    expect(factsOf([row("2026-05-16", 10)], "2026-05-17").newestSession).toBeNull();
  });

  const UNSOUND = [
    "2026-05-15,NaN,1,1,1,10",
    "2026-05-15,1,2,1,1.5",
    "2026-05-15,1,1,2,1,10",
    "2026-05-15,0,0,0,0,10",
    "2026-05-15,1,2,1,1.5,",
    "2026-05-15,1,1,1,1,-5",
    "2026-05-15,1,1,1,1,10\n2026-05-15,2,2,2,2,10",
  ];
  test.each(UNSOUND)("knows that %s came but cannot be right", (line) => {
    expect(factsOf([line, row("2026-05-14", 1)])).toMatchObject({
      newestSession: "2026-05-15",
      soundSession: "2026-05-14",
    });
  });

  test("finds the newest close that moved over the limit", () => {
    const rows = [
      row("2026-05-15", 25),
      row("2026-05-14", 25),
      row("2026-05-13", 100),
      row("2026-05-12", 50),
    ];
    expect(factsOf(rows).largeMove).toBe("2026-05-14");
    expect(factsOf(rows, "2026-05-13").largeMove).toBe("2026-05-13");
    expect(factsOf(rows, "2026-05-15", Number.POSITIVE_INFINITY).largeMove).toBeNull();
    expect(factsOf([row("2026-05-15", 12), row("2026-05-14", 10)]).largeMove).toBeNull();
  });

  test("takes the split and the dividend of an adjusted row out of its move", () => {
    const view = {
      calendar,
      wholeThroughDay: dayNumberOf(sessionDate("2026-05-15")),
      moveLimitPercent: 20,
    };
    expect(
      readPayloadFacts("daily_adjusted", fixtureBytes("daily-adjusted.csv"), view).largeMove,
    ).toBeNull();
    const header =
      "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient";
    const special = `${header}\n2026-05-15,70,70,70,70,70,10,29.5000,1.0\n2026-05-14,100,100,100,100,70,10,0.0000,1.0\n`;
    expect(readPayloadFacts("daily_adjusted", encoder.encode(special), view).largeMove).toBeNull();
    const without = special.replace("29.5000", "0.0000");
    expect(readPayloadFacts("daily_adjusted", encoder.encode(without), view).largeMove).toBe(
      "2026-05-15",
    );
  });

  test("knows nothing of payloads without prices, nor of bytes that are none", () => {
    const nothing = { newestSession: null, soundSession: null, largeMove: null };
    const view = { calendar, wholeThroughDay: 99_999, moveLimitPercent: 20 };
    expect(readPayloadFacts("splits", fixtureBytes("splits.csv"), view)).toStrictEqual(nothing);
    expect(readPayloadFacts("daily", encoder.encode("{}"), view)).toStrictEqual(nothing);
  });
});
