/** Reviews as people see and choose them. */
import { describe, expect, test } from "vitest";
import { smallCalendar } from "#core/small-calendar.testing.ts";
import { reportOf, reviewOf } from "./report.testing.ts";
import { chooseReviews, listOpenReviews, sessionsPassed } from "./reviews.ts";
import { foldTruthEvents } from "./truth-events.ts";

const NO_EVENTS = foldTruthEvents([]);
const required = new Set(["SPY"]);

describe("the list of open reviews", () => {
  const spy = reviewOf("SPY", "2026-05-15", {
    rule: "DRIFT_REQUIRED",
    facts: { change_percent: 14.5 },
  });
  const old = reviewOf("SPY", "2008-10-13", { rule: "DRIFT_REQUIRED" });
  const stock = reviewOf("AAPL", "2026-05-15");
  const basis = reviewOf("SPY", "2001-01-02", { rule: "BASIS_MISMATCH" });
  const report = reportOf({ reviews: [spy, old, stock, basis] });

  test("goes by session, then symbol, and says market, rule and facts of each", () => {
    const list = listOpenReviews("us", report, NO_EVENTS, { required, passed: null });
    expect(list.map((review) => review.id)).toEqual([basis.id, old.id, stock.id, spy.id]);
    expect(list[3]).toEqual({
      id: spy.id,
      market: "us",
      symbol: "SPY",
      session: "2026-05-15",
      rule: "DRIFT_REQUIRED",
      facts: { change_percent: 14.5 },
      holds: true,
    });
  });

  test("leaves out what was decided since, before the next build", () => {
    const events = { ...NO_EVENTS, decisions: new Map([[spy.id, "approved" as const]]) };
    const list = listOpenReviews("us", report, events, { required, passed: null });
    expect(list.map((review) => review.id)).not.toContain(spy.id);
  });

  test("says of a review that it holds only for a required symbol, ahead of what was passed", () => {
    const holding = (passed: string | null) =>
      listOpenReviews("us", report, NO_EVENTS, { required, passed })
        .filter((review) => review.holds)
        .map((review) => review.id);
    expect(holding(null)).toEqual([basis.id, old.id, spy.id]);
    expect(holding("2026-05-14")).toEqual([basis.id, spy.id]);
    expect(holding("2026-05-15")).toEqual([basis.id]);
  });
});

describe("what was passed", () => {
  const calendar = smallCalendar("2026-01-01", "2026-12-31");

  test.each<[string, Parameters<typeof sessionsPassed>[1], number, string | null]>([
    ["is CTT where there is one", { ctt: "2026-05-14", rdt: "2026-05-20" }, 5, "2026-05-14"],
    ["is nothing before anything came", { ctt: null, rdt: null }, 5, null],
    ["ends before the stretch of a first load", { ctt: null, rdt: "2026-05-15" }, 5, "2026-05-08"],
    [
      "is nothing when the stretch reaches back to the beginning",
      { ctt: null, rdt: "2026-01-06" },
      780,
      null,
    ],
  ])("%s", (_, times, firstLoad, passed) => {
    expect(sessionsPassed(calendar, times, firstLoad)).toBe(passed);
  });
});

describe("a choice of reviews", () => {
  const all = [
    reviewOf("SPY", "2026-05-14"),
    reviewOf("SPY", "2026-05-15"),
    reviewOf("AAPL", "2026-05-13"),
  ];
  const [first, second, third] = all.map((review) => review.id);
  const chosen = (choice: Partial<Parameters<typeof chooseReviews>[1]>) =>
    chooseReviews(all, { ids: [], ...choice }).map((review) => review.id);

  test("is by id, by symbol, by date before, or by both of these", () => {
    expect(chosen({ ids: [second ?? "", third ?? ""] })).toEqual([second, third]);
    expect(chosen({ symbol: "SPY" })).toEqual([first, second]);
    expect(chosen({ before: "2026-05-15" })).toEqual([first, third]);
    expect(chosen({ symbol: "SPY", before: "2026-05-15" })).toEqual([first]);
    expect(chosen({ symbol: "XYZ" })).toEqual([]);
  });

  test("by id takes no --symbol and no --before, which would say something else", () => {
    expect(() => chosen({ ids: [third ?? ""], symbol: "SPY" })).toThrow(
      expect.objectContaining({ code: "ARGUMENT_INVALID" }),
    );
  });

  test("names each review by id, symbol, session and rule, and nothing else", () => {
    const [ref] = chooseReviews(all, { ids: [first ?? ""] });
    expect(Object.keys(ref ?? {}).toSorted()).toEqual(["id", "rule", "session", "symbol"]);
  });

  test("of nothing at all is refused, and so is an unknown id", () => {
    expect(() => chosen({})).toThrow(expect.objectContaining({ code: "ARGUMENT_INVALID" }));
    expect(() => chosen({ ids: [first ?? "", "REV-ffffffffffff"] })).toThrow(
      expect.objectContaining({ code: "REVIEW_UNKNOWN", facts: { review: "REV-ffffffffffff" } }),
    );
  });
});
