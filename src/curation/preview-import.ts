/**
 * What an import would do: rows, range, gaps, and what gate 1 would refuse or park, judged like the
 * build judges but on the file alone. Pure; writes nothing.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { Thresholds } from "#contracts/settings.ts";
import type { Calendar } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { judgeSymbol } from "./judge-symbol.ts";
import { limitsOf } from "./build-limits.ts";
import { OUTCOME_PARKED, OUTCOME_QUARANTINED } from "./row-outcome.ts";
import { type SymbolRole, type SymbolRows, createSymbolRows } from "./symbol-rows.ts";
import type { BarTable } from "#lake/bar-table.ts";
import { NO_EVENTS } from "#truth/gate1/price-basis.ts";
import { indexSessions, rulesOf } from "#truth/gate1/row-rules.ts";

export type ImportPreview = {
  readonly rows: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly accepted: number;
  readonly quarantined: number;
  readonly parked: number;
  readonly missingSessions: number;
  readonly quarantineByRule: { readonly [rule: string]: number };
  readonly parkedRows: readonly { readonly session: string; readonly rule: string }[];
  readonly largeMoves: readonly string[];
};

/** Judges parsed rows as one payload received at `fetchedAt`. */
export function previewImport(of: {
  readonly symbol: string;
  readonly role: SymbolRole;
  readonly table: BarTable;
  readonly receipt: RawReceipt;
  readonly calendar: Calendar;
  readonly wholeThroughDay: number;
  readonly fetchedAt: EpochMs;
  readonly thresholds: Thresholds;
}): ImportPreview {
  const { table, receipt } = of;
  const asof = receipt.import?.basisAsof ?? null;
  const rows: SymbolRows = {
    ...createSymbolRows(NO_EVENTS),
    symbol: of.symbol,
    role: of.role,
    table,
  };
  rows.payloads.push({
    receipt,
    basis: receipt.import?.basis ?? "raw",
    basisAsofDay: asof === null ? undefined : dayNumberOf(sessionDate(asof)),
    fetchedAtMs: of.fetchedAt,
    wholeThroughDay: of.wholeThroughDay,
    fromRow: 0,
    toRow: table.length,
  });
  const judged = judgeSymbol(rows, {
    market: receipt.market,
    sessions: indexSessions(of.calendar),
    limits: limitsOf(of.thresholds),
    decisions: new Map(),
  });
  const byRule: { [rule: string]: number } = {};
  let quarantined = 0;
  let parked = 0;
  for (let row = 0; row < table.length; row++) {
    if (judged.outcomes[row] === OUTCOME_PARKED) parked++;
    if (judged.outcomes[row] !== OUTCOME_QUARANTINED) continue;
    quarantined++;
    for (const rule of rulesOf(judged.reasons[row] ?? 0)) byRule[rule] = (byRule[rule] ?? 0) + 1;
  }
  const gaps = judged.ofTotals ?? judged;
  const dateOf = (day: number | undefined): string | null =>
    day === undefined ? null : dateOfDayNumber(day);
  return {
    rows: table.length,
    from: dateOf(gaps.firstAcceptedDay),
    to: dateOf(gaps.newestReceivedDay),
    accepted: table.length - quarantined - parked,
    quarantined,
    parked,
    missingSessions: gaps.missingDays.length,
    quarantineByRule: byRule,
    parkedRows: judged.reviews.map(({ session, rule }) => ({ session, rule })),
    largeMoves: judged.largeMoves.map(({ row }) => dateOfDayNumber(table.day[row] ?? 0)),
  };
}
