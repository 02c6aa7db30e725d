/** The operator's own price files: the forms that exports have, and what is refused. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPrice } from "#core/price.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { BAD_DAY, createBarTable } from "#lake/bar-table.ts";
import { rulesOf, judgeValues, judgeDay, indexSessions } from "#truth/gate1/row-rules.ts";
import { smallCalendar } from "#core/small-calendar.testing.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { parseImport } from "./parse-import.ts";

const sessions = indexSessions(smallCalendar("1950-01-01", "2030-12-31"));

function parse(text: string) {
  const table = createBarTable();
  parseImport(new TextEncoder().encode(text), "spy.csv", table);
  const price = (units: number | undefined) =>
    Number.isNaN(units) ? null : formatPrice(units ?? 0);
  return Array.from({ length: table.length }, (_, row) => {
    const day = table.day[row] ?? BAD_DAY;
    return {
      date: day === BAD_DAY ? null : dateOfDayNumber(day),
      prices: [table.open[row], table.high[row], table.low[row], table.close[row]].map(price),
      volume: Number.isNaN(table.volume[row]) ? null : table.volume[row],
      line: table.line[row],
      rules: rulesOf(judgeValues(table, row, true) | judgeDay(day, Infinity, sessions)),
    };
  });
}

const one = (header: string, line: string) => parse(`${header}\n${line}\n`)[0];
const PLAIN = "Date,Open,High,Low,Close,Volume";
const SPY = {
  date: "2020-01-02",
  prices: ["323.5400", "324.8900", "322.5300", "324.8700"],
  volume: 59151200,
  line: 2,
  rules: [],
};

describe("a file of prices", () => {
  test.each<[string, string, string]>([
    ["with plain names", PLAIN, "2020-01-02,323.54,324.89,322.53,324.87,59151200"],
    [
      "as Yahoo writes it",
      "Date,Open,High,Low,Close,Adj Close,Volume",
      "2020-01-02,323.540009,324.890015,322.529999,324.869995,311.117889,59151200",
    ],
    [
      "as the vendor writes it",
      "timestamp,open,high,low,close,volume",
      "2020-01-02,323.5400,324.8900,322.5300,324.8700,59151200",
    ],
    [
      "as Nasdaq writes it",
      "Date,Close/Last,Volume,Open,High,Low",
      "01/02/2020,$324.87,59151200,$323.54,$324.89,$322.53",
    ],
    [
      "in capitals, with blanks around",
      " DATE , OPEN,HIGH ,LOW,CLOSE,Vol.",
      " 2020-01-02 , 323.54,324.89 ,322.53,324.87, 59151200 ",
    ],
    [
      "with quoted cells",
      '"Date","Open","High","Low","Price","Vol"',
      '"2020-01-02","323.54","324.89","322.53","324.87","59,151,200"',
    ],
    ["with a short American date", PLAIN, "1/2/2020,323.54,324.89,322.53,324.87,59151200"],
    [
      "with midnight after the date",
      PLAIN,
      "2020-01-02 00:00:00,323.54,324.89,322.53,324.87,59151200",
    ],
    [
      "with midnight in UTC",
      PLAIN,
      "2020-01-02T00:00:00.000Z,323.54,324.89,322.53,324.87,59151200",
    ],
    ["with a volume that ends in .0", PLAIN, "2020-01-02,323.54,324.89,322.53,324.87,59151200.0"],
    [
      "with columns that are kept and not read",
      `${PLAIN},Adj. Close`,
      "2020-01-02,323.54,324.89,322.53,324.87,59151200,300",
    ],
  ])("%s is read", (_, header, line) => {
    const [date, ...rest] = Object.entries(SPY).map(([, value]) => value);
    const read = one(header, line);
    expect([read?.date, read?.volume, read?.rules]).toEqual([date, rest[1], []]);
    expect(read?.prices).toEqual(SPY.prices);
  });

  test("may begin with a byte order mark, end lines like Windows, and come in any order", () => {
    const rows = parse(`\uFEFF${PLAIN}\r\n01/03/2020,1,1,1,1,1\r\n\r\n01/02/2020,2,2,2,2,2\r\n`);
    expect(rows.map((row) => [row.date, row.line])).toEqual([
      ["2020-01-03", 2],
      ["2020-01-02", 4],
    ]);
  });

  test("that writes the day first has no date that can be believed, not even one that could be American", () => {
    const rows = parse(
      `${PLAIN}\n03/02/2020,1,1,1,1,1\n31/01/2020,1,1,1,1,1\n2020-01-02,1,1,1,1,1\n`,
    );
    expect(rows.map((row) => [row.date, row.rules])).toEqual([
      [null, ["SCHEMA_DATE"]],
      [null, ["SCHEMA_DATE"]],
      ["2020-01-02", []],
    ]);
    const dates = (text: string) =>
      parseImport(new TextEncoder().encode(text), "spy.csv", createBarTable());
    expect(dates(`${PLAIN}\n31/01/2020,1,1,1,1,1`)).toEqual({ isDayFirst: true });
    expect(dates(`${PLAIN}\n12/31/2020,1,1,1,1,1`)).toEqual({ isDayFirst: false });
  });

  test("without volumes has none, and that is no fault", () => {
    expect(one("date,open,high,low,close", "2020-01-02,1,1,1,1")).toMatchObject({
      volume: null,
      rules: [],
    });
  });

  test("keeps the zero volume of an index file, for the build to leave out", () => {
    expect(one(PLAIN, "2018-02-05,18.44,38.8,16.8,37.32,0.0")).toMatchObject({
      volume: 0,
      rules: [],
    });
  });

  test("has prices of thousands with or without separators", () => {
    expect(one(PLAIN, '2020-01-02,"$1,234.50","1,234,567.25",1000,"12,345.6",1')?.prices).toEqual([
      "1234.5000",
      "1234567.2500",
      "1000.0000",
      "12345.6000",
    ]);
  });
});

describe("a row", () => {
  const rules = (line: string) => one(PLAIN, line)?.rules;

  test.each<[string, string, string[]]>([
    ["a word for a price", "2020-01-02,abc,2,1,1,1", ["SCHEMA_NUMBER"]],
    ["NaN", "2020-01-02,NaN,2,1,1,1", ["SCHEMA_NUMBER", "NOT_FINITE"]],
    ["an infinity", "2020-01-02,1,inf,1,1,1", ["SCHEMA_NUMBER", "NOT_FINITE"]],
    ["a blank", "2020-01-02,1,,1,1,1", ["SCHEMA_NUMBER", "BLANK_VALUE"]],
    ["a lone dollar", "2020-01-02,1,$,1,1,1", ["SCHEMA_NUMBER", "BLANK_VALUE"]],
    ["null, as Yahoo writes a gap", "2020-01-02,null,null,null,null,null", ["SCHEMA_NUMBER"]],
    ["an exponent", "2020-01-02,1e2,2,1,1,1", ["SCHEMA_NUMBER"]],
    ["separators that group no thousands", '2020-01-02,"1,23",2,1,1,1', ["SCHEMA_NUMBER"]],
    ["a European decimal", '2020-01-02,"323,54",2,1,1,1', ["SCHEMA_NUMBER"]],
    ["half a share", "2020-01-02,1,1,1,1,1.5", ["SCHEMA_NUMBER"]],
    ["a volume with two points", "2020-01-02,1,1,1,1,5.0.7", ["SCHEMA_NUMBER"]],
    ["a volume with a word behind it", "2020-01-02,1,1,1,1,5.0.x", ["SCHEMA_NUMBER"]],
    ["a volume in millions", "2020-01-02,1,1,1,1,3.2M", ["SCHEMA_NUMBER"]],
    ["a day that does not exist", "2020-02-30,1,1,1,1,1", ["SCHEMA_DATE"]],
    ["a European date", "31/12/2020,1,1,1,1,1", ["SCHEMA_DATE"]],
    ["a time of the day", "2020-01-02 16:00:00,1,1,1,1,1", ["SCHEMA_DATE"]],
    ["too few cells", "2020-01-02,1,1,1,1", ["SCHEMA_FIELD_COUNT", "SCHEMA_NUMBER", "BLANK_VALUE"]],
    ["too many cells", "2020-01-02,1,1,1,1,1,1", ["SCHEMA_FIELD_COUNT"]],
    [
      "an error text among the rows",
      "Error: rate limit",
      ["SCHEMA_FIELD_COUNT", "SCHEMA_DATE", "SCHEMA_NUMBER", "BLANK_VALUE"],
    ],
    ["a zero price", "2020-01-02,0,1,0,1,1", ["NON_POSITIVE_PRICE"]],
    ["a Saturday", "2020-01-04,1,1,1,1,1", ["NOT_A_SESSION"]],
  ])("with %s is refused by name", (_, line, expected) => {
    expect(rules(line)).toEqual(expected);
  });
});

describe("a header", () => {
  const refusal = (text: string) => {
    try {
      parse(text);
    } catch (cause) {
      return cause;
    }
    return undefined;
  };

  test.each<[string, string, RegExp]>([
    [
      "of an error text that was saved as CSV",
      "Thank you for using Alpha Vantage! Please consider",
      /spy\.csv is not price history: no column for date, open, high, low, close; unknown columns "thank you/,
    ],
    ["of JSON", '{"Error Message": "Invalid API call"}', /not price history/],
    ["of HTML", "<!doctype html>", /not price history/],
    ["of an empty file", "", /no column for date/],
    ["without closes", "date,open,high,low,volume\n2020-01-02,1,1,1,1", /no column for close$/],
    ["with a column that nobody knows", `${PLAIN},Turnover\n`, /unknown columns "turnover"$/],
    ["with two closes", "date,open,high,low,close,last\n", /more than one column for close$/],
    ["with semicolons", "Date;Open;High;Low;Close;Volume\n", /unknown columns "date;open/],
  ])("%s is refused with its names", (_, text, says) => {
    expect(refusal(text)).toMatchObject({
      code: "IMPORT_REFUSED",
      message: expect.stringMatching(says),
    });
  });
});

test("whatever a file holds below its header, every line becomes one row and nothing throws", () => {
  const line = fc.string({ unit: fc.constantFrom(...'0123456789-/,.$"eNa ABé\r'), maxLength: 40 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const rows = parse(`${PLAIN}\n${lines.join("\n")}`);
      expect(rows).toHaveLength(lines.filter((text) => text.trim() !== "").length);
    }),
    { numRuns: testCount(300, 10_000), seed: testSeed() },
  );
});
