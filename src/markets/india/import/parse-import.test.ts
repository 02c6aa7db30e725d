/** Indian price files are read as their writers meant them, and refused rather than guessed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MeridianError } from "#core/meridian-error.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { BAD_DAY, PARSE_FLAGS, createBarTable } from "#lake/bar-table.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { readColumnsOption } from "./import-columns.ts";
import { isMonthFirst, readDay } from "./import-stamps.ts";
import { type ImportSpec, parseImport } from "./parse-import.ts";

const BARE = "symbol,date,time,open,high,low,close,skip,skip";
const IST = 330;

function parse(text: string, spec: Partial<ImportSpec> = {}, symbol?: string) {
  const table = createBarTable();
  const about = { fileName: "x.csv", interval: "1m", label: "start", ...spec } as const;
  const facts = parseImport(new TextEncoder().encode(text), about, table, symbol);
  const rows = Array.from({ length: table.length }, (_, row) => {
    const day = table.day[row] ?? BAD_DAY;
    const minute = (table.startMinute[row] ?? 0) + IST - day * 1440;
    return {
      date: day === BAD_DAY ? null : dateOfDayNumber(day),
      clock: day === BAD_DAY ? null : `${Math.floor(minute / 60)}:${minute % 60}`,
      prices: [table.open[row], table.high[row], table.low[row], table.close[row]],
      volume: table.volume[row],
      line: table.line[row],
      flags: table.flags[row],
    };
  });
  return { facts, rows };
}

describe("a file of minutes", () => {
  test("without a header is read by the places of its columns, stamps at a bar's end moved to its start", () => {
    const { facts, rows } = parse(
      "NIFTY,20210201,09:08,13758.60,13758.60,13758.60,13758.60,0,0\n" +
        "NIFTY,20210201,09:16,13766.05,13773.80,13725.65,13734.60,0,0\n",
      { label: "end", columns: readColumnsOption(BARE) },
    );
    expect(facts).toEqual({ symbols: ["Nifty 50"], namelessLine: undefined, isMonthFirst: false });
    expect(rows.map(({ date, clock, line }) => [date, clock, line])).toEqual([
      ["2021-02-01", "9:7", 1],
      ["2021-02-01", "9:15", 2],
    ]);
    expect(rows[1]?.prices).toEqual([137_660_500, 137_738_000, 137_256_500, 137_346_000]);
  });

  test("with a header and a zone in its stamps is read by names", () => {
    const { rows } = parse(
      "date,open,high,low,close,volume\n2023-07-03 09:15:00+05:30,2438.35,2443.3,2435.75,2442.25,105325\n" +
        "2023-07-03T03:50:00Z,2441.7,2443.05,2440.2,2442.05,41613\n",
      { interval: "5m" },
    );
    expect(rows).toMatchObject([
      { date: "2023-07-03", clock: "9:15", volume: 105_325, flags: 0 },
      { date: "2023-07-03", clock: "9:20", volume: 41_613, flags: 0 },
    ]);
  });

  test("named by places may have a header all the same", () => {
    const text = "Sym,D,T,O,H,L,C,x,y\nTCS,20210201,09:15,1,2,1,2,0,0\n";
    const { rows, facts } = parse(text, { columns: readColumnsOption(BARE) });
    expect(rows).toHaveLength(1);
    expect(facts.symbols).toEqual(["TCS"]);
  });

  test("of several symbols gives the rows of the one that is asked for", () => {
    const text =
      "symbol,date,time,open,high,low,close,volume\nTCS,2021-02-01,09:15,1,2,1,2,5\nINFY,2021-02-01,09:15,3,4,3,4,6\n";
    expect(parse(text).facts.symbols).toEqual(["TCS", "INFY"]);
    expect(parse(text, {}, "INFY").rows).toMatchObject([
      { prices: [30_000, 40_000, 30_000, 40_000] },
    ]);
  });

  test("tells a line without a symbol", () => {
    const text = "symbol,date,time,open,high,low,close,volume\n,2021-02-01,09:15,1,2,1,2,5\n";
    expect(parse(text).facts).toMatchObject({ symbols: [], namelessLine: 2 });
  });

  test.each([
    ["2021-02-01 09:15:30", "a stamp inside a minute"],
    ["2021-02-01", "a day without a time"],
    ["2021-02-01 24:00", "an hour that no day has"],
    ["2021-02-30 09:15", "a day that no month has"],
    ["soon", "no stamp at all"],
  ])("flags %s: %s", (stamp) => {
    const { rows } = parse(`date,open,high,low,close,volume\n${stamp},1,2,1,2,5\n`);
    expect(rows).toMatchObject([{ date: null, flags: PARSE_FLAGS.DATE_UNREADABLE }]);
  });
});

describe("a daily file", () => {
  const daily = { interval: "1d" } as const;

  test("is read with blank cells, volumes with decimals and its turnover left alone", () => {
    const { rows } = parse(
      "date,open,high,low,close,volume,turnover\n2010-07-19,19.7,20.87,19.36,20.71,,\n" +
        "2000-01-03,0.0,0.0,0.0,45015.92,3777566.0,5584100000.0\n2000-01-01,,,,1000.0,,\n",
      daily,
    );
    expect(rows).toMatchObject([
      { date: "2010-07-19", prices: [197_000, 208_700, 193_600, 207_100] },
      { date: "2000-01-03", volume: 3_777_566, flags: 0 },
      { date: "2000-01-01", line: 4 },
    ]);
    const volumeBlank = PARSE_FLAGS.VOLUME_UNREADABLE | PARSE_FLAGS.BLANK;
    expect(rows[0]?.flags).toBe(volumeBlank);
    const pricesBlank =
      PARSE_FLAGS.OPEN_UNREADABLE | PARSE_FLAGS.HIGH_UNREADABLE | PARSE_FLAGS.LOW_UNREADABLE;
    expect(rows[2]?.flags).toBe(volumeBlank | pricesBlank);
  });

  test("may say midnight, and no other time", () => {
    const header = "date,open,high,low,close\n";
    const [midnight] = parse(`${header}2024-01-01 00:00:00+05:30,1,2,1,2\n`, daily).rows;
    expect(midnight?.date).toBe("2024-01-01");
    const [noon] = parse(`${header}2024-01-01 12:00,1,2,1,2\n`, daily).rows;
    expect(noon?.date).toBeNull();
  });

  test("may be an exchange's own, with its names of columns and months", () => {
    const header = '"Date ","Open ","High ","Low ","Close ","Shares Traded ","Turnover (₹ Cr)"\n';
    const text = `${header}"01-JAN-2024","1,727.75","1,834.35","1,680.85","1,741.90","154,000","1.5"\n`;
    expect(parse(text, daily).rows).toMatchObject([
      {
        date: "2024-01-01",
        prices: [17_277_500, 18_343_500, 16_808_500, 17_419_000],
        volume: 154_000,
        flags: 0,
      },
    ]);
  });

  test("whose days can only have the month first says so", () => {
    const text = "date,open,high,low,close\n01/02/2024,1,2,1,2\n01/13/2024,1,2,1,2\n";
    expect(parse(text, daily).facts.isMonthFirst).toBe(true);
    expect(isMonthFirst("13/01/2024")).toBe(false);
  });
});

describe("a file is refused by name", () => {
  const refusal = (text: string): string => {
    try {
      parse(text);
    } catch (cause) {
      if (cause instanceof MeridianError) return cause.message;
    }
    return "not refused";
  };

  test("for a column that nobody knows", () => {
    expect(refusal("date,open,high,low,close,delivery\n")).toContain('unknown columns "delivery"');
  });

  test("for a column that it needs and has not", () => {
    expect(refusal("date,open,high,low\n")).toContain("no column for close");
  });

  test("for a column it has twice", () => {
    expect(refusal("date,open,high,low,close,last\n")).toContain("more than one column for close");
  });

  test("for the header that it has not", () => {
    expect(refusal("NIFTY,20210201,09:16,1,2,1,2,0,0\n")).toContain("--columns");
  });
});

test.each([
  ["date,open,high,low,close,foo", 'does not know "foo"'],
  ["date,open,high,low", "no column for close"],
  ["date,open,open,high,low,close", "more than one column for open"],
])("--columns %s is refused: %s", (text, why) => {
  expect(() => readColumnsOption(text)).toThrow(why);
});

test("any day is read the same in every way of writing it", () => {
  const days = fc.integer({ min: -20_000, max: 80_000 });
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  fc.assert(
    fc.property(days, (day) => {
      const date = dateOfDayNumber(day);
      const [year = "", month = "", ofMonth = ""] = date.split("-");
      const forms = [
        date,
        `${year}${month}${ofMonth}`,
        `${ofMonth}-${months[Number(month) - 1]}-${year}`,
        `${ofMonth}/${month}/${year}`,
        `${Number(ofMonth)}-${Number(month)}-${year}`,
      ];
      expect(forms.map(readDay)).toEqual(forms.map(() => dayNumberOf(sessionDate(date))));
    }),
    { numRuns: testCount(200, 5000), seed: testSeed() },
  );
});

test("no text makes the parser throw anything but its refusal", () => {
  const cell = fc.oneof(
    fc.constantFrom("TCS", "20210201", "2021-02-01", "09:15", "1.5", "", "NaN", '"', "1e9", "-1"),
    fc.string({ maxLength: 8 }),
  );
  const lines = fc.array(fc.array(cell, { maxLength: 10 }).map((cells) => cells.join(",")));
  fc.assert(
    fc.property(lines, fc.boolean(), (given, isNamed) => {
      const spec = isNamed ? {} : { columns: readColumnsOption(BARE) };
      try {
        const { rows } = parse(given.join("\n"), spec);
        expect(rows.length).toBeLessThanOrEqual(given.join("\n").split("\n").length);
      } catch (cause) {
        expect(cause).toMatchObject({ code: "IMPORT_REFUSED" });
      }
    }),
    { numRuns: testCount(300, 5000), seed: testSeed() },
  );
});
