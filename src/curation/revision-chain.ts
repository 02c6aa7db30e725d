/**
 * Orders what payloads say of the same session: equal rows confirm each other, a different one is a
 * new revision. Corrections are versions, never overwrites (architecture 6.4).
 */
import { must } from "#core/assert.ts";
import { type SessionIndex, isSameBar } from "#truth/gate1/row-rules.ts";
import { comparableDividends, splitFactorThrough } from "#truth/gate1/price-basis.ts";
import { PRICE_SCALE } from "#core/price.ts";
import type { SymbolPayload, SymbolRows } from "./symbol-rows.ts";

/** No row. */
export const NONE = -1;

/**
 * Rows of one symbol by session (index into the calendar's sessions): the newest revision, and from
 * each row to the one it replaced. `confirms` names the revision that a repeating row repeats.
 */
export type RevisionChain = {
  readonly newestRow: Int32Array;
  readonly olderRow: Int32Array;
  readonly revisionOf: Int32Array;
  readonly confirms: Int32Array;
  readonly payloadOf: Int32Array;
  /** Indices of sessions that have a row, ascending. */
  readonly received: Int32Array;
  /** All revisions by session, then revision: the order of the lake. */
  readonly revisions: Int32Array;
  /** Whether some row repeats a revision, and whether some session has several. */
  readonly hasConfirming: boolean;
  readonly hasRestated: boolean;
};

/** Links the rows that passed every row rule, in the order in which their payloads came. */
export function chainRevisions(
  rows: SymbolRows,
  sessions: SessionIndex,
  reasons: Uint32Array,
): RevisionChain {
  const { table, payloads } = rows;
  const newestRow = new Int32Array(sessions.sessions.length).fill(NONE);
  const olderRow = new Int32Array(table.length).fill(NONE);
  const revisionOf = new Int32Array(table.length);
  const confirms = new Int32Array(table.length).fill(NONE);
  const payloadOf = new Int32Array(table.length);
  let confirming = 0;
  let restated = 0;
  for (const [ordinal, payload] of payloads.entries()) {
    payloadOf.fill(ordinal, payload.fromRow, payload.toRow);
    for (let row = payload.fromRow; row < payload.toRow; row++) {
      if (reasons[row] !== 0) continue;
      const session = sessions.indexOfDay[(table.day[row] ?? 0) - sessions.fromDay] ?? NONE;
      const known = newestRow[session] ?? NONE;
      if (known !== NONE) {
        const before = must(payloads[payloadOf[known] ?? 0], "a row has a payload");
        if (isSameBasis(before, payload) && isSameBar(table, known, row)) {
          confirms[row] = known;
          confirming++;
          continue;
        }
        restated++;
        olderRow[row] = known;
        revisionOf[row] = (revisionOf[known] ?? 0) + 1;
      }
      newestRow[session] = row;
    }
  }
  const hasRestated = restated > 0;
  const links = { newestRow, olderRow, revisionOf, confirms, payloadOf };
  const order = orderRevisions(newestRow, olderRow, table.length);
  return { ...links, ...order, hasConfirming: confirming > 0, hasRestated };
}

function orderRevisions(
  newestRow: Int32Array,
  olderRow: Int32Array,
  rows: number,
): { readonly received: Int32Array; readonly revisions: Int32Array } {
  const received = new Int32Array(newestRow.length);
  const revisions = new Int32Array(rows);
  let sessions = 0;
  let count = 0;
  for (let session = 0; session < newestRow.length; session++) {
    const newest = newestRow[session] ?? NONE;
    if (newest === NONE) continue;
    received[sessions++] = session;
    const first = count;
    for (let row = newest; row !== NONE; row = olderRow[row] ?? NONE) revisions[count++] = row;
    if (count > first + 1) revisions.subarray(first, count).reverse();
  }
  return { received: received.subarray(0, sessions), revisions: revisions.subarray(0, count) };
}

function isSameBasis(a: SymbolPayload, b: SymbolPayload): boolean {
  return a.basis === b.basis && a.basisAsofDay === b.basisAsofDay;
}

/** Calls `visit` for each revision of a session, oldest first. */
export function forEachRevision(
  chain: RevisionChain,
  session: number,
  visit: (row: number) => void,
): void {
  const newest = chain.newestRow[session] ?? NONE;
  if (newest === NONE) return;
  if (chain.olderRow[newest] === NONE) return visit(newest);
  const found: number[] = [];
  for (let row = newest; row !== NONE; row = chain.olderRow[row] ?? NONE) found.push(row);
  for (const row of found.reverse()) visit(row);
}

/** The payload that brought a row. */
export function payloadOfRow(rows: SymbolRows, chain: RevisionChain, row: number): SymbolPayload {
  return must(rows.payloads[chain.payloadOf[row] ?? 0], "a row has a payload");
}

/** Total-return prices compare with each other only. */
export function isComparable(
  rows: SymbolRows,
  chain: RevisionChain,
  a: number,
  b: number,
): boolean {
  const isTotalA = payloadOfRow(rows, chain, a).basis === "total";
  return isTotalA === (payloadOfRow(rows, chain, b).basis === "total");
}

/** Close of a row, in price units of the day in which all bases but `total` meet. */
export function comparableClose(rows: SymbolRows, chain: RevisionChain, row: number): number {
  const close = rows.table.close[row] ?? NaN;
  if (rows.events.splitDays.length === 0) return close;
  const payload = payloadOfRow(rows, chain, row);
  if (payload.basis === "total") return close;
  return close * splitFactorThrough(rows.events, payload.basisAsofDay ?? rows.table.day[row] ?? 0);
}

/** Dividends due after one row up to another, in the same price units; 0 between total-return rows. */
export function dividendsBetween(
  rows: SymbolRows,
  chain: RevisionChain,
  before: number,
  row: number,
): number {
  if (rows.events.dividendDays.length === 0) return 0;
  if (payloadOfRow(rows, chain, row).basis === "total") return 0;
  const { day } = rows.table;
  return comparableDividends(rows.events, day[before] ?? 0, day[row] ?? 0) * PRICE_SCALE;
}
