/** Intraday bars of one symbol: told apart by their start, whole or not at all. */
import { describe, expect, test } from "vitest";
import { smallCalendar } from "#core/small-calendar.testing.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { BAD_DAY, PARSE_FLAGS } from "#lake/bar-table.ts";
import { indexSessions, rulesOf } from "#truth/gate1/row-rules.ts";
import { judgeIntraday } from "./judge-intraday.ts";
import { ROW_OUTCOMES } from "./row-outcome.ts";
import { type SceneBar, rowsOf } from "./symbol-scene.testing.ts";

const sessions = indexSessions(smallCalendar("2026-05-01", "2026-05-31"));
const DAY = dayNumberOf(sessionDate("2026-05-15"));
const OPEN_MINUTE = DAY * 1440 + 13 * 60 + 30;

const bar = (minute: number, close: number, more: Partial<SceneBar> = {}): SceneBar => ({
  day: DAY,
  startMinute: OPEN_MINUTE + minute,
  close,
  ...more,
});

function judge(payloads: readonly (readonly SceneBar[])[], fetchedAtMinute = 100_000) {
  const rows = rowsOf({ payloads: payloads.map((bars) => ({ bars })) });
  for (const [index, payload] of rows.payloads.entries()) {
    rows.payloads[index] = { ...payload, fetchedAtMs: (OPEN_MINUTE + fetchedAtMinute) * 60_000 };
  }
  const judged = judgeIntraday(rows, sessions, 5);
  return {
    names: [...judged.outcomes].map((outcome) => ROW_OUTCOMES[outcome]),
    rules: [...judged.reasons].map(rulesOf),
    accepted: [...judged.accepted].map(
      (row) => `${(rows.table.startMinute[row] ?? 0) - OPEN_MINUTE} r${judged.revisionOf[row]}`,
    ),
  };
}

describe("intraday bars", () => {
  test("are sorted by start, then revision, whatever order they came in", () => {
    const { accepted, names } = judge([
      [bar(10, 3), bar(0, 1)],
      [bar(5, 2), bar(0, 9), bar(10, 3)],
    ]);
    expect(accepted).toEqual(["0 r0", "0 r1", "5 r0", "10 r0"]);
    expect(names).toEqual(["accepted", "accepted", "accepted", "accepted", "confirming"]);
  });

  test("that had not ended when they were received are not whole", () => {
    expect(judge([[bar(0, 1), bar(5, 2)]], 9).rules).toEqual([[], ["SESSION_NOT_WHOLE"]]);
    expect(judge([[bar(0, 1), bar(5, 2)]], 10).rules).toEqual([[], []]);
  });

  test("on a day without a session or with impossible prices are refused", () => {
    const sunday = DAY + 2;
    const { rules, names } = judge([
      [
        bar(0, 1, { day: sunday, startMinute: sunday * 1440 + 900 }),
        bar(5, 2, { high: 1 }),
        bar(10, 0),
      ],
    ]);
    expect(names).toEqual(["quarantined", "quarantined", "quarantined"]);
    expect(rules[0]).toEqual(["NOT_A_SESSION"]);
    expect(rules[1]).toContain("OPEN_OUTSIDE_RANGE");
    expect(rules[2]).toEqual(["NON_POSITIVE_PRICE"]);
  });

  test("without a readable time are refused for that alone, however many there are", () => {
    const lost = { day: BAD_DAY, startMinute: 0, flags: PARSE_FLAGS.DATE_UNREADABLE };
    expect(judge([[bar(0, 1, lost), bar(0, 2, lost)]]).rules).toEqual([
      ["SCHEMA_DATE"],
      ["SCHEMA_DATE"],
    ]);
  });

  test("twice in one payload keep the first when equal and none when not", () => {
    expect(judge([[bar(0, 1), bar(0, 1)]]).names).toEqual(["accepted", "quarantined"]);
    expect(judge([[bar(0, 1), bar(0, 2)]]).names).toEqual(["quarantined", "quarantined"]);
  });
});
