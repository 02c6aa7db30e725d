/** Rows of prices from CSV and JSON: exact values, flags of malformed ones, labels and zones. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPrice, parsePrice } from "#core/price.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { BAD_DAY, type BarTable, PARSE_FLAGS, createBarTable } from "#lake/bar-table.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { fixtureBytes, fixtureText } from "./fixture-store.ts";
import { type BarKind, parseBars } from "./parse-bars.ts";
import { type EventRow, VALUE_UNREADABLE } from "./parse-events.ts";

const encoder = new TextEncoder();
const DAILY_HEADER = "timestamp,open,high,low,close,volume";

function parse(kind: BarKind, body: string | Uint8Array) {
  const table = createBarTable();
  const events: EventRow[] = [];
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const problem = parseBars(kind, bytes, table, events);
  return { problem, table, events, rows: rowsOf(table) };
}

/** A table as text: date or UTC start, prices, volume, line, flags. */
function rowsOf(table: BarTable): string[] {
  return Array.from({ length: table.length }, (_, row) => {
    const start = table.startMinute[row] ?? 0;
    const day = table.day[row] ?? BAD_DAY;
    const time =
      start === 0 ? "" : ` ${Temporal.Instant.fromEpochMilliseconds(start * 60_000).toString()}`;
    const prices = [table.open, table.high, table.low, table.close].map((column) =>
      priceText(column[row]),
    );
    return [
      `${day === BAD_DAY ? "?" : dateOfDayNumber(day)}${time}`,
      ...prices,
      String(table.volume[row]),
      `line ${table.line[row]}`,
      ...((table.flags[row] ?? 0) === 0 ? [] : [flagNames(table.flags[row] ?? 0)]),
    ].join(" | ");
  });
}

function priceText(units: number | undefined): string {
  return units === undefined || Number.isNaN(units) ? "-" : formatPrice(units);
}

function flagNames(flags: number): string {
  return Object.entries(PARSE_FLAGS)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join("+");
}

describe("daily rows", () => {
  test("come from CSV with exact prices and their lines", () => {
    expect(parse("daily", fixtureBytes("daily.csv")).rows).toStrictEqual([
      "2026-05-15 | 101.2500 | 102.0000 | 100.8750 | 101.5000 | 4120300 | line 2",
      "2026-05-14 | 100.0000 | 101.7500 | 99.5000 | 101.2500 | 3980120 | line 3",
      "2026-05-13 | 99.7500 | 100.2500 | 99.1250 | 100.0000 | 4410077 | line 4",
    ]);
  });

  test("come from JSON of 2018 with the ordinal of the row as line", () => {
    expect(parse("daily", fixtureBytes("daily.json")).rows).toStrictEqual([
      "2018-08-16 | 54.1500 | 54.4300 | 53.6500 | 53.8200 | 10343000 | line 1",
      "2018-08-15 | 54.2450 | 54.3000 | 53.5500 | 53.8300 | 14909000 | line 2",
    ]);
  });

  test("are the same with CRLF, a byte order mark and without a last line end", () => {
    const plain = parse("daily", fixtureText("daily.csv")).rows;
    expect(parse("daily", fixtureText("daily.csv").replaceAll("\n", "\r\n")).rows).toStrictEqual(
      plain,
    );
    expect(parse("daily", `\ufeff${fixtureText("daily.csv").trimEnd()}`).rows).toStrictEqual(plain);
  });

  test("of an index have no volume and no flag for it", () => {
    expect(parse("index_daily", fixtureBytes("index.json")).rows).toStrictEqual([
      "2026-05-15 | 17.1200 | 18.4000 | 16.9500 | 17.0600 | NaN | line 1",
      "2026-05-14 | 16.8000 | 17.3500 | 16.6100 | 17.2500 | NaN | line 2",
    ]);
  });

  test("carry the events of DAILY_ADJUSTED beside them", () => {
    const { rows, events } = parse("daily_adjusted", fixtureBytes("daily-adjusted.csv"));
    expect(rows[0]).toBe("2026-05-15 | 50.7500 | 51.0000 | 50.4375 | 50.7500 | 8240600 | line 2");
    expect(
      events.map((event) => [event.kind, dateOfDayNumber(event.day), event.units, event.line]),
    ).toStrictEqual([
      ["split", "2026-05-15", 200_000_000, 2],
      ["dividend", "2026-05-14", 420_000, 3],
    ]);
    const json = parse("daily_adjusted", fixtureBytes("daily-adjusted.json"));
    expect(json.events).toMatchObject([{ kind: "dividend", units: 410_000, line: 2, flags: 0 }]);
  });
});

describe("malformed rows", () => {
  const MALFORMED = [
    [
      "2026-05-15,NaN,2,1,1.5,10",
      "2026-05-15 | - | 2.0000 | 1.0000 | 1.5000 | 10 | line 2 | OPEN_UNREADABLE+NOT_FINITE",
    ],
    [
      "2026-05-15,1,-Infinity,1,1.5,inf",
      "2026-05-15 | 1.0000 | - | 1.0000 | 1.5000 | NaN | line 2 | HIGH_UNREADABLE+VOLUME_UNREADABLE+NOT_FINITE",
    ],
    [
      "2026-05-15,1,2,,1.5,10",
      "2026-05-15 | 1.0000 | 2.0000 | - | 1.5000 | 10 | line 2 | LOW_UNREADABLE+BLANK",
    ],
    [
      "2026-05-15,1,2,1,abc,10",
      "2026-05-15 | 1.0000 | 2.0000 | 1.0000 | - | 10 | line 2 | CLOSE_UNREADABLE",
    ],
    [
      "2026-05-15,1,2,1,1e5,10.5",
      "2026-05-15 | 1.0000 | 2.0000 | 1.0000 | - | NaN | line 2 | CLOSE_UNREADABLE+VOLUME_UNREADABLE",
    ],
    [
      "2026-02-30,1,2,1,1.5,10",
      "? | 1.0000 | 2.0000 | 1.0000 | 1.5000 | 10 | line 2 | DATE_UNREADABLE",
    ],
    [
      "15.05.2026,1,2,1,1.5,10",
      "? | 1.0000 | 2.0000 | 1.0000 | 1.5000 | 10 | line 2 | DATE_UNREADABLE",
    ],
    [
      "2026-05-15 16:00:00,1,2,1,1.5,10",
      "? | 1.0000 | 2.0000 | 1.0000 | 1.5000 | 10 | line 2 | DATE_UNREADABLE",
    ],
    [
      "2026-05-15,1,2,1",
      "2026-05-15 | 1.0000 | 2.0000 | 1.0000 | - | NaN | line 2 | FIELD_COUNT+CLOSE_UNREADABLE+VOLUME_UNREADABLE",
    ],
    [
      "2026-05-15,1,2,1,1.5,10,7",
      "2026-05-15 | 1.0000 | 2.0000 | 1.0000 | 1.5000 | 10 | line 2 | FIELD_COUNT",
    ],
    [
      "2026-05-15,99999999999999999,2,1,1.5,-10",
      "2026-05-15 | - | 2.0000 | 1.0000 | 1.5000 | -10 | line 2 | OPEN_UNREADABLE",
    ],
  ] as const;
  test.each(MALFORMED)("stay in the table with their flags: %s", (line, row) => {
    expect(parse("daily", `${DAILY_HEADER}\n${line}\n`).rows).toStrictEqual([row]);
  });

  test("of JSON that lack a cell, or have one too many, are flagged among good ones", () => {
    const good = {
      "1. open": "1",
      "2. high": "2",
      "3. low": "1",
      "4. close": "1.5",
      "5. volume": "10",
    };
    const { "5. volume": _, ...short } = good;
    const body = {
      "Time Series (Daily)": {
        "2026-05-15": good,
        "2026-05-14": short,
        "2026-05-13": { ...good, "6. x": "1" },
        "2026-05-12": null,
      },
    };
    expect(parse("daily", JSON.stringify(body)).rows).toStrictEqual([
      "2026-05-15 | 1.0000 | 2.0000 | 1.0000 | 1.5000 | 10 | line 1",
      "2026-05-14 | 1.0000 | 2.0000 | 1.0000 | 1.5000 | NaN | line 2 | FIELD_COUNT+VOLUME_UNREADABLE+BLANK",
      "2026-05-13 | 1.0000 | 2.0000 | 1.0000 | 1.5000 | 10 | line 3 | FIELD_COUNT",
      "2026-05-12 | - | - | - | - | NaN | line 4 | FIELD_COUNT+OPEN_UNREADABLE+HIGH_UNREADABLE+LOW_UNREADABLE+CLOSE_UNREADABLE+VOLUME_UNREADABLE+BLANK",
    ]);
  });

  test("keep an unreadable coefficient or dividend as an event with its flag", () => {
    const header =
      "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient";
    const { events } = parse("daily_adjusted", `${header}\n2026-05-15,1,2,1,1.5,1.5,10,,NaN\n`);
    expect(events).toMatchObject([
      { kind: "split", units: Number.NaN, flags: VALUE_UNREADABLE | PARSE_FLAGS.NOT_FINITE },
      { kind: "dividend", units: Number.NaN, flags: VALUE_UNREADABLE | PARSE_FLAGS.BLANK },
    ]);
  });

  test("do not shift the line numbers of rows after blank lines", () => {
    const body = `${DAILY_HEADER}\n\n2026-05-15,1,2,1,1.5,10\n\r\n2026-05-14,1,2,1,1.5,10\n`;
    expect(parse("daily", body).rows.map((row) => row.split(" | ")[6])).toStrictEqual([
      "line 3",
      "line 5",
    ]);
  });

  test("of a payload with missing or unknown columns are not read at all", () => {
    const { problem, rows } = parse(
      "daily",
      "timestamp,open,high,low,vwap,volume\n2026-05-15,1,2,1,1.5,10\n",
    );
    expect(problem).toStrictEqual({ problem: 'missing columns: "close"; unknown columns: "vwap"' });
    expect(rows).toStrictEqual([]);
  });
});

describe("intraday rows", () => {
  test("are labelled by their start and placed in UTC, in summer time", () => {
    const rows = parse("intraday", fixtureBytes("intraday-start.csv")).rows;
    expect(rows.map((row) => row.split(" | ")[0])).toStrictEqual([
      "2026-05-15 2026-05-15T23:55:00Z",
      "2026-05-15 2026-05-15T20:00:00Z",
      "2026-05-15 2026-05-15T19:55:00Z",
      "2026-05-15 2026-05-15T13:30:00Z",
      "2026-05-15 2026-05-15T08:00:00Z",
    ]);
  });

  test("with a 20:00 label are labelled by their end, across the change of clocks", () => {
    const rows = parse("intraday", fixtureBytes("intraday-end.csv")).rows;
    expect(rows.map((row) => row.split(" | ")[0])).toStrictEqual([
      "2020-11-06 2020-11-07T00:55:00Z",
      "2020-11-06 2020-11-06T14:30:00Z",
      "2020-10-30 2020-10-30T13:30:00Z",
    ]);
  });

  test("come from JSON in winter time", () => {
    const rows = parse("intraday", fixtureBytes("intraday.json")).rows;
    expect(rows[0]).toBe(
      "2026-01-09 2026-01-09T21:00:00Z | 90.0000 | 90.1000 | 89.9500 | 90.0500 | 640010 | line 1",
    );
  });

  const BAD_TIMES = [
    "2026-05-15",
    "2026-05-15T09:30:00",
    "2026-05-15 09:30",
    "2026-05-15 09:30:30",
    "2026-05-15 25:00:00",
    "2026-13-15 09:30:00",
  ];
  test.each(BAD_TIMES)("flag the label %s", (label) => {
    const { table } = parse("intraday", `${DAILY_HEADER}\n${label},1,2,1,1.5,10\n`);
    expect([table.day[0], table.startMinute[0], table.flags[0]]).toStrictEqual([
      BAD_DAY,
      0,
      PARSE_FLAGS.DATE_UNREADABLE,
    ]);
  });

  test("are appended after the rows that the table held", () => {
    const table = createBarTable();
    parseBars("intraday", fixtureBytes("intraday-start.csv"), table);
    const before = [...table.startMinute.subarray(0, table.length)];
    parseBars("intraday", fixtureBytes("intraday-end.csv"), table);
    expect(table.length).toBe(8);
    expect([...table.startMinute.subarray(0, 5)]).toStrictEqual(before);
  });
});

describe("properties", () => {
  const options = { seed: testSeed(), numRuns: testCount(300, 20_000) };
  const price = fc.oneof(
    fc.integer({ min: 0, max: 9_999_999 }).map((units) => formatPrice(units)),
    fc.stringMatching(/^\d{1,4}\.\d{0,17}$/),
    fc.constantFrom("NaN", "", "x", "-1.5", "1e3"),
  );
  const cells = fc.tuple(
    fc.constantFrom("2026-05-15", "2026-5-15", "2020-02-29", ""),
    price,
    price,
    price,
    price,
    fc.constantFrom("10", "0", "", "7.5"),
  );

  test("CSV and JSON of the same cells give the same rows", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(cells, { minLength: 1, maxLength: 5, selector: ([date]) => date }),
        (lines) => {
          const csv = parse(
            "daily",
            [DAILY_HEADER, ...lines.map((line) => line.join(",")), ""].join("\n"),
          );
          const names = ["1. open", "2. high", "3. low", "4. close", "5. volume"];
          const series = Object.fromEntries(
            lines.map(([date, ...rest]) => [
              date,
              Object.fromEntries(names.map((name, index) => [name, rest[index]])),
            ]),
          );
          const json = parse("daily", JSON.stringify({ "Time Series (Daily)": series }));
          const withoutLines = (rows: string[]) => rows.map((row) => row.replace(/line \d+/, ""));
          expect(withoutLines(json.rows)).toStrictEqual(withoutLines(csv.rows));
        },
      ),
      options,
    );
  });

  test("a price is what the core says it is, and NaN exactly where a flag says so", () => {
    fc.assert(
      fc.property(cells, ([date, open, high, low, close, volume]) => {
        const { table } = parse(
          "daily",
          `${DAILY_HEADER}\n${[date, open, high, low, close, volume].join(",")}\n`,
        );
        expect(table.close[0]).toBe(parsePrice(close) ?? Number.NaN);
        expect(table.open[0]).toBe(parsePrice(open) ?? Number.NaN);
        expect(Number.isNaN(table.close[0])).toBe(
          ((table.flags[0] ?? 0) & PARSE_FLAGS.CLOSE_UNREADABLE) !== 0,
        );
      }),
      options,
    );
  });

  test("no bytes make the parser throw", () => {
    const header = fc.constantFrom(
      DAILY_HEADER,
      "timestamp,open,high,low,close",
      "",
      "{",
      '{"data":',
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(header, fc.array(fc.string({ maxLength: 30 }), { maxLength: 6 }))
        .map(([head, lines]) => encoder.encode([head, ...lines].join("\n"))),
      fc.json().map((text) => encoder.encode(text)),
    );
    fc.assert(
      fc.property(
        bytes,
        fc.constantFrom<BarKind>("daily", "daily_adjusted", "intraday", "index_daily"),
        (body, kind) => {
          const { problem, table } = parse(kind, body);
          expect(problem === undefined || table.length === 0).toBe(true);
        },
      ),
      options,
    );
  });
});
