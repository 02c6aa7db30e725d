/** Which sessions of a symbol have no accepted row, and whether it is missing or was refused. */
import { BAD_DAY } from "#lake/bar-table.ts";
import { type SessionIndex, isSettled } from "#truth/gate1/row-rules.ts";
import { OUTCOME_ACCEPTED, OUTCOME_QUARANTINED } from "./row-outcome.ts";
import { NONE, type RevisionChain } from "./revision-chain.ts";
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

/** Walks the calendar from the symbol's first row to its newest. Rows of running sessions do not count. */
export function findSessionGaps(
  rows: SymbolRows,
  chain: RevisionChain,
  sessions: SessionIndex,
  judged: { readonly reasons: Uint32Array; readonly outcomes: Uint8Array },
): SessionGaps {
  const refused = refusedSessions(rows, sessions, judged);
  const newest = Math.max(chain.received.at(-1) ?? NONE, ...refused.keys());
  const missingDays: number[] = [];
  const rejectedDays: { day: number; reasons: number }[] = [];
  let firstAccepted = NONE;
  let newestAccepted = NONE;
  const oldest = Math.min(chain.received[0] ?? Infinity, ...refused.keys());
  for (let session = oldest; session <= newest; session++) {
    const day = sessions.sessions[session] ?? 0;
    if (hasAccepted(chain, session, judged.outcomes)) {
      if (firstAccepted === NONE) firstAccepted = session;
      newestAccepted = session;
      continue;
    }
    const reasons = refused.get(session);
    if (reasons !== undefined) rejectedDays.push({ day, reasons });
    else if (firstAccepted !== NONE && chain.newestRow[session] === NONE) missingDays.push(day);
  }
  const dayOf = (session: number): number | undefined =>
    session === NONE ? undefined : sessions.sessions[session];
  return {
    missingDays,
    rejectedDays,
    firstAcceptedDay: dayOf(firstAccepted),
    newestAcceptedDay: dayOf(newestAccepted),
    newestReceivedDay: dayOf(newest),
  };
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
  sessions: SessionIndex,
  judged: { readonly reasons: Uint32Array; readonly outcomes: Uint8Array },
): Map<number, number> {
  const refused = new Map<number, number>();
  for (let row = 0; row < rows.table.length; row++) {
    if (judged.outcomes[row] !== OUTCOME_QUARANTINED) continue;
    const reasons = judged.reasons[row] ?? 0;
    const day = rows.table.day[row] ?? BAD_DAY;
    if (!isSettled(reasons) || day < sessions.fromDay || day > sessions.toDay) continue;
    const session = sessions.indexOfDay[day - sessions.fromDay] ?? NONE;
    if (session !== NONE) refused.set(session, (refused.get(session) ?? 0) | reasons);
  }
  return refused;
}
