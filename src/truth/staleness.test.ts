/** Staleness is told in sessions, so that a weekend is not late. */
import { expect, test } from "vitest";
import { decideStaleness } from "./staleness.ts";

test.each([
  [0, "ACTIVE"],
  [1, "ACTIVE"],
  [2, "LATE"],
  [3, "STALE"],
  [250, "STALE"],
  [null, "UNKNOWN"],
])("data %s sessions behind is %s", (sessionsBehind, state) => {
  expect(decideStaleness(sessionsBehind)).toEqual({ state, sessionsBehind });
});
