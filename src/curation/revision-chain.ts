/**
 * Orders what payloads say of the same session: equal rows confirm each other, a different one is a
 * new revision. Corrections are versions, never overwrites (architecture 6.4).
 */
import { must } from "#core/assert.ts";
import { type SessionIndex, isSameBar } from "#truth/gate1/row-rules.ts";
import { comparableDividends, splitFactorThrough } from "#truth/gate1/price-basis.ts";
import { PRICE_SCALE } from "#core/price.ts";
import type { ReusedColumns } from "./reused-columns.ts";
import type { SymbolPayload, SymbolRows } from "./symbol-rows.ts";

/** No row. */
export const NONE = -1;

/**
 * Rows of one symbol by session (index into the calendar's sessions): the newest revision, and from
 * each row to the one it replaced. `confirms` names the revision that a repeating row repeats. Both of
 * these are empty where nothing was restated or repeated, as is usual.
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
  /** Rows that failed a row rule, and are part of no revision. */
  readonly failed: readonly number[];
  /** Whether some row repeats a revision, and whether some session has several. */
  readonly hasConfirming: boolean;
  readonly hasRestated: boolean;
};

/**
 * The two chains of a symbol. Total-return rows are good for returns only (decision 12): they are the row
 * before of no row of `prices`, nor is one of those ever theirs. The arrays by row are shared. Of a session
 * the revisions of `totals` are numbered first, so the newest is a price wherever there is one. `all` has
 * the sessions of `prices` and the revisions of both.
 */
export type RevisionChains = {
  readonly prices: RevisionChain;
  readonly totals: RevisionChain | undefined;
  readonly all: RevisionChain;
};

/** Links the rows that passed every row rule, in the order in which their payloads came. */
export function chainRevisions(
  rows: SymbolRows,
  sessions: SessionIndex,
  reasons: Uint32Array,
  columns: ReusedColumns,
): RevisionChains {
  const { table, payloads } = rows;
  const links: RowLinks = {
    olderRow: NO_ROWS,
    revisionOf: columns.int32("revisionOf", table.length).fill(0),
    confirms: NO_ROWS,
    payloadOf: columns.int32("payloadOf", table.length),
  };
  const link = (isOfTotals: boolean, below: RevisionChain | undefined): RevisionChain =>
    linkRows(rows, sessions, reasons, { links, isOfTotals, below, columns });
  if (!payloads.some(isTotal)) {
    const prices = link(false, undefined);
    return { prices, totals: undefined, all: prices };
  }
  const totals = link(true, undefined);
  const prices = link(false, totals);
  const { day } = table;
  const all = {
    ...prices,
    ...links,
    failed: [...totals.failed, ...prices.failed],
    revisions: Int32Array.from(
      [...totals.revisions, ...prices.revisions].sort((a, b) => (day[a] ?? 0) - (day[b] ?? 0)),
    ),
    hasConfirming: totals.hasConfirming || prices.hasConfirming,
    hasRestated: totals.hasRestated || prices.hasRestated,
  };
  // What one chain found first to link by, the other shares.
  return { prices: { ...prices, ...links }, totals: { ...totals, ...links }, all };
}

/** Whether a payload holds total-return prices. */
export function isTotal(payload: SymbolPayload): boolean {
  return payload.basis === "total";
}

const NO_ROWS = new Int32Array(0);

type RowLinks = {
  olderRow: Int32Array;
  readonly revisionOf: Int32Array;
  confirms: Int32Array;
  readonly payloadOf: Int32Array;
};

/** Links the rows of one chain; those of a session begin above the revisions of `below`. */
function linkRows(
  rows: SymbolRows,
  sessions: SessionIndex,
  reasons: Uint32Array,
  of: {
    readonly links: RowLinks;
    readonly isOfTotals: boolean;
    readonly below: RevisionChain | undefined;
    readonly columns: ReusedColumns;
  },
): RevisionChain {
  const { table, payloads } = rows;
  const { day } = table;
  const { indexOfDay, fromDay } = sessions;
  const { links } = of;
  const { revisionOf, payloadOf } = links;
  const failed: number[] = [];
  const kind = of.isOfTotals ? "totals" : "prices";
  const cells = (use: string, length: number): Int32Array =>
    of.columns.int32(`${use} of ${kind}`, length);
  const newestRow = cells("newestRow", sessions.sessions.length).fill(NONE);
  let confirming = 0;
  let restated = 0;
  for (const [ordinal, payload] of payloads.entries()) {
    if (isTotal(payload) !== of.isOfTotals) continue;
    payloadOf.fill(ordinal, payload.fromRow, payload.toRow);
    for (let row = payload.fromRow; row < payload.toRow; row++) {
      if (reasons[row] !== 0) {
        failed.push(row);
        continue;
      }
      const session = indexOfDay[(day[row] ?? 0) - fromDay] ?? NONE;
      const known = newestRow[session] ?? NONE;
      if (known !== NONE) {
        const before = must(payloads[payloadOf[known] ?? 0], "a row has a payload");
        if (isSameBasis(before, payload) && isSameBar(table, known, row)) {
          links.confirms = withRoom(links.confirms, table.length);
          links.confirms[row] = known;
          confirming++;
          continue;
        }
        restated++;
        links.olderRow = withRoom(links.olderRow, table.length);
        links.olderRow[row] = known;
        revisionOf[row] = (revisionOf[known] ?? 0) + 1;
      } else if (of.below) {
        const lower = of.below.newestRow[session] ?? NONE;
        if (lower !== NONE) revisionOf[row] = (revisionOf[lower] ?? 0) + 1;
      }
      newestRow[session] = row;
    }
  }
  const hasRestated = restated > 0;
  const order = orderRevisions(newestRow, hasRestated ? links.olderRow : undefined, {
    received: cells("received", newestRow.length),
    revisions: cells("revisions", table.length),
  });
  return { ...links, newestRow, ...order, failed, hasConfirming: confirming > 0, hasRestated };
}

/** Links by row are made when the first one is found. */
function withRoom(cells: Int32Array, rows: number): Int32Array {
  return cells.length === rows ? cells : new Int32Array(rows).fill(NONE);
}

/** Without `olderRow` every session has one row at most. */
function orderRevisions(
  newestRow: Int32Array,
  olderRow: Int32Array | undefined,
  into: { readonly received: Int32Array; readonly revisions: Int32Array },
): { readonly received: Int32Array; readonly revisions: Int32Array } {
  const { received, revisions } = into;
  let sessions = 0;
  let count = 0;
  for (let session = 0; session < newestRow.length; session++) {
    const newest = newestRow[session] ?? NONE;
    if (newest === NONE) continue;
    received[sessions++] = session;
    const first = count;
    revisions[count++] = newest;
    if (olderRow === undefined || olderRow[newest] === NONE) continue;
    for (let row = olderRow[newest] ?? NONE; row !== NONE; row = olderRow[row] ?? NONE) {
      revisions[count++] = row;
    }
    revisions.subarray(first, count).reverse();
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
  if ((chain.olderRow[newest] ?? NONE) === NONE) return visit(newest);
  const found: number[] = [];
  for (let row = newest; row !== NONE; row = chain.olderRow[row] ?? NONE) found.push(row);
  for (const row of found.reverse()) visit(row);
}

/** The payload that brought a row. */
export function payloadOfRow(rows: SymbolRows, chain: RevisionChain, row: number): SymbolPayload {
  return must(rows.payloads[chain.payloadOf[row] ?? 0], "a row has a payload");
}

/** Close of a row, in price units of the day in which all bases but `total` meet. */
export function comparableClose(rows: SymbolRows, chain: RevisionChain, row: number): number {
  const close = rows.table.close[row] ?? NaN;
  if (rows.events.splitDays.length === 0) return close;
  const payload = payloadOfRow(rows, chain, row);
  if (isTotal(payload)) return close;
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
  if (isTotal(payloadOfRow(rows, chain, row))) return 0;
  const { day } = rows.table;
  return comparableDividends(rows.events, day[before] ?? 0, day[row] ?? 0) * PRICE_SCALE;
}
