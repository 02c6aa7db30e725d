/** The one-pass reader of plain rows against the reader of any row: they never disagree. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BarTable, createBarTable } from "#lake/bar-table.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { parseBars } from "./parse-bars.ts";
import { appendPlainRow, canBePlain } from "./plain-row.ts";

const encoder = new TextEncoder();
const HEADER = "timestamp,open,high,low,close,volume";
const PLAIN = "2026-05-15,101.2500,102.0000,100.8750,101.5000,4120300";
/** No row is read in one pass this near the end of a body. */
const TAIL = "x".repeat(200);

const COLUMNS = ["day", "startMinute", "open", "high", "low", "close", "volume", "flags"] as const;

function rowsOf(table: BarTable): (number | undefined)[][] {
  return Array.from({ length: table.length }, (_, row) => COLUMNS.map((name) => table[name][row]));
}

function parse(body: string): BarTable {
  const table = createBarTable();
  expect(parseBars("daily", encoder.encode(body), table)).toBeUndefined();
  return table;
}

const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 18 });
const price = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.nat({ max: 2_000_000_000 }).map((units) => (units / 10_000).toFixed(4)),
  },
  fc.tuple(digits, digits).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.constantFrom(
    "",
    ".",
    "-1.0000",
    "+1.0000",
    "NaN",
    "inf",
    "1e5",
    " 1.0000",
    "1.0000 ",
    "1,0000",
  ),
);
const line = fc
  .tuple(
    fc.constantFrom("2026-05-15", "2024-02-29", "2023-02-29", "2026-5-15", "20260515", ""),
    fc.array(price, { minLength: 4, maxLength: 4 }),
    fc.oneof({ weight: 3, arbitrary: fc.nat().map(String) }, digits, price),
    fc.constantFrom("", "", "", ",7", ",", "\r", " "),
  )
  .map(([day, prices, volume, rest]) => `${day},${prices.join(",")},${volume}${rest}`);

describe("a plain row", () => {
  test("is read as the reader of any row reads it, whatever the line holds", () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.constantFrom("\n", "\r\n"),
        (lines, end) => {
          // A body of one line is too short for the one-pass reader; in a long one it is asked first.
          const alone = lines.flatMap((one) => rowsOf(parse(`${HEADER}${end}${one}${end}`)));
          const body = [HEADER, ...lines, TAIL].join(end);
          expect(rowsOf(parse(body)).slice(0, -1)).toStrictEqual(alone);
        },
      ),
      { numRuns: testCount(300, 10_000), seed: testSeed() },
    );
  });

  test.each([
    [PLAIN, "\n"],
    [PLAIN, "\r\n"],
    ["2026-05-15,99999999999.9999,0.0000,1.0000,1.5000,999999999999999", "\n"],
  ])("is taken in one pass: %s", (row, end) => {
    const table = createBarTable();
    const bytes = encoder.encode(`${row}${end}${TAIL}`);
    expect(appendPlainRow(bytes, 0, 5, table)).toBe(row.length + end.length);
    expect(table.length).toBe(1);
    expect(table.line[0]).toBe(5);
  });

  test.each([
    ["2026-05-15,1.5,102.0000,100.8750,101.5000,4120300\n"],
    ["2026-05-15,101.25000,102.0000,100.8750,101.5000,4120300\n"],
    ["2026-05-15,100000000000.0000,102.0000,100.8750,101.5000,4120300\n"],
    ["2026-05-15,101.2500,102.0000,100.8750,101.5000,1000000000000000\n"],
    ["2026-05-15,101.2500,102.0000,100.8750,101.5000,4120300,7\n"],
    ["2026-05-15,101.2500,102.0000,100.8750,101.5000,4120300\r\r\n"],
    ["2026-05-15,101.2500,102.0000,100.8750,101.5000\n"],
    ["2026-02-30,101.2500,102.0000,100.8750,101.5000,4120300\n"],
  ])("is something else: %j", (row) => {
    const table = createBarTable();
    expect(appendPlainRow(encoder.encode(`${row}${TAIL}`), 0, 2, table)).toBe(-1);
    expect(table.length).toBe(0);
  });

  test("is never sought past the end of a body", () => {
    const table = createBarTable();
    expect(appendPlainRow(encoder.encode(`${PLAIN}\n`), 0, 2, table)).toBe(-1);
    expect(rowsOf(parse(`${HEADER}\n${PLAIN}`))).toHaveLength(1);
  });

  test("has exactly the columns of TIME_SERIES_DAILY", () => {
    expect(canBePlain(["date", "open", "high", "low", "close", "volume"])).toBe(true);
    expect(canBePlain(["time", "open", "high", "low", "close", "volume"])).toBe(false);
    expect(canBePlain(["date", "open", "high", "low", "close"])).toBe(false);
  });
});
