/** A snapshot's id: the same for the same inputs, another for each input that decides its rows. */
import { describe, expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import { snapshotRecipeSchema } from "#contracts/snapshot.ts";
import { smallFacts } from "#core/small-calendar.testing.ts";
import { applyCorrections } from "#truth/calendar-corrections.ts";
import { BUILDER_VERSION, type RecipeInputs, makeRecipe, snapshotIdOf } from "./recipe.ts";
import { receiptOf } from "./symbol-scene.testing.ts";

const FACTS = smallFacts("2026-01-01", "2026-12-31");
const CORRECTION = { closed: [{ date: "2026-05-15", name: "storm" }], open: [] };
const thresholds = settingsSchema.parse({}).thresholds;
const SPY = {
  role: "benchmark_equity",
  symbol: "SPY",
  blocking: true,
  instrumentClass: "fund",
} as const;
const inputs: RecipeInputs = {
  market: "us",
  builder: BUILDER_VERSION,
  calendar: FACTS,
  corrections: [],
  receipts: [receiptOf(1), receiptOf(2)],
  rawThroughSeq: 2,
  decisions: new Map([
    ["REV-2", "rejected"],
    ["REV-1", "approved"],
  ]),
  eventsThroughSeq: 5,
  proxies: { id: "us-free", version: "1.0.0", roles: [SPY] },
  thresholds,
};
const idOf = (change: Partial<RecipeInputs> = {}) =>
  snapshotIdOf(makeRecipe({ ...inputs, ...change }));
const BASE = idOf();

describe("the id of a snapshot", () => {
  test("is of its form, and its recipe fits the contract", () => {
    expect(BASE).toMatch(/^SNAP-[0-9a-f]{16}$/);
    expect(snapshotRecipeSchema.parse(makeRecipe(inputs))).toEqual(makeRecipe(inputs));
  });

  test.each<[string, Partial<RecipeInputs>]>([
    ["how far the registry was read", { rawThroughSeq: 99 }],
    ["how far the ledger was read", { eventsThroughSeq: 99 }],
    [
      "the order in which decisions were taken",
      { decisions: new Map([...inputs.decisions].reverse()) },
    ],
    [
      "the name and version of the proxy set",
      { proxies: { ...inputs.proxies, id: "us-premium", version: "2" } },
    ],
    [
      "how a gauge is read and how far a series may lag",
      {
        proxies: { ...inputs.proxies, roles: [{ ...SPY, gaugeKind: "index", lagSessionsMax: 3 }] },
      },
    ],
    [
      "what only moves truth time",
      {
        thresholds: {
          ...thresholds,
          first_load_sessions: 10,
          coverage_failed_share_max: 0.5,
          india_settle_minutes: 20,
          momentum_volume_ratio: 3,
        },
      },
    ],
  ])("does not depend on %s", (_, change) => {
    expect(idOf(change)).toBe(BASE);
  });

  test.each<[string, Partial<RecipeInputs>]>([
    ["another receipt", { receipts: [...inputs.receipts, receiptOf(3)] }],
    ["a withdrawn receipt", { receipts: [receiptOf(1)] }],
    ["the order in which payloads came", { receipts: [receiptOf(2), receiptOf(1)] }],
    ["other bytes", { receipts: [receiptOf(1), receiptOf(2, { sha256: "f".repeat(64) })] }],
    ["another decision", { decisions: new Map([["REV-1", "rejected"]]) }],
    ["no decision", { decisions: new Map() }],
    ["another calendar", { calendar: smallFacts("2026-01-01", "2026-12-31", ["2026-07-03"]) }],
    [
      "a corrected calendar",
      { calendar: applyCorrections(FACTS, [CORRECTION]), corrections: [CORRECTION] },
    ],
    ["another binding", { proxies: { ...inputs.proxies, roles: [{ ...SPY, symbol: "IVV" }] } }],
    [
      "a role that is not required any more",
      { proxies: { ...inputs.proxies, roles: [{ ...SPY, blocking: false }] } },
    ],
    [
      "another class",
      { proxies: { ...inputs.proxies, roles: [{ ...SPY, instrumentClass: "index" }] } },
    ],
    [
      "another role of the same symbol",
      { proxies: { ...inputs.proxies, roles: [{ ...SPY, role: "volatility_gauge" }] } },
    ],
    ["another market", { market: "india" }],
  ])("depends on %s", (_, change) => {
    expect(idOf(change)).not.toBe(BASE);
  });

  const SHARED = [
    "drift_required_percent",
    "drift_gauge_percent",
    "drift_stock_percent",
    "drift_split_ratio_percent",
    "drift_undone_percent",
    "basis_mismatch_percent",
  ];
  const DECISIVE = {
    us: [...SHARED, "us_settle_minutes", "listing_short_share"],
    india: [...SHARED, "india_settle_minutes"],
  };

  test.each(["us", "india"] as const)("of %s depends on its own thresholds only", (market) => {
    const decisive = Object.keys(thresholds).filter((name) => {
      const changed = settingsSchema.shape.thresholds.parse({
        ...thresholds,
        [name]: name.endsWith("_share") ? 0.45 : thresholds[name as keyof typeof thresholds] * 2,
      });
      return idOf({ market, thresholds: changed }) !== idOf({ market });
    });
    expect(decisive.toSorted()).toEqual(DECISIVE[market].toSorted());
  });
});
