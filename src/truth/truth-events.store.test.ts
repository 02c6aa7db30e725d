/** What people decided, folded from the ledger that they were written to. */
import { describe, expect, test } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { type NewLedgerEntry, openLedger } from "#ledger/ledger-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { TRUTH_EVENT_KINDS, foldTruthEvents, waiverKey } from "./truth-events.ts";

function fold(entries: readonly NewLedgerEntry[], throughSeq?: number) {
  const database = openStateStore(":memory:");
  const ledger = openLedger(database, "us", fixedClock(0 as EpochMs));
  for (const entry of entries) ledger.append(entry);
  const events = foldTruthEvents(ledger.entries({ kinds: TRUTH_EVENT_KINDS, throughSeq }));
  database.close();
  return events;
}

const review = (
  kind: "REVIEW_APPROVED" | "REVIEW_REJECTED" | "REVIEW_REOPENED",
  ...ids: string[]
): NewLedgerEntry => ({
  kind,
  actor: "Ada",
  payload: {
    reviews: ids.map((id) => ({
      id,
      symbol: "SPY",
      session: "2026-05-15",
      rule: "DRIFT_REQUIRED",
    })),
    reason: "checked",
  },
});
const advanced = (session: string, previous: string | null): NewLedgerEntry => ({
  kind: "CTT_ADVANCED",
  actor: "gate ingest",
  payload: { session, previous, snapshot: "SNAP-1", verdictDigest: "0".repeat(64) },
});
const waived: NewLedgerEntry = {
  kind: "SESSION_WAIVED",
  actor: "Ada",
  payload: { symbol: "SPY", session: "2026-05-15", reason: "outage", decision: "D-1" },
};

describe("the fold", () => {
  test("of an empty ledger knows nothing", () => {
    expect(fold([])).toEqual({
      decisions: new Map(),
      waivers: new Set(),
      withdrawn: new Set(),
      corrections: [],
      ctt: null,
      firstCtt: null,
      buildEventsThroughSeq: 0,
    });
  });

  test("keeps the newest decision of each review, and none of a reopened one", () => {
    const { decisions } = fold([
      review("REVIEW_APPROVED", "REV-1", "REV-2", "REV-3"),
      review("REVIEW_REJECTED", "REV-2"),
      review("REVIEW_REOPENED", "REV-3"),
    ]);
    expect([...decisions]).toEqual([
      ["REV-1", "approved"],
      ["REV-2", "rejected"],
    ]);
  });

  test("keeps waivers, withdrawn files, corrections in order, and the newest CTT", () => {
    const correction = (date: string) => ({ closed: [{ date, name: "storm" }], open: [] });
    const events = fold([
      waived,
      { kind: "RAW_WITHDRAWN", actor: "Ada", payload: { raw: "RAW-1", reason: "wrong file" } },
      {
        kind: "CALENDAR_CORRECTED",
        actor: "Ada",
        payload: { correction: correction("2026-05-15"), decision: "D-1" },
      },
      {
        kind: "CALENDAR_CORRECTED",
        actor: "Ada",
        payload: { correction: correction("2026-05-18"), decision: "D-2" },
      },
      advanced("2026-05-14", null),
      advanced("2026-05-19", "2026-05-14"),
    ]);
    expect(events.waivers).toEqual(new Set([waiverKey("SPY", "2026-05-15")]));
    expect(events.withdrawn).toEqual(new Set(["RAW-1"]));
    expect(events.corrections).toEqual([correction("2026-05-15"), correction("2026-05-18")]);
    expect(events.ctt).toBe("2026-05-19");
  });

  test("tells apart what a build depends on from what only moves time", () => {
    const entries = [review("REVIEW_APPROVED", "REV-1"), waived, advanced("2026-05-14", null)];
    expect(fold(entries).buildEventsThroughSeq).toBe(1);
    expect(fold([...entries, review("REVIEW_REOPENED", "REV-1")]).buildEventsThroughSeq).toBe(4);
  });

  test("read up to an earlier place gives what was decided then", () => {
    const entries = [review("REVIEW_APPROVED", "REV-1"), review("REVIEW_REJECTED", "REV-1")];
    expect(fold(entries, 1).decisions.get("REV-1")).toBe("approved");
  });

  test("skips kinds that decide nothing about data", () => {
    const other: NewLedgerEntry = {
      kind: "DECISION_RECORDED",
      actor: "A. Person",
      payload: { id: "D-1", text: "wait", author: "A. Person" },
    };
    expect(fold([other])).toEqual(fold([]));
  });
});
