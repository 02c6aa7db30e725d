/** Which sessions of a symbol have no accepted row, and whether it is missing or was refused. */
import { BAD_DAY } from "#lake/bar-table.ts";
import { type SessionIndex, isSettled } from "#truth/gate1/row-rules.ts";
import { OUTCOME_ACCEPTED } from "./row-outcome.ts";
import { NONE, type RevisionChain, isTotal, payloadOfRow } from "./revision-chain.ts";
import type { SymbolRows } from "./symbol-rows.ts";

export type SessionGaps = {
  /** Days between the first accepted and the newest received row with no row at all, ascending. */
  readonly missingDays: readonly number[];
  /** Days whose only rows were quarantined, ascending, with the bits of all failed rules. */
  readonly rejectedDays: readonly { readonly day: number; readonly reasons: number }[];
  readonly firstAcceptedDay: number | undefined;
  readonly newestAcceptedDay: number | undefined;
  readonly newestReceivedDay: number | undefined;
};

/** Looks between the sessions that were received. Rows of running sessions do not count. */
export function findSessionGaps(
  rows: SymbolRows,
  chain: RevisionChain,
  sessions: SessionIndex,
  judged: {
    readonly reasons: Uint32Array;
    readonly outcomes: Uint8Array;
    /** Rows that were quarantined. */
    readonly refused: readonly number[];
    readonly accepted: Int32Array;
    /** Whether the chain is that of total-return rows. */
    readonly isOfTotals: boolean;
  },
): SessionGaps {
  const refused = refusedSessions(rows, chain, sessions, judged);
  const rejected = [...refused]
    .filter(([session]) => !hasAccepted(chain, session, judged.outcomes))
    .sort(([a], [b]) => a - b);
  const { accepted } = judged;
  const dayOfRow = (row: number | undefined): number | undefined =>
    row === undefined ? undefined : rows.table.day[row];
  const firstAcceptedDay = dayOfRow(accepted[0]);
  const newest = Math.max(chain.received.at(-1) ?? NONE, ...refused.keys());
  const dayOf = (session: number): number => sessions.sessions[session] ?? BAD_DAY;
  const missing =
    firstAcceptedDay === undefined
      ? []
      : unreceivedSessions(chain.received, newest)
          .filter((session) => !refused.has(session) && dayOf(session) > firstAcceptedDay)
          .map(dayOf);
  return {
    missingDays: missing,
    rejectedDays: rejected.map(([session, reasons]) => ({ day: dayOf(session), reasons })),
    firstAcceptedDay,
    newestAcceptedDay: dayOfRow(accepted.at(-1)),
    newestReceivedDay: newest === NONE ? undefined : dayOf(newest),
  };
}

/** Sessions without a row after the first received one, up to `newest`. */
function unreceivedSessions(received: Int32Array, newest: number): number[] {
  const found: number[] = [];
  const first = received[0] ?? newest;
  if (received.length === newest - first + 1) return found;
  let expected = first + 1;
  for (let at = 1; at < received.length; at++) {
    const session = received[at] ?? 0;
    while (expected < session) found.push(expected++);
    expected = session + 1;
  }
  while (expected <= newest) found.push(expected++);
  return found;
}

function hasAccepted(chain: RevisionChain, session: number, outcomes: Uint8Array): boolean {
  let row = chain.newestRow[session] ?? NONE;
  while (row !== NONE) {
    if (outcomes[row] === OUTCOME_ACCEPTED) return true;
    row = chain.olderRow[row] ?? NONE;
  }
  return false;
}

/** Bits of all rules that quarantined rows of a session failed, by session index. */
function refusedSessions(
  rows: SymbolRows,
  chain: RevisionChain,
  sessions: SessionIndex,
  judged: {
    readonly reasons: Uint32Array;
    readonly refused: readonly number[];
    readonly isOfTotals: boolean;
  },
): Map<number, number> {
  const refused = new Map<number, number>();
  for (const row of judged.refused) {
    if (isTotal(payloadOfRow(rows, chain, row)) !== judged.isOfTotals) continue;
    const reasons = judged.reasons[row] ?? 0;
    const day = rows.table.day[row] ?? BAD_DAY;
    if (!isSettled(reasons) || day < sessions.fromDay || day > sessions.toDay) continue;
    const session = sessions.indexOfDay[day - sessions.fromDay] ?? NONE;
    if (session !== NONE) refused.set(session, (refused.get(session) ?? 0) | reasons);
  }
  return refused;
}
