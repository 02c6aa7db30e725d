/** What gate 1 decides on, put together from a report, the accepted sessions and the waivers. */
import { describe, expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import type { BuildReport } from "#contracts/snapshot.ts";
import { must } from "#core/assert.ts";
import type { ProxySet } from "#core/market-definition.ts";
import { sessionDates, smallCalendar } from "#core/small-calendar.testing.ts";
import { indexOfDate, makeCttFacts } from "./gate1-facts.ts";
import { reportOf, reviewOf, symbolOf } from "./report.testing.ts";
import { waiverKey } from "./truth-events.ts";

const calendar = smallCalendar("2026-05-01", "2026-05-31", ["2026-05-25"]);
const DATES = sessionDates(calendar);
const dateAt = (index: number) => must(DATES[index], "a date of May");
const proxies: ProxySet = {
  id: "test",
  version: "1",
  roles: [
    { role: "benchmark_equity", symbol: "SPY", blocking: true, instrumentClass: "fund" },
    { role: "growth", symbol: "QQQ", blocking: false, instrumentClass: "fund" },
    { role: "volatility_gauge", symbol: "VIXY", blocking: true, instrumentClass: "fund" },
  ],
};

function factsOf(report: BuildReport, more: Partial<Parameters<typeof makeCttFacts>[0]> = {}) {
  return makeCttFacts({
    calendar,
    proxies,
    universe: [],
    report,
    accepted: { bySymbol: new Map(), universeCounts: new Map() },
    waivers: new Set(),
    ctt: null,
    firstCtt: null,
    rdt: dateAt(9),
    thresholds: settingsSchema.parse({}).thresholds,
    ...more,
  });
}

describe("the facts", () => {
  test("count sessions by index and take limits from the thresholds", () => {
    const facts = factsOf(reportOf(), { ctt: dateAt(3) });
    expect([facts.ctt, facts.rdt]).toEqual([3, 9]);
    expect(facts.sessions.dateOf(3)).toBe(dateAt(3));
    expect(facts.sessions.count).toBe(DATES.length);
    expect([facts.firstLoadSessions, facts.failedShareMax]).toEqual([780, 0.1]);
  });

  test("are about the blocking roles only, in the order of the proxy set", () => {
    const { required } = factsOf(reportOf());
    expect(required.map((one) => [one.symbol, one.role])).toEqual([
      ["SPY", "benchmark_equity"],
      ["VIXY", "volatility_gauge"],
    ]);
    expect(required.map((one) => one.firstAccepted)).toEqual([-1, -1]);
  });

  test("know what was accepted, what was waived, and when a symbol began", () => {
    const facts = factsOf(reportOf({ symbols: [symbolOf("SPY", dateAt(2), dateAt(6))] }), {
      accepted: { bySymbol: new Map([["SPY", new Set([dateAt(2)])]]), universeCounts: new Map() },
      waivers: new Set([waiverKey("SPY", dateAt(3)), waiverKey("VIXY", dateAt(4))]),
    });
    const spy = must(facts.required[0], "SPY is first");
    expect(spy.firstAccepted).toBe(2);
    expect([spy.isAccepted(2), spy.isAccepted(3)]).toEqual([true, false]);
    expect([spy.isWaived(3), spy.isWaived(4)]).toEqual([true, false]);
  });
});

describe("what became of a required symbol's session", () => {
  const basis = reviewOf("VIXY", dateAt(0), { rule: "BASIS_MISMATCH" });
  const open = reviewOf("SPY", dateAt(4), { rule: "DRIFT_REQUIRED" });
  const decided = reviewOf("SPY", dateAt(5), { decision: "approved" });
  const rejectedNewest = [{ session: dateAt(3), rules: ["HIGH_BELOW_LOW"] }];
  const facts = factsOf(
    reportOf({
      reviews: [open, decided, basis],
      symbols: [
        symbolOf("SPY", dateAt(0), dateAt(2), { newestReceived: dateAt(6), rejectedNewest }),
        symbolOf("VIXY", dateAt(0), dateAt(2)),
      ],
    }),
  );
  const [spy, vixy] = facts.required;

  test("is parked while a review of it is open", () => {
    expect(spy?.refusalOf(4)).toEqual({
      kind: "PARKED",
      reviews: [open.id],
      rules: ["DRIFT_REQUIRED"],
    });
  });

  test("is rejected when its only rows failed, with the rules", () => {
    expect(spy?.refusalOf(3)).toEqual({ kind: "REJECTED", rules: ["HIGH_BELOW_LOW"] });
  });

  test("is missing when later sessions came, and not received when none did", () => {
    expect(spy?.refusalOf(5)).toEqual({ kind: "MISSING" });
    expect(spy?.refusalOf(7)).toEqual({ kind: "NOT_RECEIVED" });
  });

  test("is parked on every session while the basis of the symbol is in question", () => {
    for (const session of [0, 2, 8])
      expect(vixy?.refusalOf(session)).toMatchObject({ kind: "PARKED", reviews: [basis.id] });
  });

  test("is not received for a symbol that no report knows", () => {
    expect(factsOf(reportOf()).required[0]?.refusalOf(2)).toEqual({ kind: "NOT_RECEIVED" });
  });
});

test("a date that is no session any more stands for the session before it", () => {
  expect(indexOfDate(calendar, "2026-05-25")).toBe(indexOfDate(calendar, "2026-05-22"));
  expect(indexOfDate(calendar, "2026-05-01")).toBe(0);
  expect(indexOfDate(calendar, "2030-01-01")).toBe(DATES.length - 1);
  expect(indexOfDate(calendar, null)).toBe(-1);
});
