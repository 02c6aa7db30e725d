/** The published proxy sets, and what bindings make of them. */
import { describe, expect, test } from "vitest";
import { usProxySet } from "./proxy-set.ts";

const roleOf = (set: ReturnType<typeof usProxySet>, role: string) =>
  set.roles.find((one) => one.role === role);

describe("usProxySet", () => {
  test("is the published set of each plan", () => {
    const free = usProxySet("free");
    expect([free.id, free.version]).toStrictEqual(["us-free", "1.0.0"]);
    expect(free.roles.map(({ role, symbol }) => `${role} ${symbol}`)).toStrictEqual([
      "benchmark_equity SPY",
      "growth QQQ",
      "small_cap IWM",
      "blue_chip DIA",
      "volatility_gauge VIXY",
      "rates_anchor TREASURY_YIELD_10YEAR",
      "rates_short TREASURY_YIELD_2YEAR",
      "credit_high_yield HYG",
      "credit_investment_grade LQD",
      "dollar UUP",
      "oil WTI",
    ]);
    expect(free.roles.filter((role) => role.blocking).map(({ role }) => role)).toStrictEqual([
      "benchmark_equity",
      "volatility_gauge",
    ]);
    expect(roleOf(free, "volatility_gauge")).toStrictEqual({
      role: "volatility_gauge",
      symbol: "VIXY",
      blocking: true,
      instrumentClass: "fund",
      gaugeKind: "futures_fund",
    });
    expect(roleOf(free, "rates_anchor")).toMatchObject({
      instrumentClass: "series",
      lagSessionsMax: 3,
    });
    expect(roleOf(free, "oil")).toMatchObject({ instrumentClass: "series", lagSessionsMax: 10 });
    const premium = usProxySet("premium");
    expect([premium.id, premium.version]).toStrictEqual(["us-premium", "1.0.0"]);
    expect(roleOf(premium, "volatility_gauge")).toMatchObject({
      symbol: "VIX",
      instrumentClass: "index",
      gaugeKind: "index",
    });
  });

  test("is another version with another binding, the same for the same bindings", () => {
    const bound = usProxySet("free", { volatility_gauge: "VIX", oil: "USO" });
    expect(bound.version).toMatch(/^1\.0\.0\+[0-9a-f]{8}$/);
    expect(usProxySet("free", { oil: "USO", volatility_gauge: "VIX" })).toStrictEqual(bound);
    expect(usProxySet("free", { volatility_gauge: "VIX" }).version).not.toBe(bound.version);
    expect(roleOf(bound, "volatility_gauge")).toMatchObject({
      instrumentClass: "index",
      gaugeKind: "index",
    });
    expect(roleOf(bound, "oil")).toStrictEqual({
      role: "oil",
      symbol: "USO",
      blocking: false,
      instrumentClass: "fund",
    });
  });

  test("keeps its version when a binding says what is so anyway", () => {
    expect(usProxySet("free", { benchmark_equity: "SPY" })).toStrictEqual(usProxySet("free"));
  });

  test("gives a series that is bound to any role a lag", () => {
    expect(roleOf(usProxySet("free", { dollar: "BRENT" }), "dollar")).toMatchObject({
      instrumentClass: "series",
      lagSessionsMax: 10,
    });
  });

  test("refuses a role that it does not have and names the key", () => {
    expect(() => usProxySet("free", { benchmark: "SPY" })).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        message: expect.stringMatching(
          /us\.proxies\.benchmark names no role; expected one of benchmark_equity/,
        ),
      }),
    );
  });
});
