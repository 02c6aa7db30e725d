/** Finds the moves of a symbol that gate 1 parks or lists, and states the facts a person needs. */
import type { ParkRule } from "#contracts/snapshot.ts";
import { formatPrice } from "#core/price.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import {
  type DriftFinding,
  type DriftLimits,
  changeOf,
  driftLimitPercent,
  isWithin,
  judgeDrift,
} from "#truth/gate1/drift.ts";
import type { ReviewFacts } from "./reviews.ts";
import {
  NONE,
  type RevisionChain,
  comparableClose,
  dividendsBetween,
  forEachRevision,
} from "./revision-chain.ts";
import type { SymbolRows } from "./symbol-rows.ts";

export type DriftSink = {
  readonly park: (row: number, rule: ParkRule, facts: ReviewFacts) => void;
  readonly list: (row: number, facts: ReviewFacts) => void;
};

/** Compares every revision of every session with the row before as received (decision 3). */
export function judgeMoves(
  rows: SymbolRows,
  chain: RevisionChain,
  limits: DriftLimits,
  sink: DriftSink,
): void {
  if (rows.role.instrumentClass === "series") return;
  const { received, newestRow, olderRow, revisions, hasRestated } = chain;
  const { close } = rows.table;
  const limitPercent = driftLimitPercent(rows.role, limits);
  const isPlain = comparesAsTraded(rows);
  let newest = newestRow[received[0] ?? 0] ?? NONE;
  let newestClose = close[newest] ?? 0;
  for (let at = 1; at < received.length; at++) {
    const newestBefore = newest;
    const closeBefore = newestClose;
    newest = (hasRestated ? newestRow[received[at] ?? 0] : revisions[at]) ?? NONE;
    newestClose = close[newest] ?? 0;
    const isSingle = !hasRestated || (olderRow[newest] === NONE && olderRow[newestBefore] === NONE);
    const isSmall = isWithin(newestClose, closeBefore, limitPercent);
    // Nearly all moves end here, and a build judges millions.
    if (isPlain && isSingle && isSmall) continue;
    const after = chain.newestRow[received[at + 1] ?? NONE] ?? NONE;
    forEachRevision(chain, received[at] ?? 0, (row) => {
      const before = rowBefore(chain, newestBefore, row);
      judgeMove(rows, chain, { before, row, after }, limits, sink);
    });
  }
}

/** Whether all closes of a symbol compare as they stand: no event on file, and no second basis. */
function comparesAsTraded({ events, payloads }: SymbolRows): boolean {
  const bases = new Set(payloads.map((payload) => payload.basis));
  return bases.size <= 1 && events.splitDays.length + events.dividendDays.length === 0;
}

/**
 * The row before as it was when `row` came: what is said of that session later is judged by itself, and
 * neither takes an accepted row away nor makes another review of one that was decided. A session that
 * came later altogether counts with its first row.
 */
function rowBefore(chain: RevisionChain, newestBefore: number, row: number): number {
  let before = newestBefore;
  for (;;) {
    const older = chain.olderRow[before] ?? NONE;
    const wasThere = (chain.payloadOf[before] ?? 0) <= (chain.payloadOf[row] ?? 0);
    if (wasThere || older === NONE) return before;
    before = older;
  }
}

function judgeMove(
  rows: SymbolRows,
  chain: RevisionChain,
  at: { readonly before: number; readonly row: number; readonly after: number },
  limits: DriftLimits,
  sink: DriftSink,
): void {
  const { before, row, after } = at;
  const move = {
    before: comparableClose(rows, chain, before),
    close: comparableClose(rows, chain, row),
    after: after !== NONE ? comparableClose(rows, chain, after) : undefined,
    dividends: dividendsBetween(rows, chain, before, row),
    volume: rows.table.volume[row] ?? NaN,
  };
  const finding = judgeDrift(move, rows.role, limits);
  if (!finding) return;
  const facts = factsOf(rows, before, row, changeOf(move), finding);
  if (finding.kind === "park") sink.park(row, finding.rule, facts);
  else sink.list(row, facts);
}

function factsOf(
  rows: SymbolRows,
  before: number,
  row: number,
  change: number,
  finding: DriftFinding,
): ReviewFacts {
  const { table } = rows;
  const facts = {
    before_session: dateOfDayNumber(table.day[before] ?? 0),
    before_close: formatPrice(table.close[before] ?? 0),
    close: formatPrice(table.close[row] ?? 0),
    change_percent: Number((change * 100).toFixed(2)),
    limit_percent: finding.limitPercent,
  };
  if (finding.kind === "list" || finding.rule !== "DRIFT_UNCORROBORATED") return facts;
  return { ...facts, because: finding.because, split_ratio: finding.splitRatio ?? null };
}
