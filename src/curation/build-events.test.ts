/** Splits, dividends and observations of one symbol, merged from all payloads that tell of them. */
import { describe, expect, test } from "vitest";
import { BAD_DAY } from "#lake/bar-table.ts";
import { type EventPayload, failedRules, mergeEvents } from "./build-events.ts";
import type { DatedValue } from "./market-parsers.ts";
import { mergeSeries } from "./merge-series.ts";
import { receiptOf } from "./symbol-scene.testing.ts";

const value = (day: number, units: number, line = 2): DatedValue => ({ day, units, line });
const SPLIT = 1e8;
const DOLLAR = 1e6;
const payload = (
  number: number,
  splits: DatedValue[],
  dividends: DatedValue[] = [],
): EventPayload => ({
  receipt: receiptOf(number),
  splits,
  dividends,
});
const list = (splits: DatedValue[]): EventPayload => ({
  receipt: receiptOf(1, { kind: "splits" }),
  splits,
  dividends: [],
});
const adjusted = (fromDay: number, toDay: number, splits: DatedValue[]): EventPayload => ({
  receipt: receiptOf(1, { kind: "daily_adjusted" }),
  splits,
  dividends: [],
  covers: { fromDay, toDay },
});

describe("events", () => {
  test("of several payloads are one list by day, with splits and dividends beside each other", () => {
    const { days, parsed, refused } = mergeEvents([
      payload(1, [value(200, 4 * SPLIT)], [value(100, DOLLAR)]),
      payload(2, [value(100, 1.046 * SPLIT)]),
    ]);
    expect(
      days.map(({ day, splitUnits, dividendUnits }) => [day, splitUnits, dividendUnits]),
    ).toEqual([
      [100, 1.046 * SPLIT, DOLLAR],
      [200, 4 * SPLIT, 0],
    ]);
    expect([parsed, refused]).toEqual([3, []]);
  });

  test("become columns that the judgement reads, in shares for a share and in dollars", () => {
    const { events } = mergeEvents([
      payload(1, [value(200, 4 * SPLIT), value(100, SPLIT / 8)], [value(150, 0.57 * DOLLAR)]),
    ]);
    expect([...events.splitDays]).toEqual([100, 200]);
    expect([...events.splitFactors]).toEqual([0.125, 4]);
    expect([[...events.dividendDays], [...events.dividends]]).toEqual([[150], [0.57]]);
  });

  test("of a factor of one or without cash change no price", () => {
    const { events } = mergeEvents([payload(1, [value(200, SPLIT)], [value(150, 0)])]);
    expect([events.splitDays.length, events.dividendDays.length]).toEqual([0, 0]);
  });

  test("that a newer payload tells otherwise are taken from it, and the conflict is listed", () => {
    const { days, conflicts } = mergeEvents([
      payload(1, [value(200, 4 * SPLIT)], [value(150, DOLLAR)]),
      payload(2, [value(200, 4 * SPLIT)], [value(150, 2 * DOLLAR)]),
    ]);
    expect(days.map((one) => one.dividendUnits)).toEqual([2 * DOLLAR, 0]);
    expect(conflicts).toMatchObject([
      {
        day: 150,
        kind: "dividend",
        before: DOLLAR,
        after: 2 * DOLLAR,
        receipt: { id: receiptOf(2).id },
      },
    ]);
  });

  test.each<[string, EventPayload[], string[], string[]]>([
    [
      "a list moves a split",
      [list([value(100, 4)]), list([value(110, 4)])],
      ["110 4"],
      ["100 4 null"],
    ],
    [
      "a list withdraws one",
      [list([value(100, 4), value(200, 2)]), list([value(200, 2)])],
      ["200 2"],
      ["100 4 null"],
    ],
    ["an empty list withdraws all", [list([value(100, 4)]), list([])], [], ["100 4 null"]],
    [
      "a list corrects a factor",
      [list([value(100, 4)]), list([value(100, 5)])],
      ["100 5"],
      ["100 4 5"],
    ],
    [
      "a list with an unreadable row removes nothing",
      [list([value(100, 4)]), list([value(BAD_DAY, NaN), value(110, 4)])],
      ["100 4", "110 4"],
      [],
    ],
    [
      "bars withdraw a split of their days",
      [adjusted(50, 150, [value(100, 4)]), adjusted(90, 160, [])],
      [],
      ["100 4 null"],
    ],
    [
      "bars leave days outside alone",
      [
        adjusted(50, 150, [value(60, 2), value(100, 4)]),
        adjusted(90, 160, [value(155, 3), value(100, 4)]),
      ],
      ["60 2", "100 4", "155 3"],
      [],
    ],
    [
      "bars without a readable day remove nothing",
      [adjusted(50, 150, [value(100, 4)]), { ...adjusted(0, 0, []), covers: undefined }],
      ["100 4"],
      [],
    ],
    [
      "a newer list wins over bars",
      [adjusted(50, 150, [value(100, 4)]), list([value(100, 5)])],
      ["100 5"],
      ["100 4 5"],
    ],
    [
      "newer bars win over a list",
      [list([value(100, 5)]), adjusted(50, 150, [value(100, 4)])],
      ["100 4"],
      ["100 5 4"],
    ],
    [
      "what a list withdraws may stand in bars",
      [adjusted(50, 150, [value(100, 4)]), list([value(100, 5)]), list([])],
      ["100 4"],
      ["100 4 5", "100 5 4"],
    ],
  ])("follow the newest payload of each kind: %s", (_, payloads, standing, told) => {
    const { days, conflicts } = mergeEvents(payloads);
    expect(days.map((one) => `${one.day} ${one.splitUnits}`)).toEqual(standing);
    expect(conflicts.map((one) => `${one.day} ${one.before} ${one.after}`)).toEqual(told);
  });

  test.each<[string, DatedValue, "split" | "dividend" | "observation", string[]]>([
    ["a split of zero", value(1, 0), "split", ["NON_POSITIVE_FACTOR"]],
    ["a negative split", value(1, -1), "split", ["NON_POSITIVE_FACTOR"]],
    ["an unreadable split", value(1, NaN), "split", ["SCHEMA_NUMBER"]],
    ["an event without a day", value(BAD_DAY, NaN), "dividend", ["SCHEMA_DATE", "SCHEMA_NUMBER"]],
    ["a negative dividend", value(1, -1), "dividend", ["NEGATIVE_AMOUNT"]],
    ["no dividend", value(1, 0), "dividend", []],
    ["a negative observation, as oil once was", value(1, -37_630_000), "observation", []],
    ["an unreadable observation", value(1, NaN), "observation", ["SCHEMA_NUMBER"]],
  ])("%s fails the rules it breaks", (_, one, kind, rules) => {
    expect(failedRules(one, kind)).toEqual(rules);
  });

  test("that are refused are kept apart and never used", () => {
    const bad = value(200, 0, 7);
    const { days, refused, parsed } = mergeEvents([payload(1, [bad, value(201, 2 * SPLIT)])]);
    expect(days.map((one) => one.day)).toEqual([201]);
    expect(refused).toMatchObject([
      { value: bad, rules: ["NON_POSITIVE_FACTOR"], receipt: { id: receiptOf(1).id } },
    ]);
    expect(parsed).toBe(2);
  });
});

describe("observations of a series", () => {
  const merge = (...payloads: DatedValue[][]) =>
    mergeSeries(
      payloads.map((values, index) => ({
        receipt: receiptOf(index, { synthetic: index === 9 }),
        values,
      })),
    );
  const short = (merged: ReturnType<typeof merge>) =>
    merged.rows.map((row) => `${row.day} r${row.revision} ${row.units[0]}`);

  test("are new revisions where a later payload changed them, sorted by day, then revision", () => {
    const merged = merge(
      [value(2, 450), value(1, 440)],
      [value(1, 440), value(2, 455), value(3, 460)],
      [value(2, 450)],
    );
    expect(short(merged)).toEqual(["1 r0 440", "2 r0 450", "2 r1 455", "2 r2 450", "3 r0 460"]);
    expect(merged.parsed).toBe(6);
  });

  test("are refused when they are unreadable, and leave no hole in the revisions", () => {
    const merged = merge([value(1, 440), value(2, NaN)], [value(1, 441)]);
    expect(short(merged)).toEqual(["1 r0 440", "1 r1 441"]);
    expect(merged.refused.map((one) => one.rules)).toEqual([["SCHEMA_NUMBER"]]);
  });
});
