/** What people read of minute candles: counts by judgement, and the sessions that are not whole. */
import { expect, test } from "vitest";
import type { BuildReport, MinuteSummary } from "#contracts/snapshot.ts";
import { minuteLines, minutesOf } from "./minutes-screen.ts";

const WHOLE: MinuteSummary = {
  symbol: "RELIANCE",
  session: "2023-07-19",
  interval: "5m",
  judgement: "WHOLE",
  reason: "75 of 75 bars",
  notes: [],
  bars: 75,
  expected: 75,
  missing: 0,
  missingAtStart: 0,
  missingAtEnd: 0,
  incomplete: 0,
  quarantined: 0,
  duplicates: 0,
  outside: 0,
  first: "09:15",
  last: "15:25",
  sources: { stream: 0, rest: 0, import: 75 },
};
const LATE: MinuteSummary = {
  ...WHOLE,
  session: "2023-07-20",
  judgement: "LATE_START",
  reason: "66 of 75 bars, the first at 10:00",
  bars: 66,
  missing: 9,
  missingAtStart: 9,
  first: "10:00",
};
const report: BuildReport = {
  version: 1,
  snapshot: "SNAP-0000000000000000",
  reviews: [],
  largeMoves: [],
  restated: [],
  eventConflicts: [],
  quarantineByRule: {},
  symbols: [],
};

test("nothing is said where there are none", () => {
  expect(minuteLines(undefined)).toEqual([]);
  expect(minuteLines([])).toEqual([]);
});

test("whole sessions are counted, the others listed with their reason", () => {
  const lines = minuteLines([WHOLE, LATE, { ...WHOLE, session: "2021-02-24", notes: ["HALT"] }]);
  expect(lines[1]).toBe("minute candles, by symbol and session: 2 WHOLE, 1 LATE_START");
  expect(lines.slice(2).map((line) => line.replaceAll(/ +/g, " "))).toEqual([
    " RELIANCE 2023-07-20 5m LATE_START 66 of 75 bars, the first at 10:00",
    " RELIANCE 2021-02-24 5m WHOLE 75 of 75 bars; HALT",
  ]);
});

test("a long list ends with how many more there are", () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ ...LATE, symbol: `S${index}` }));
  expect(minuteLines(many).at(-1)).toBe("  … and 8 more");
});

test("the summaries of one session are found", () => {
  expect(minutesOf({ ...report, minutes: [WHOLE, LATE] }, "2023-07-20")).toEqual([LATE]);
  expect(minutesOf(report, "2023-07-20")).toEqual([]);
});
