/**
 * Judges all daily rows of one symbol: row rules, revisions, basis and drift, then the outcome of
 * every row under the reviews decided so far. The same rows in the same order always give the same
 * judgement; nothing is read or written.
 */
import type { ParkedRow } from "#contracts/snapshot.ts";
import { formatPrice } from "#core/price.ts";
import type { DriftLimits } from "#truth/gate1/drift.ts";
import {
  REVIEW_REJECTED,
  type SessionIndex,
  isSameBar,
  judgeDailyRows,
} from "#truth/gate1/row-rules.ts";
import { findBasisMismatch } from "./judge-basis.ts";
import { type DriftSink, judgeMoves } from "./judge-drift.ts";
import {
  NONE,
  type RevisionChain,
  chainRevisions,
  isTotal,
  payloadOfRow,
} from "./revision-chain.ts";
import { type ReviewDecisions, type ReviewFacts, makeReview, outcomeOfReviews } from "./reviews.ts";
import {
  OUTCOME_ACCEPTED,
  OUTCOME_CONFIRMING,
  OUTCOME_PARKED,
  OUTCOME_QUARANTINED,
} from "./row-outcome.ts";
import { type SessionGaps, findSessionGaps } from "./session-gaps.ts";
import { type ReusedColumns, createReusedColumns } from "./reused-columns.ts";
import type { SymbolRows } from "./symbol-rows.ts";

export type JudgeContext = {
  readonly market: string;
  readonly sessions: SessionIndex;
  readonly limits: DriftLimits & { readonly basisPercent: number };
  readonly decisions: ReviewDecisions;
};

export type RowNote = { readonly row: number; readonly facts: ReviewFacts };

/** By row: `reasons` (rule bits), `outcomes` (see row-outcome), `revisionOf`, `payloadOf`. */
export type SymbolJudgement = SessionGaps & {
  /** Gaps of total-return rows, when there are any; they fill none of the price rows' gaps. */
  readonly ofTotals: SessionGaps | undefined;
  readonly reasons: Uint32Array;
  readonly outcomes: Uint8Array;
  readonly revisionOf: Int32Array;
  readonly payloadOf: Int32Array;
  /** Rows that are data, sorted by session, then revision. */
  readonly accepted: Int32Array;
  /** Rows that are no data, ascending: refused by a rule or a person, and held for a review. */
  readonly quarantined: readonly number[];
  readonly parked: readonly number[];
  readonly reviews: readonly ParkedRow[];
  readonly largeMoves: readonly RowNote[];
  readonly restated: readonly RowNote[];
};

/** Judges the symbol. Arrays by row lie in `columns`: the next call with the same ones overwrites them. */
export function judgeSymbol(
  rows: SymbolRows,
  context: JudgeContext,
  columns: ReusedColumns = createReusedColumns(),
): SymbolJudgement {
  const { table, payloads, role } = rows;
  const { market, sessions, decisions, limits } = context;
  const reasons = columns.uint32("reasons", table.length, 0);
  const hasVolume = role.instrumentClass === "stock" || role.instrumentClass === "fund";
  if (!hasVolume) table.volume.fill(NaN, 0, table.length);
  for (const payload of payloads) judgeDailyRows(table, payload, sessions, hasVolume, reasons);

  const { prices, totals, all } = chainRevisions(rows, sessions, reasons, columns);
  const reviewsOf = new Map<number, ParkedRow[]>();
  const largeMoves: RowNote[] = [];
  const sink: DriftSink = {
    park: (row, rule, facts) => {
      const review = makeReview({ market, rows, row, rule, facts, decisions });
      reviewsOf.set(row, [...(reviewsOf.get(row) ?? []), review]);
    },
    list: (row, facts) => largeMoves.push({ row, facts }),
  };
  judgeMoves(rows, prices, limits, sink);
  if (totals) judgeMoves(rows, totals, limits, sink);
  const mismatch = findBasisMismatch(rows, prices, limits.basisPercent);
  const ofSymbol = mismatch
    ? [makeReview({ market, rows, ...mismatch, rule: "BASIS_MISMATCH", decisions })]
    : [];

  const outcomes = columns.uint8("outcomes", table.length, outcomeOfReviews(ofSymbol));
  const accepted = settleRevisions({
    chain: all,
    reviewsOf,
    ofSymbol,
    outcomes,
    reasons,
    into: columns.int32("accepted", all.revisions.length),
  });
  settleConfirmations(all, outcomes, reasons);
  const withheld = withheldRows({ chain: all, reviewsOf, ofSymbol, outcomes });
  const gapsOf = (chain: RevisionChain, isOfTotals: boolean): SessionGaps => {
    const own = totals
      ? accepted.filter((row) => isTotal(payloadOfRow(rows, chain, row)) === isOfTotals)
      : accepted;
    return findSessionGaps(rows, chain, sessions, {
      reasons,
      outcomes,
      refused: withheld.quarantined,
      accepted: own,
      isOfTotals,
    });
  };
  return {
    reasons,
    outcomes,
    revisionOf: all.revisionOf,
    payloadOf: all.payloadOf,
    accepted,
    ...withheld,
    reviews: distinctReviews([...ofSymbol, ...[...reviewsOf.values()].flat()]),
    largeMoves: largeMoves.filter((note) => outcomes[note.row] === OUTCOME_ACCEPTED),
    restated: findRestatements(rows, all, accepted),
    ...gapsOf(prices, false),
    ofTotals: totals && gapsOf(totals, true),
  };
}

/** The same numbers seen again, after others or in another basis, are one review. */
function distinctReviews(reviews: readonly ParkedRow[]): ParkedRow[] {
  return [...new Map(reviews.map((review) => [review.id, review])).values()];
}

/**
 * Gives failed and reviewed rows their own outcome, where `outcomes` holds that of the whole symbol, and
 * returns the accepted revisions in the order of the lake.
 */
function settleRevisions(of: {
  readonly chain: RevisionChain;
  readonly reviewsOf: ReadonlyMap<number, readonly ParkedRow[]>;
  readonly ofSymbol: readonly ParkedRow[];
  readonly outcomes: Uint8Array;
  readonly reasons: Uint32Array;
  readonly into: Int32Array;
}): Int32Array {
  const { chain, reviewsOf, ofSymbol, outcomes, reasons, into } = of;
  const general = outcomeOfReviews(ofSymbol);
  const { revisions } = chain;
  for (const row of chain.failed) outcomes[row] = OUTCOME_QUARANTINED;
  for (const [row, own] of reviewsOf) outcomes[row] = outcomeOfReviews([...own, ...ofSymbol]);
  if (reviewsOf.size === 0 && general === OUTCOME_ACCEPTED) return revisions;
  let count = 0;
  for (let at = 0; at < revisions.length; at++) {
    const row = revisions[at] ?? 0;
    const outcome = outcomes[row];
    if (outcome === OUTCOME_QUARANTINED) reasons[row] = REVIEW_REJECTED;
    if (outcome === OUTCOME_ACCEPTED) into[count++] = row;
  }
  return into.subarray(0, count);
}

/** The rows that are no data, ascending. Only where a whole symbol is held back are all rows looked at. */
function withheldRows(of: {
  readonly chain: RevisionChain;
  readonly reviewsOf: ReadonlyMap<number, unknown>;
  readonly ofSymbol: readonly ParkedRow[];
  readonly outcomes: Uint8Array;
}): { readonly quarantined: readonly number[]; readonly parked: readonly number[] } {
  const { chain, reviewsOf, ofSymbol, outcomes } = of;
  const candidates =
    chain.hasConfirming || ofSymbol.length > 0
      ? outcomes.keys()
      : [...chain.failed, ...reviewsOf.keys()].sort((a, b) => a - b);
  const quarantined: number[] = [];
  const parked: number[] = [];
  for (const row of candidates) {
    if (outcomes[row] === OUTCOME_QUARANTINED) quarantined.push(row);
    else if (outcomes[row] === OUTCOME_PARKED) parked.push(row);
  }
  return { quarantined, parked };
}

/** A row that repeats a revision shares its fate. */
function settleConfirmations(
  chain: RevisionChain,
  outcomes: Uint8Array,
  reasons: Uint32Array,
): void {
  if (!chain.hasConfirming) return;
  for (let row = 0; row < outcomes.length; row++) {
    const first = chain.confirms[row] ?? NONE;
    if (first === NONE) continue;
    const outcome = outcomes[first] ?? OUTCOME_QUARANTINED;
    outcomes[row] = outcome === OUTCOME_ACCEPTED ? OUTCOME_CONFIRMING : outcome;
    reasons[row] = reasons[first] ?? 0;
  }
}

/** Accepted revisions that changed a bar of the same basis. */
function findRestatements(rows: SymbolRows, chain: RevisionChain, accepted: Int32Array): RowNote[] {
  if (!chain.hasRestated) return [];
  const notes: RowNote[] = [];
  for (const row of accepted) {
    const older = chain.olderRow[row] ?? NONE;
    if (older === NONE) continue;
    const payload = payloadOfRow(rows, chain, row);
    if (payload.basis !== payloadOfRow(rows, chain, older).basis) continue;
    if (isSameBar(rows.table, older, row)) continue;
    const facts = {
      revision: chain.revisionOf[row] ?? 0,
      close_before: formatPrice(rows.table.close[older] ?? 0),
      close: formatPrice(rows.table.close[row] ?? 0),
      raw: payload.receipt.id,
    };
    notes.push({ row, facts });
  }
  return notes;
}
