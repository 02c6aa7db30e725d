/** What a symbol is to gate 1: proxy role, else listing, else import, else stock. */
import { describe, expect, test } from "vitest";
import { receiptOf } from "#curation/symbol-scene.testing.ts";
import { usProxySet } from "../proxy-set.ts";
import { usRoleOf } from "./us-roles.ts";

const premium = usProxySet("premium").roles;
const importOf = (number: number, instrumentClass: "stock" | "fund" | "index" | null) =>
  receiptOf(number, {
    kind: "import_daily",
    import: { fileName: "x.csv", basis: "raw", basisAsof: null, instrumentClass },
  });
const roleOf = (symbol: string, receipts = [receiptOf(1)], listed: [string, string][] = []) =>
  usRoleOf([...premium], () => new Map(listed))(symbol, receipts);

describe("the class of a symbol", () => {
  test.each<[string, ReturnType<typeof roleOf>, string]>([
    [
      "of a proxy is its role's, whatever the listing says",
      roleOf("VIX", [importOf(1, "stock")], [["VIX", "Stock"]]),
      "index",
    ],
    ["of a series role is series", roleOf("WTI"), "series"],
    [
      "of a listed ETF is fund, whatever the import says",
      roleOf("ARKK", [importOf(1, "stock")], [["ARKK", "ETF"]]),
      "fund",
    ],
    [
      "of any other listed symbol is stock",
      roleOf("AAPL", [importOf(1, "fund")], [["AAPL", "Stock"]]),
      "stock",
    ],
    [
      "of an index payload is index",
      roleOf("SPX", [receiptOf(1, { kind: "index_daily" })]),
      "index",
    ],
    [
      "of an import is the newest that was said",
      roleOf("ABC", [importOf(1, "stock"), importOf(2, "fund"), importOf(3, null)]),
      "fund",
    ],
    ["of anything else is stock", roleOf("ABC"), "stock"],
  ])("%s", (_, role, expected) => {
    expect(role.instrumentClass).toBe(expected);
  });

  test("is required and a gauge only by its role", () => {
    expect(roleOf("SPY")).toEqual({
      instrumentClass: "fund",
      required: true,
      isVolatilityGauge: false,
    });
    expect(roleOf("VIX")).toEqual({
      instrumentClass: "index",
      required: true,
      isVolatilityGauge: true,
    });
    expect(roleOf("QQQ")).toEqual({
      instrumentClass: "fund",
      required: false,
      isVolatilityGauge: false,
    });
  });

  test("asks for the listing once, and not at all for proxies", () => {
    let asked = 0;
    const of = usRoleOf([...premium], () => {
      asked++;
      return new Map();
    });
    of("SPY", []);
    expect(asked).toBe(0);
    of("AAPL", []);
    of("MSFT", []);
    expect(asked).toBe(1);
  });
});
