/**
 * Judges the intraday bars of one symbol: row rules, calendar, whole bars and duplicates, then
 * revisions by bar start. Intraday bars serve display and telemetry; truth time never waits for them.
 */
import {
  SESSION_NOT_WHOLE,
  type SessionIndex,
  isSameBar,
  judgeDay,
  judgeValues,
  markDuplicateStarts,
} from "#truth/gate1/row-rules.ts";
import { OUTCOME_ACCEPTED, OUTCOME_CONFIRMING } from "./row-outcome.ts";
import type { SymbolRows } from "./symbol-rows.ts";

const MS_PER_MINUTE = 60_000;

/** By row as in `SymbolJudgement`; `accepted` is sorted by start, then revision. */
export type IntradayJudgement = {
  readonly reasons: Uint32Array;
  readonly outcomes: Uint8Array;
  readonly revisionOf: Int32Array;
  readonly payloadOf: Int32Array;
  readonly accepted: Int32Array;
};

/** Judges bars of `barMinutes` length; a bar that had not ended on receipt is not whole. */
export function judgeIntraday(
  rows: SymbolRows,
  sessions: SessionIndex,
  barMinutes: number,
): IntradayJudgement {
  const { table, payloads, role } = rows;
  const reasons = new Uint32Array(table.length);
  const outcomes = new Uint8Array(table.length);
  const revisionOf = new Int32Array(table.length);
  const payloadOf = new Int32Array(table.length);
  const hasVolume = role.instrumentClass === "stock" || role.instrumentClass === "fund";
  const newestOfStart = new Map<number, number>();
  const accepted: number[] = [];
  for (const [ordinal, payload] of payloads.entries()) {
    payloadOf.fill(ordinal, payload.fromRow, payload.toRow);
    for (let row = payload.fromRow; row < payload.toRow; row++) {
      const day = table.day[row] ?? 0;
      const endsAtMs = ((table.startMinute[row] ?? 0) + barMinutes) * MS_PER_MINUTE;
      const unsettled = endsAtMs > payload.fetchedAtMs ? SESSION_NOT_WHOLE : 0;
      reasons[row] = judgeValues(table, row, hasVolume) | judgeDay(day, day, sessions) | unsettled;
    }
    markDuplicateStarts(table, payload, reasons);
    for (let row = payload.fromRow; row < payload.toRow; row++) {
      if (reasons[row] !== 0) continue;
      const start = table.startMinute[row] ?? 0;
      const known = newestOfStart.get(start);
      if (known !== undefined && isSameBar(table, known, row)) {
        outcomes[row] = OUTCOME_CONFIRMING;
        continue;
      }
      revisionOf[row] = known === undefined ? 0 : (revisionOf[known] ?? 0) + 1;
      outcomes[row] = OUTCOME_ACCEPTED;
      newestOfStart.set(start, row);
      accepted.push(row);
    }
  }
  accepted.sort(
    (a, b) =>
      (table.startMinute[a] ?? 0) - (table.startMinute[b] ?? 0) ||
      (revisionOf[a] ?? 0) - (revisionOf[b] ?? 0),
  );
  return { reasons, outcomes, revisionOf, payloadOf, accepted: Int32Array.from(accepted) };
}
