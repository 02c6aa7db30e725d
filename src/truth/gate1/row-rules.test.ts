/** The row rules of gate 1: every failed rule is named, and no defect makes a row better. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { smallCalendar } from "#core/small-calendar.testing.ts";
import {
  BAD_DAY,
  type Bar,
  type BarTable,
  PARSE_FLAGS,
  appendBar,
  createBarTable,
} from "#lake/bar-table.ts";
import { testCount, testSeed } from "../../../tests/support/depth.ts";
import {
  ROW_RULES,
  indexSessions,
  isSameBar,
  isSettled,
  judgeDailyRows,
  judgeDay,
  judgeValues,
  markDuplicateStarts,
  rulesOf,
} from "./row-rules.ts";

const run = { numRuns: testCount(500, 20_000), seed: testSeed() };
const day = (text: string) => dayNumberOf(sessionDate(text));
const sessions = indexSessions(smallCalendar("2026-01-01", "2026-12-31", ["2026-01-19"]));
const WHOLE_THROUGH = day("2026-06-30");
const GOOD: Bar = {
  day: day("2026-05-15"),
  open: 100_0000,
  high: 101_0000,
  low: 99_0000,
  close: 100_5000,
  volume: 1_000_000,
  line: 2,
};

function judge(bars: readonly Partial<Bar>[], hasVolume = true): string[][] {
  const table = tableOf(bars);
  const reasons = new Uint32Array(table.length);
  const payload = { fromRow: 0, toRow: table.length, wholeThroughDay: WHOLE_THROUGH };
  judgeDailyRows(table, payload, sessions, hasVolume, reasons);
  return [...reasons].map(rulesOf);
}

function tableOf(bars: readonly Partial<Bar>[]): BarTable {
  const table = createBarTable();
  for (const [index, bar] of bars.entries()) appendBar(table, { ...GOOD, line: index + 2, ...bar });
  return table;
}

const { BLANK, NOT_FINITE, ...FIELD_FLAGS } = PARSE_FLAGS;
const { VOLUME_UNREADABLE } = PARSE_FLAGS;

describe("one row", () => {
  test.each<[string, Partial<Bar>, string[]]>([
    ["as it should be", {}, []],
    ["flat at one price", { open: 5, high: 5, low: 5, close: 5 }, []],
    ["without trade", { volume: 0 }, []],
    ["without a volume column", { volume: Number.NaN }, []],
    ["with a zero price", { low: 0 }, ["NON_POSITIVE_PRICE"]],
    ["with a negative price", { low: -1 }, ["NON_POSITIVE_PRICE"]],
    [
      "with high below low",
      { open: 5, close: 5, high: 4, low: 6 },
      ["HIGH_BELOW_LOW", "OPEN_OUTSIDE_RANGE", "CLOSE_OUTSIDE_RANGE"],
    ],
    ["with open above high", { open: 102_0000 }, ["OPEN_OUTSIDE_RANGE"]],
    ["with close below low", { close: 98_9999 }, ["CLOSE_OUTSIDE_RANGE"]],
    ["with negative volume", { volume: -1 }, ["NEGATIVE_VOLUME"]],
    ["on a Saturday", { day: day("2026-05-16") }, ["NOT_A_SESSION"]],
    ["on a holiday", { day: day("2026-01-19") }, ["NOT_A_SESSION"]],
    ["of a running session", { day: WHOLE_THROUGH + 1 }, ["SESSION_NOT_WHOLE"]],
    ["on a Saturday to come", { day: day("2026-07-04") }, ["NOT_A_SESSION", "SESSION_NOT_WHOLE"]],
    ["before the calendar begins", { day: day("2025-12-31") }, ["OUTSIDE_CALENDAR"]],
    ["after the calendar ends", { day: day("2027-01-01") }, ["OUTSIDE_CALENDAR"]],
    ["without a date", { day: BAD_DAY, flags: PARSE_FLAGS.DATE_UNREADABLE }, ["SCHEMA_DATE"]],
    ["without a date and without its flag", { day: BAD_DAY }, ["SCHEMA_DATE"]],
    ["with too few fields", { flags: PARSE_FLAGS.FIELD_COUNT }, ["SCHEMA_FIELD_COUNT"]],
    [
      "with a word for a price",
      { high: Number.NaN, flags: PARSE_FLAGS.HIGH_UNREADABLE },
      ["SCHEMA_NUMBER"],
    ],
    [
      "with NaN for a price",
      { low: Number.NaN, flags: PARSE_FLAGS.LOW_UNREADABLE | NOT_FINITE },
      ["SCHEMA_NUMBER", "NOT_FINITE"],
    ],
    [
      "with a blank close",
      { close: Number.NaN, flags: PARSE_FLAGS.CLOSE_UNREADABLE | BLANK },
      ["SCHEMA_NUMBER", "BLANK_VALUE"],
    ],
    [
      "with a blank volume",
      { volume: Number.NaN, flags: VOLUME_UNREADABLE | BLANK },
      ["SCHEMA_NUMBER", "BLANK_VALUE"],
    ],
    ["with a price that no flag explains", { open: Number.NaN }, ["SCHEMA_NUMBER"]],
    ["with an endless high", { high: Infinity }, ["SCHEMA_NUMBER"]],
    [
      "with everything wrong at once",
      {
        day: day("2026-07-04"),
        open: 0,
        high: 1,
        low: 3,
        close: 5,
        volume: -1,
        flags: PARSE_FLAGS.FIELD_COUNT,
      },
      [
        "SCHEMA_FIELD_COUNT",
        "NON_POSITIVE_PRICE",
        "HIGH_BELOW_LOW",
        "OPEN_OUTSIDE_RANGE",
        "CLOSE_OUTSIDE_RANGE",
        "NEGATIVE_VOLUME",
        "NOT_A_SESSION",
        "SESSION_NOT_WHOLE",
      ],
    ],
  ])("%s fails exactly the rules it breaks", (_, change, rules) => {
    expect(judge([change])).toEqual([rules]);
  });

  test.each<[Partial<Bar>]>([
    [{ volume: -5 }],
    [{ volume: Number.NaN, flags: VOLUME_UNREADABLE | NOT_FINITE }],
  ])("of an index has no volume to judge: %j", (change) => {
    expect(judge([change], false)).toEqual([[]]);
  });
});

describe("rows of one payload for the same day", () => {
  test("that are equal leave the first and refuse the rest", () => {
    expect(judge([{}, {}, {}])).toEqual([[], ["DUPLICATE_ROW"], ["DUPLICATE_ROW"]]);
  });

  test("that differ are all refused, for none can be told to be the right one", () => {
    const refused = ["DUPLICATE_CONFLICT"];
    expect(judge([{}, { close: 100_4000 }])).toEqual([refused, refused]);
    expect(judge([{}, { close: 100_4000 }, {}])).toEqual([refused, refused, ["DUPLICATE_ROW"]]);
    expect(judge([{}, {}, { volume: 7 }])).toEqual([refused, ["DUPLICATE_ROW"], refused]);
  });

  test("are refused also when one of them is broken anyway", () => {
    expect(judge([{ open: 0 }, {}])[1]).toEqual(["DUPLICATE_CONFLICT"]);
  });

  test("do not meet rows of another payload", () => {
    const table = tableOf([{}, { close: 100_4000 }]);
    const reasons = new Uint32Array(2);
    for (const row of [0, 1]) {
      const payload = { fromRow: row, toRow: row + 1, wholeThroughDay: WHOLE_THROUGH };
      judgeDailyRows(table, payload, sessions, true, reasons);
    }
    expect([...reasons]).toEqual([0, 0]);
  });

  test("of intraday bars are told apart by their start, and bars without one are not compared", () => {
    const bar = (startMinute: number, change: Partial<Bar> = {}) => ({ startMinute, ...change });
    const lost = { day: BAD_DAY, flags: PARSE_FLAGS.DATE_UNREADABLE };
    const table = tableOf([
      bar(10),
      bar(15),
      bar(10),
      bar(15, { close: 99_5000 }),
      bar(0, lost),
      bar(0, { ...lost, close: 1 }),
    ]);
    const reasons = new Uint32Array(table.length);
    markDuplicateStarts(table, { fromRow: 0, toRow: table.length, wholeThroughDay: 0 }, reasons);
    expect([...reasons].map(rulesOf)).toEqual([
      [],
      ["DUPLICATE_CONFLICT"],
      ["DUPLICATE_ROW"],
      ["DUPLICATE_CONFLICT"],
      [],
      [],
    ]);
  });
});

const cell = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0),
);
const anyBar: fc.Arbitrary<Partial<Bar>> = fc.record({
  day: fc.oneof(
    fc.integer({ min: GOOD.day - 4, max: GOOD.day + 4 }),
    fc.constantFrom(BAD_DAY, 0, WHOLE_THROUGH + 2),
  ),
  open: cell,
  high: cell,
  low: cell,
  close: cell,
  volume: cell,
  flags: fc.oneof(fc.constant(0), fc.nat({ max: 511 })),
});
const payload = fc.array(anyBar, { minLength: 1, maxLength: 12 });

describe("any rows", () => {
  test("fail what a plain reading of the rules says", () => {
    fc.assert(
      fc.property(payload, fc.boolean(), (bars, hasVolume) => {
        const expected = bars.map((bar, index) =>
          plainRules({ ...GOOD, ...bar }, bars, index, hasVolume),
        );
        expect(judge(bars, hasVolume)).toEqual(expected);
      }),
      run,
    );
  });

  test("never pass with a value that is unreadable, not finite or impossible", () => {
    fc.assert(
      fc.property(anyBar, (bar) => {
        const { open, high, low, close } = { ...GOOD, ...bar };
        const isSound = [open, high, low, close].every((one) => Number.isFinite(one) && one > 0);
        const isRead = ((bar.flags ?? 0) & ~(BLANK | NOT_FINITE)) === 0;
        const isPossible = low <= Math.min(open, close) && Math.max(open, close) <= high;
        const passes = judgeValues(tableOf([bar]), 0, true) === 0 && bar.day !== BAD_DAY;
        if (passes) expect([isSound, isRead, isPossible]).toEqual([true, true, true]);
      }),
      run,
    );
  });

  test("keep every reason when another flag is added", () => {
    const flags = fc.constantFrom(...Object.values(FIELD_FLAGS), BLANK, NOT_FINITE);
    fc.assert(
      fc.property(anyBar, flags, fc.boolean(), (bar, flag, hasVolume) => {
        const before = judgeValues(tableOf([bar]), 0, hasVolume);
        const worse = { ...bar, flags: (bar.flags ?? 0) | flag };
        expect(judgeValues(tableOf([worse]), 0, hasVolume) & before).toBe(before);
      }),
      run,
    );
  });

  test("keep every reason when another row is added to their payload", () => {
    fc.assert(
      fc.property(payload, anyBar, (bars, added) => {
        const before = judge(bars);
        const after = judge([...bars, added]);
        for (const [row, rules] of before.entries()) {
          expect(after[row]).toEqual(expect.arrayContaining(rules));
        }
      }),
      run,
    );
  });

  test("that were received early keep every reason when they are received earlier still", () => {
    const days = fc.integer({ min: sessions.fromDay - 2, max: sessions.toDay + 2 });
    fc.assert(
      fc.property(days, days, days, (one, a, b) => {
        const late = judgeDay(one, Math.max(a, b), sessions);
        expect(judgeDay(one, Math.min(a, b), sessions) & late).toBe(late);
      }),
      run,
    );
  });
});

/** The rules as decision 3 says them, one after the other, in the order of `ROW_RULES`. */
function plainRules(
  bar: Bar,
  all: readonly Partial<Bar>[],
  index: number,
  hasVolume: boolean,
): string[] {
  const flags = bar.flags ?? 0;
  const has = (flag: number) => (flags & flag) !== 0;
  const prices = [bar.open, bar.high, bar.low, bar.close];
  const priceFlags =
    PARSE_FLAGS.OPEN_UNREADABLE |
    PARSE_FLAGS.HIGH_UNREADABLE |
    PARSE_FLAGS.LOW_UNREADABLE |
    PARSE_FLAGS.CLOSE_UNREADABLE;
  const isUnread = has(priceFlags) || (hasVolume && has(VOLUME_UNREADABLE));
  const isDated = bar.day >= sessions.fromDay && bar.day <= sessions.toDay;
  const others = all.map((other) => ({ ...GOOD, ...other }));
  const values = (one: Bar) => [one.open, one.high, one.low, one.close, one.volume];
  const isEqual = (a: Bar, b: Bar) =>
    values(a).every((value, at) => Object.is(value, values(b)[at]));
  const sameDay = others
    .map((one, at) => ({ one, at }))
    .filter(({ one }) => isDated && one.day === bar.day);
  const first = sameDay[0];
  const isRepeat = first !== undefined && first.at < index && isEqual(first.one, bar);
  const isConflict =
    first !== undefined &&
    (first.at === index ? sameDay.some(({ one }) => !isEqual(one, bar)) : !isEqual(first.one, bar));
  const failed: { [rule: string]: boolean } = {
    SCHEMA_FIELD_COUNT: has(PARSE_FLAGS.FIELD_COUNT),
    SCHEMA_DATE: has(PARSE_FLAGS.DATE_UNREADABLE) || bar.day === BAD_DAY,
    SCHEMA_NUMBER: isUnread || prices.some((price) => !Number.isFinite(price)),
    NOT_FINITE: isUnread && has(NOT_FINITE),
    BLANK_VALUE: isUnread && has(BLANK),
    NON_POSITIVE_PRICE: prices.some((price) => price <= 0),
    HIGH_BELOW_LOW: bar.high < bar.low,
    OPEN_OUTSIDE_RANGE: bar.open > bar.high || bar.open < bar.low,
    CLOSE_OUTSIDE_RANGE: bar.close > bar.high || bar.close < bar.low,
    NEGATIVE_VOLUME: hasVolume && bar.volume < 0,
    OUTSIDE_CALENDAR: !isDated && bar.day !== BAD_DAY,
    NOT_A_SESSION: isDated && (sessions.indexOfDay[bar.day - sessions.fromDay] ?? -1) < 0,
    SESSION_NOT_WHOLE: isDated && bar.day > WHOLE_THROUGH,
    DUPLICATE_ROW: isRepeat,
    DUPLICATE_CONFLICT: isConflict,
  };
  return ROW_RULES.map((rule) => rule.id).filter((id) => failed[id] === true);
}

describe("the list of rules", () => {
  test("names each rule once and says what it proves", () => {
    expect(new Set(ROW_RULES.map((rule) => rule.id)).size).toBe(ROW_RULES.length);
    expect(ROW_RULES.length).toBeLessThanOrEqual(31);
    for (const rule of ROW_RULES) expect(rule.proves).toMatch(/^[a-z].*[^.]$/);
  });

  test("tells too early from wrong", () => {
    const [early] = judge([{ day: WHOLE_THROUGH + 1 }]);
    expect(early).toEqual(["SESSION_NOT_WHOLE"]);
    expect(isSettled(0)).toBe(true);
    expect(isSettled(judgeDay(WHOLE_THROUGH + 1, WHOLE_THROUGH, sessions))).toBe(false);
  });

  test("takes absent volumes for equal", () => {
    const table = tableOf([{ volume: Number.NaN }, { volume: Number.NaN }, { volume: 0 }]);
    expect(isSameBar(table, 0, 1)).toBe(true);
    expect(isSameBar(table, 0, 2)).toBe(false);
  });
});
