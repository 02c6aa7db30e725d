/** What a ledger payload may hold: every kind refuses what it does not name. */
import { describe, expect, test } from "vitest";
import { LEDGER_PAYLOADS, isLedgerKind } from "./ledger-event.ts";

const DIGEST = "0f".repeat(32);

describe("ledger payloads", () => {
  test("a kind is known by its own name only", () => {
    expect(isLedgerKind("CTT_ADVANCED")).toBe(true);
    expect(isLedgerKind("ctt_advanced")).toBe(false);
    expect(isLedgerKind("toString")).toBe(false);
  });

  test("every kind refuses a field that it does not name, so that a misspelt one is never dropped", () => {
    for (const [kind, schema] of Object.entries(LEDGER_PAYLOADS)) {
      const issues = schema.safeParse({ notAField: 1 }).error?.issues ?? [];
      expect(
        issues.map((issue) => issue.code),
        kind,
      ).toContain("unrecognized_keys");
    }
  });

  test("a date must be a day that exists", () => {
    const advanced = (session: string) =>
      LEDGER_PAYLOADS.CTT_ADVANCED.safeParse({
        session,
        previous: null,
        snapshot: "S-1",
        verdictDigest: DIGEST,
      }).success;
    expect(advanced("2026-02-27")).toBe(true);
    expect(advanced("2026-02-30")).toBe(false);
    expect(advanced("27.02.2026")).toBe(false);
  });

  test("a review decision names at least one review and a reason", () => {
    const review = { id: "RV-1", symbol: "AIG", session: "2008-09-15", rule: "DRIFT" };
    const decide = LEDGER_PAYLOADS.REVIEW_APPROVED;
    expect(decide.safeParse({ reviews: [review], reason: "seen in the press" }).success).toBe(true);
    expect(decide.safeParse({ reviews: [], reason: "seen" }).success).toBe(false);
    expect(decide.safeParse({ reviews: [review], reason: "" }).success).toBe(false);
  });
});
