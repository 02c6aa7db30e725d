/** Splits, dividends and series: exact values, flags, and dates without an observation. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dateOfDayNumber } from "#core/session-date.ts";
import { BAD_DAY, PARSE_FLAGS } from "#lake/bar-table.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { fixtureBytes } from "./fixture-store.ts";
import { VALUE_UNREADABLE, parseEvents, parseSeries } from "./parse-events.ts";

const encoder = new TextEncoder();

describe("parseEvents", () => {
  test("reads splits, spin-offs and reverse splits exactly", () => {
    expect(parseEvents("splits", fixtureBytes("splits.csv"))).toMatchObject([
      { kind: "split", units: 1_000_000_000, line: 2, flags: 0 },
      { kind: "split", units: 104_600_000, line: 3, flags: 0 },
      { kind: "split", units: 20_000_000, line: 4, flags: 0 },
    ]);
  });

  test("reads dividends whose other dates are unknown", () => {
    const events = parseEvents("dividends", fixtureBytes("dividends.csv"));
    expect(events).toMatchObject([{ units: 1_690_000 }, { units: 222_500, line: 3 }]);
    if ("problem" in events) return;
    expect(events.map((event) => dateOfDayNumber(event.day))).toStrictEqual([
      "2026-05-08",
      "1999-02-08",
    ]);
  });

  test("reads JSON, and no events at all", () => {
    expect(parseEvents("splits", fixtureBytes("splits.json"))).toMatchObject([
      { units: 1_000_000_000, line: 1 },
    ]);
    expect(parseEvents("splits", encoder.encode("effective_date,split_factor\n"))).toStrictEqual(
      [],
    );
    expect(parseEvents("splits", encoder.encode('{"symbol":"A","data":[]}'))).toStrictEqual([]);
  });

  const MALFORMED = [
    ["None,2.0", { day: BAD_DAY, flags: PARSE_FLAGS.DATE_UNREADABLE }],
    ["2024-06-10,None", { units: Number.NaN, flags: VALUE_UNREADABLE }],
    ["2024-06-10,", { flags: VALUE_UNREADABLE | PARSE_FLAGS.BLANK }],
    ["2024-06-10,nan", { flags: VALUE_UNREADABLE | PARSE_FLAGS.NOT_FINITE }],
    ["2024-06-10,.", { flags: VALUE_UNREADABLE }],
    ["2024-06-10,2,3", { flags: PARSE_FLAGS.FIELD_COUNT }],
    ["2024-06-10", { flags: PARSE_FLAGS.FIELD_COUNT | VALUE_UNREADABLE }],
  ] as const;
  test.each(MALFORMED)("flags %s", (line, expected) => {
    const events = parseEvents("splits", encoder.encode(`effective_date,split_factor\n${line}\n`));
    expect(events).toMatchObject([expected]);
  });

  test("says which columns are wrong", () => {
    const problem = { problem: 'missing columns: "split_factor"; unknown columns: "ratio"' };
    expect(parseEvents("splits", encoder.encode("effective_date,ratio\n"))).toStrictEqual(problem);
  });
});

describe("parseSeries", () => {
  test("counts the dates without an observation and gives them no value", () => {
    const series = parseSeries(fixtureBytes("treasury-yield.csv"));
    expect(series).toMatchObject({
      noObservation: 1,
      rows: [{ units: 4_410_000 }, { units: 4_380_000 }, { line: 5 }],
    });
    expect(parseSeries(fixtureBytes("treasury-yield.json"))).toMatchObject({
      noObservation: 1,
      rows: [{ line: 1 }],
    });
  });

  test("keeps negative prices: oil had one", () => {
    const series = parseSeries(encoder.encode("timestamp,value\n2020-04-20,-36.98\n"));
    expect(series).toMatchObject({ rows: [{ units: -36_980_000, flags: 0 }] });
  });

  test("no bytes make it throw", () => {
    const body = fc.oneof(
      fc.string(),
      fc.string().map((text) => `timestamp,value\n${text}`),
      fc.json(),
    );
    fc.assert(
      fc.property(body, (text) => {
        const series = parseSeries(encoder.encode(text));
        expect("problem" in series || series.rows.length >= 0).toBe(true);
      }),
      { seed: testSeed(), numRuns: testCount(300, 20_000) },
    );
  });
});
