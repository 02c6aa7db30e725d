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
import type {
  CttFacts,
  Refusal,
  RequiredSymbol,
  UniverseCoverage,
} from "./gate1/market-verdict.ts";
import { waiverKey } from "./truth-events.ts";

/** A symbol of the universe, and the day from which the listing no longer has it. */
export type UniverseMember = { readonly symbol: string; readonly delistedOn: string | null };

export type Gate1Inputs = {
  readonly calendar: Calendar;
  readonly proxies: ProxySet;
  readonly universe: readonly UniverseMember[];
  readonly report: BuildReport;
  readonly accepted: AcceptedSessions;
  readonly waivers: ReadonlySet<string>;
  readonly ctt: string | null;
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
    rdt: indexOfDate(calendar, inputs.rdt),
    required: blocking.map((role) => requiredSymbol(inputs, role.symbol, role.role, dateOf)),
    universe: universeCoverage(inputs, dateOf),
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
  const accepted = inputs.accepted.required.get(symbol) ?? new Set<string>();
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

/** Members that must have a row for a date: accepted once before, and not delisted since. */
export function expectedMembers(
  universe: readonly UniverseMember[],
  report: BuildReport,
  date: string,
): string[] {
  const firstAccepted = new Map(report.symbols.map((one) => [one.symbol, one.firstAccepted]));
  return universe
    .filter(({ symbol, delistedOn }) => {
      const first = firstAccepted.get(symbol) ?? null;
      return first !== null && first <= date && (delistedOn === null || date < delistedOn);
    })
    .map(({ symbol }) => symbol);
}

function universeCoverage(
  inputs: Gate1Inputs,
  dateOf: (session: number) => string,
): UniverseCoverage {
  const { universe, report, accepted, calendar } = inputs;
  const names = new Set(universe.map((member) => member.symbol));
  const open = report.reviews.filter(
    (review) => review.decision === "open" && names.has(review.symbol),
  );
  const expected = expectedCounts(universe, report, calendar);
  return {
    size: universe.length,
    expected: (session) => expected[session] ?? 0,
    failed: (session) => {
      const there = accepted.universeCounts.get(dateOf(session)) ?? 0;
      return Math.max(0, (expected[session] ?? 0) - there);
    },
    parked: (session) => {
      const date = dateOf(session);
      const parked = open.filter((one) => one.session === date || one.rule === "BASIS_MISMATCH");
      return new Set(parked.map((review) => review.symbol)).size;
    },
  };
}

/** Size of `expectedMembers` by session index, counted once for the whole calendar. */
function expectedCounts(
  universe: readonly UniverseMember[],
  report: BuildReport,
  calendar: Calendar,
): Int32Array {
  const firstAccepted = new Map(report.symbols.map((one) => [one.symbol, one.firstAccepted]));
  const counts = new Int32Array(calendar.sessions.length + 1);
  const indexFrom = (date: string): number =>
    sessionsBefore(calendar, dayNumberOf(sessionDate(date)));
  for (const { symbol, delistedOn } of universe) {
    const first = firstAccepted.get(symbol) ?? null;
    if (first === null) continue;
    const from = indexFrom(first);
    const until = delistedOn === null ? calendar.sessions.length : indexFrom(delistedOn);
    if (until <= from) continue;
    counts[from] = (counts[from] ?? 0) + 1;
    counts[until] = (counts[until] ?? 0) - 1;
  }
  for (let session = 1; session < counts.length; session++) {
    counts[session] = (counts[session] ?? 0) + (counts[session - 1] ?? 0);
  }
  return counts;
}
