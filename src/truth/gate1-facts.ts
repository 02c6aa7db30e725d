/**
 * Puts together what gate 1 decides on: the accepted sessions of a snapshot, its report, the
 * waivers and the universe, seen through the calendar. Pure once the sessions are read.
 */
import type { BuildReport, SymbolReport } from "#contracts/snapshot.ts";
import type { Thresholds } from "#contracts/settings.ts";
import { type Calendar, sessionIndexOf, sessionsBefore } from "#core/calendar.ts";
import type { ProxySet } from "#core/market-definition.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import type { AcceptedSessions } from "./coverage-store.ts";
import type { CttFacts, Refusal, RequiredSymbol } from "./gate1/market-verdict.ts";
import { waiverKey } from "./truth-events.ts";
import { type UniverseMember, universeCoverage } from "./universe-coverage.ts";

export type Gate1Inputs = {
  readonly calendar: Calendar;
  readonly proxies: ProxySet;
  readonly universe: readonly UniverseMember[];
  readonly report: BuildReport;
  readonly accepted: AcceptedSessions;
  readonly waivers: ReadonlySet<string>;
  readonly ctt: string | null;
  /** The session at which truth time began. */
  readonly firstCtt: string | null;
  readonly rdt: string | null;
  readonly thresholds: Thresholds;
};

/** Facts for `decideCtt`. */
export function makeCttFacts(inputs: Gate1Inputs): CttFacts {
  const { calendar, thresholds } = inputs;
  const dateOf = (session: number): string => dateOfDayNumber(calendar.sessions[session] ?? 0);
  const blocking = inputs.proxies.roles.filter((role) => role.blocking);
  return {
    sessions: { count: calendar.sessions.length, dateOf },
    ctt: indexOfDate(calendar, inputs.ctt),
    firstCtt: indexOfDate(calendar, inputs.firstCtt),
    rdt: indexOfDate(calendar, inputs.rdt),
    required: blocking.map((role) => requiredSymbol(inputs, role.symbol, role.role, dateOf)),
    universe: universeCoverage(inputs),
    firstLoadSessions: thresholds.first_load_sessions,
    failedShareMax: thresholds.coverage_failed_share_max,
  };
}

/** Index of a session date; of the newest session before it when the calendar was corrected since. */
export function indexOfDate(calendar: Calendar, date: string | null): number {
  if (date === null) return -1;
  const day = dayNumberOf(sessionDate(date));
  const exact = sessionIndexOf(calendar, day);
  return exact >= 0 ? exact : sessionsBefore(calendar, day) - 1;
}

function requiredSymbol(
  inputs: Gate1Inputs,
  symbol: string,
  role: string,
  dateOf: (session: number) => string,
): RequiredSymbol {
  const report = inputs.report.symbols.find((one) => one.symbol === symbol);
  const accepted = inputs.accepted.bySymbol.get(symbol) ?? new Set<string>();
  const newestReceived = report?.newestReceived ?? null;
  return {
    symbol,
    role,
    firstAccepted: indexOfDate(inputs.calendar, report?.firstAccepted ?? null),
    isAccepted: (session) => accepted.has(dateOf(session)),
    isWaived: (session) => inputs.waivers.has(waiverKey(symbol, dateOf(session))),
    refusalOf: (session) => refusalOf(inputs.report, report, newestReceived, dateOf(session)),
  };
}

function refusalOf(
  all: BuildReport,
  report: SymbolReport | undefined,
  newestReceived: string | null,
  date: string,
): Refusal {
  const open = all.reviews.filter(
    (review) =>
      review.symbol === report?.symbol &&
      review.decision === "open" &&
      (review.session === date || review.rule === "BASIS_MISMATCH"),
  );
  if (open.length > 0) {
    const rules = [...new Set(open.map((review) => review.rule))];
    return { kind: "PARKED", reviews: open.map((review) => review.id), rules };
  }
  const rejected = report?.rejectedNewest.find((one) => one.session === date);
  if (rejected) return { kind: "REJECTED", rules: rejected.rules };
  return newestReceived !== null && date <= newestReceived
    ? { kind: "MISSING" }
    : { kind: "NOT_RECEIVED" };
}
