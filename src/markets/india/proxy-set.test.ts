/** The Indian proxy set: its published bindings, what another binding makes of it, and its declared gaps. */
import { describe, expect, test } from "vitest";
import { must } from "#core/assert.ts";
import { indiaRoleOf } from "./india-roles.ts";
import { indiaProxySet } from "./proxy-set.ts";

const roleOf = (set: ReturnType<typeof indiaProxySet>, role: string) =>
  must(
    set.roles.find((one) => one.role === role),
    `the set has ${role}`,
  );

describe("the published set", () => {
  const set = indiaProxySet();

  test("has five roles, two of them required", () => {
    expect([set.id, set.version]).toEqual(["india", "1.0.0"]);
    expect(set.roles.map(({ role, symbol, blocking }) => [role, symbol, blocking])).toEqual([
      ["benchmark_equity", "Nifty 50", true],
      ["sector_bank", "Nifty Bank", false],
      ["sector_it", "Nifty IT", false],
      ["small_cap", "NIFTY SMLCAP 100", false],
      ["volatility_gauge", "India VIX", true],
    ]);
  });

  test("holds indices only, and judges the gauge as one", () => {
    expect(new Set(set.roles.map((role) => role.instrumentClass))).toEqual(new Set(["index"]));
    expect(roleOf(set, "volatility_gauge").gaugeKind).toBe("index");
    expect(roleOf(set, "benchmark_equity")).not.toHaveProperty("gaugeKind");
  });

  test("declares what it has no source for", () => {
    expect(set.gaps?.map((gap) => gap.role)).toEqual(["rates", "currency", "oil", "gift"]);
    for (const { why } of set.gaps ?? []) expect(why).toContain("no source");
  });
});

describe("another binding", () => {
  test("is another version, the same for the same bindings", () => {
    const [one, same, other] = ["NIFTYBEES", "NIFTYBEES", "Nifty 100"].map((symbol) =>
      indiaProxySet({ benchmark_equity: symbol }),
    );
    expect(one?.version).toMatch(/^1\.0\.0\+[0-9a-f]{8}$/);
    expect(same?.version).toBe(one?.version);
    expect(other?.version).not.toBe(one?.version);
    expect(indiaProxySet({ benchmark_equity: "Nifty 50" }).version).toBe("1.0.0");
  });

  test("to what trades is a fund, and a gauge of that kind decays", () => {
    const set = indiaProxySet({ benchmark_equity: "NIFTYBEES", volatility_gauge: "VIXBEES" });
    expect(roleOf(set, "benchmark_equity").instrumentClass).toBe("fund");
    expect(roleOf(set, "volatility_gauge").gaugeKind).toBe("futures_fund");
  });

  test.each([
    ["growth", /names no role; expected one of benchmark_equity/],
    ["oil", /is a declared gap/],
  ])("of %s is refused", (role, says) => {
    expect(() => indiaProxySet({ [role]: "X" })).toThrow(says);
    expect(() => indiaProxySet({ [role]: "X" })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });
});

describe("the role of a symbol", () => {
  const roles = indiaRoleOf([...indiaProxySet().roles]);

  test("comes from the proxy set, else it is a stock", () => {
    expect(roles("India VIX", [])).toEqual({
      instrumentClass: "index",
      required: true,
      isVolatilityGauge: true,
    });
    expect(roles("Nifty Bank", [])).toMatchObject({ required: false, isVolatilityGauge: false });
    expect(roles("RELIANCE", [])).toMatchObject({ instrumentClass: "stock", required: false });
  });
});
