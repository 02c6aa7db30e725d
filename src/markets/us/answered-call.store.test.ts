/** The memory of answered calls and of rotations. */
import { expect, test } from "vitest";
import { must } from "#core/assert.ts";
import type { EpochMs } from "#core/clock.ts";
import { sessionDate } from "#core/session-date.ts";
import { callKeyOf } from "#ingestion/vendor-call.ts";
import { openStateStore } from "#platform/state-store.ts";
import { type AnsweredCall, openAnsweredCalls } from "./answered-call-store.ts";
import { dailyCall, seriesCall } from "./vendor-calls.ts";

const call = dailyCall("SPY", "free", "compact");
const answer: AnsweredCall = {
  kind: "daily",
  symbol: "SPY",
  answeredAt: 1000 as EpochMs,
  receiptId: "RAW-1",
  newestSession: sessionDate("2024-06-12"),
  soundSession: sessionDate("2024-06-11"),
  largeMove: null,
};

test("remembers one answer a call, the one remembered last, also for a second opener", () => {
  const database = openStateStore(":memory:");
  const answers = openAnsweredCalls(database);
  expect(answers.find(call)).toBeUndefined();
  answers.remember(call, answer);
  answers.remember(seriesCall("WTI"), {
    ...answer,
    kind: "series",
    symbol: "WTI",
    newestSession: null,
  });
  const earlier = { ...answer, answeredAt: 500 as EpochMs, receiptId: "RAW-2" };
  answers.remember({ ...call, params: { ...call.params } }, earlier);
  const again = openAnsweredCalls(database);
  expect(again.find(call)).toStrictEqual(earlier);
  expect([...again.list().keys()].sort()).toStrictEqual(
    [callKeyOf(call), callKeyOf(seriesCall("WTI"))].sort(),
  );
});

test("keeps the rotation that was chosen first for a session", () => {
  const answers = openAnsweredCalls(openStateStore(":memory:"));
  const session = sessionDate("2024-06-12");
  expect(answers.keepRotation(session, ["SPY", "QQQ"])).toStrictEqual(["SPY", "QQQ"]);
  expect(answers.keepRotation(session, ["IWM", "DIA"])).toStrictEqual(["SPY", "QQQ"]);
  expect(answers.keepRotation(sessionDate("2024-06-13"), ["IWM"])).toStrictEqual(["IWM"]);
});

test("forgets rotations of sessions long past", () => {
  const database = openStateStore(":memory:");
  const answers = openAnsweredCalls(database);
  for (let day = 1; day <= 60; day++) {
    const text = `2024-0${day <= 30 ? 4 : 6}-${String(((day - 1) % 30) + 1).padStart(2, "0")}`;
    answers.keepRotation(sessionDate(text), ["SPY"]);
  }
  const row = must(
    database.prepare("SELECT count(*) AS kept FROM us_event_rotations").get(),
    "there is a count",
  );
  expect(row["kept"]).toBe(30);
});
