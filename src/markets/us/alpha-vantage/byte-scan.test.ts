/** The byte scanners against the core's own parsers of decimals and dates. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PRICE_UNITS_MAX, parseDecimalUnits } from "#core/price.ts";
import { dayNumberOf, parseSessionDate } from "#core/session-date.ts";
import { BAD_DAY } from "#lake/bar-table.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { scanCount, scanDay, scanMinuteOfDay, scanUnits } from "./byte-scan.ts";

const encoder = new TextEncoder();

function unitsOf(text: string, decimals = 4): number {
  const bytes = encoder.encode(`x${text},`);
  return scanUnits(bytes, 1, bytes.length - 1, decimals);
}

/** What the core's parser says, with the scanner's way of saying "unreadable". */
function expectedUnits(text: string, decimals: number): number {
  return parseDecimalUnits(text, decimals) ?? Number.NaN;
}

describe("scanUnits", () => {
  const NUMBERS = [
    ["218.2", 2_182_000],
    ["217.6150", 2_176_150],
    ["0.00005", 0],
    ["0.00015", 2],
    ["0.000150000001", 2],
    ["0.00014999", 1],
    ["-3.5", -35_000],
    ["-0", 0],
    [".5", 5000],
    ["7.", 70_000],
    ["+12", 120_000],
    ["000000000000000000012.5", 125_000],
    ["100000000000", PRICE_UNITS_MAX],
  ] as const;
  test.each(NUMBERS)("reads %s as %d units", (text, units) => {
    expect(unitsOf(text)).toBe(units);
  });

  const NO_NUMBERS = [
    "",
    " ",
    ".",
    "-",
    "NaN",
    "inf",
    "1e5",
    "1,5",
    "12 ",
    "1.2.3",
    "--1",
    "100000000000.0001",
    "0x1",
  ];
  test.each(NO_NUMBERS)("says that %j is no number", (text) => {
    expect(unitsOf(text)).toBeNaN();
  });

  test("agrees with the core's parser on any decimal-like text", () => {
    const text = fc.oneof(
      fc.stringMatching(/^[+-]?\d{0,13}\.?\d{0,20}$/),
      fc.stringMatching(/^[+-]?\d{0,3}\.\d{3,5}50{0,4}\d?$/),
      fc.stringMatching(/^[+-]?[0-9.eE ,xN]{0,9}$/),
      fc.double().map(String),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(0, 4, 6, 8), (sample, decimals) => {
        expect(unitsOf(sample, decimals)).toBe(expectedUnits(sample, decimals));
      }),
      { seed: testSeed(), numRuns: testCount(2000, 200_000) },
    );
  });
});

describe("scanCount", () => {
  const COUNTS = [
    ["6154450", 6_154_450],
    ["12.000", 12],
    ["0", 0],
    ["-5", -5],
    ["3.5", Number.NaN],
    ["", Number.NaN],
    ["1e6", Number.NaN],
    ["..", Number.NaN],
  ] as const;
  test.each(COUNTS)("reads %j as %d", (text, count) => {
    const bytes = encoder.encode(text);
    expect(scanCount(bytes, 0, bytes.length)).toBe(count);
  });
});

describe("scanDay", () => {
  test("agrees with the core's dates", () => {
    const text = fc.oneof(
      fc.stringMatching(/^(19|20)\d\d-[01]\d-[0-3]\d$/),
      fc.stringMatching(/^[0-9x]{4}[-/][0-9]{2}[-.][0-9 ]{2}$/),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(text, (sample) => {
        const bytes = encoder.encode(sample);
        if (bytes.length > 10) return;
        const date = parseSessionDate(sample);
        expect(scanDay(bytes, 0, bytes.length)).toBe(
          date === undefined ? BAD_DAY : dayNumberOf(date),
        );
      }),
      { seed: testSeed(), numRuns: testCount(1000, 100_000) },
    );
  });
});

describe("scanMinuteOfDay", () => {
  const TIMES = [
    [" 09:35:00", 575],
    [" 00:00:00", 0],
    [" 23:59:00", 1439],
    [" 24:00:00", -1],
    [" 09:60:00", -1],
    [" 09:35:30", -1],
    ["T09:35:00", -1],
    [" 09:35", -1],
    [" 9:35:00 ", -1],
  ] as const;
  test.each(TIMES)("reads %j as minute %d", (text, minute) => {
    const bytes = encoder.encode(text);
    expect(scanMinuteOfDay(bytes, 0, bytes.length)).toBe(minute);
  });
});
