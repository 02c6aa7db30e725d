/** Compares the two price bases of a symbol where they overlap; a mismatch parks the whole symbol. */
import { formatPrice } from "#core/price.ts";
import type { ReviewFacts } from "./reviews.ts";
import {
  NONE,
  type RevisionChain,
  comparableClose,
  forEachRevision,
  payloadOfRow,
} from "./revision-chain.ts";
import type { SymbolRows } from "./symbol-rows.ts";

/**
 * The first session on which raw and split-adjusted closes differ by more than `limitPercent` once
 * splits are taken out, or `undefined` when they agree or never meet (decision 12).
 */
export function findBasisMismatch(
  rows: SymbolRows,
  chain: RevisionChain,
  limitPercent: number,
): { readonly row: number; readonly facts: ReviewFacts } | undefined {
  const bases = new Set(rows.payloads.map((payload) => payload.basis));
  if (!bases.has("raw") || !bases.has("split")) return undefined;
  let first: { raw: number; split: number; offPercent: number } | undefined;
  let overlapping = 0;
  let mismatched = 0;
  for (const session of chain.received) {
    let raw = NONE;
    let split = NONE;
    forEachRevision(chain, session, (row) => {
      const { basis } = payloadOfRow(rows, chain, row);
      if (basis === "raw") raw = row;
      if (basis === "split") split = row;
    });
    if (raw === NONE || split === NONE) continue;
    overlapping++;
    const ratio = comparableClose(rows, chain, raw) / comparableClose(rows, chain, split);
    const offPercent = Math.abs(ratio - 1) * 100;
    if (offPercent <= limitPercent) continue;
    mismatched++;
    first ??= { raw, split, offPercent };
  }
  if (!first) return undefined;
  return {
    row: first.split,
    facts: {
      raw_close: formatPrice(rows.table.close[first.raw] ?? 0),
      split_close: formatPrice(rows.table.close[first.split] ?? 0),
      off_percent: Number(first.offPercent.toFixed(2)),
      limit_percent: limitPercent,
      overlapping_sessions: overlapping,
      mismatched_sessions: mismatched,
    },
  };
}
