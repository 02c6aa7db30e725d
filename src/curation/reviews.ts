/** Makes the reviews of one symbol: what a person must decide before parked rows go anywhere. */
import type { ParkRule, ParkedRow } from "#contracts/snapshot.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { digestOfJson } from "#platform/digest.ts";
import { OUTCOME_ACCEPTED, OUTCOME_PARKED, OUTCOME_QUARANTINED } from "./row-outcome.ts";
import type { SymbolRows } from "./symbol-rows.ts";

export type ReviewDecision = "approved" | "rejected";
export type ReviewFacts = ParkedRow["facts"];

/** Decisions by review id; a review without one is open. */
export type ReviewDecisions = ReadonlyMap<string, ReviewDecision>;

/**
 * The review of a row under a rule. Its id binds the decision to what was seen: another price or
 * another finding is another review, and an old decision does not reach it.
 */
export function makeReview(of: {
  readonly market: string;
  readonly rows: SymbolRows;
  readonly row: number;
  readonly rule: ParkRule;
  readonly facts: ReviewFacts;
  readonly decisions: ReviewDecisions;
}): ParkedRow {
  const { market, rows, row, rule, facts, decisions } = of;
  const session = dateOfDayNumber(rows.table.day[row] ?? 0);
  const seen = { facts, values: rule === "BASIS_MISMATCH" ? null : valuesOf(rows, row) };
  const digest = digestOfJson({ market, symbol: rows.symbol, session, rule, seen });
  const id = `REV-${digest.slice(0, 12)}`;
  return { id, symbol: rows.symbol, session, rule, facts, decision: decisions.get(id) ?? "open" };
}

/** A row goes where its most severe review sends it: one rejection outweighs, an open one holds. */
export function outcomeOfReviews(reviews: readonly ParkedRow[]): number {
  if (reviews.some((review) => review.decision === "rejected")) return OUTCOME_QUARANTINED;
  return reviews.some((review) => review.decision === "open") ? OUTCOME_PARKED : OUTCOME_ACCEPTED;
}

function valuesOf(rows: SymbolRows, row: number): readonly (number | null)[] {
  const { open, high, low, close, volume } = rows.table;
  return [open, high, low, close, volume].map((cells) => {
    const cell = cells[row] ?? NaN;
    return Number.isNaN(cell) ? null : cell;
  });
}
