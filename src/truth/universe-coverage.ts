/**
 * Who of the universe owes a row for a session, and how many did not give one (decision 3). Pure;
 * how many may fail is gate 1's to decide.
 */
import type { BuildReport } from "#contracts/snapshot.ts";
import { type Calendar, sessionsBefore } from "#core/calendar.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import type { AcceptedSessions } from "./coverage-store.ts";
import type { UniverseCoverage } from "./gate1/market-verdict.ts";

/** A symbol of the universe, and the day from which the listing no longer has it. */
export type UniverseMember = { readonly symbol: string; readonly delistedOn: string | null };

/**
 * What a member owes, as indices of sessions: a row from the first accepted one on, and before it for
 * sessions whose rows were refused or are parked. A symbol can be missing only after its first row.
 */
type Debt = {
  readonly symbol: string;
  /** Index of the first accepted session; past the calendar's end when there is none. */
  readonly from: number;
  /** Index from which the symbol is no longer listed. */
  readonly until: number;
  /** Sessions with an open review; `everywhere` when the whole symbol is parked. */
  readonly parkedOn: ReadonlySet<number>;
  readonly rejectedOn: ReadonlySet<number>;
  readonly everywhere: boolean;
};

/** Coverage of the universe by session, for `decideCtt`. */
export function universeCoverage(of: {
  readonly universe: readonly UniverseMember[];
  readonly report: BuildReport;
  readonly accepted: AcceptedSessions;
  readonly calendar: Calendar;
}): UniverseCoverage {
  const { universe, report, accepted, calendar } = of;
  const debts = debtsOf(universe, report, calendar);
  const expected = countDebts(debts, calendar.sessions.length);
  const parked = debts.filter((debt) => debt.everywhere || debt.parkedOn.size > 0);
  const dateOf = (session: number): string => dateOfDayNumber(calendar.sessions[session] ?? 0);
  return {
    size: universe.length,
    expected: (session) => expected[session] ?? 0,
    failed: (session) =>
      (expected[session] ?? 0) - (accepted.universeCounts.get(dateOf(session)) ?? 0),
    parked: (session) =>
      parked.filter(
        (debt) =>
          owes(debt, session) &&
          (debt.everywhere || debt.parkedOn.has(session)) &&
          accepted.bySymbol.get(debt.symbol)?.has(dateOf(session)) !== true,
      ).length,
  };
}

/** Members that owe a row for a session. */
export function expectedMembers(
  universe: readonly UniverseMember[],
  report: BuildReport,
  calendar: Calendar,
  date: string,
): string[] {
  const session = indexFrom(calendar, date);
  return debtsOf(universe, report, calendar)
    .filter((debt) => owes(debt, session))
    .map((debt) => debt.symbol);
}

/** Members with an open review, and the sessions that the reviews are about. */
export function reviewedMembers(
  universe: readonly UniverseMember[],
  report: BuildReport,
): { readonly symbols: readonly string[]; readonly sessions: readonly string[] } {
  const members = new Set(universe.map((member) => member.symbol));
  const reviews = openReviews(report).filter((review) => members.has(review.symbol));
  return {
    symbols: [...new Set(reviews.map((review) => review.symbol))],
    sessions: [...new Set(reviews.map((review) => review.session))],
  };
}

function debtsOf(
  universe: readonly UniverseMember[],
  report: BuildReport,
  calendar: Calendar,
): Debt[] {
  const reports = new Map(report.symbols.map((one) => [one.symbol, one]));
  const reviewsOf = Map.groupBy(openReviews(report), (review) => review.symbol);
  const end = calendar.sessions.length;
  return universe.flatMap(({ symbol, delistedOn }): Debt[] => {
    const about = reports.get(symbol);
    if (about === undefined) return [];
    const reviews = reviewsOf.get(symbol) ?? [];
    const { firstAccepted, rejectedNewest } = about;
    return [
      {
        symbol,
        from: firstAccepted === null ? end : indexFrom(calendar, firstAccepted),
        until: delistedOn === null ? end : indexFrom(calendar, delistedOn),
        parkedOn: new Set(reviews.map((review) => indexFrom(calendar, review.session))),
        rejectedOn: new Set(rejectedNewest.map((one) => indexFrom(calendar, one.session))),
        everywhere: reviews.some((review) => review.rule === "BASIS_MISMATCH"),
      },
    ];
  });
}

function openReviews(report: BuildReport): BuildReport["reviews"] {
  return report.reviews.filter((review) => review.decision === "open");
}

function owes(debt: Debt, session: number): boolean {
  if (session >= debt.until) return false;
  return (
    debt.everywhere ||
    session >= debt.from ||
    debt.parkedOn.has(session) ||
    debt.rejectedOn.has(session)
  );
}

/** Number of debts by session, counted once for the whole calendar. */
function countDebts(debts: readonly Debt[], sessions: number): Int32Array {
  const counts = new Int32Array(sessions + 1);
  const add = (session: number, change: number): void => {
    counts[session] = (counts[session] ?? 0) + change;
  };
  for (const { from, until, everywhere } of debts) {
    const start = everywhere ? 0 : from;
    if (until <= start) continue;
    add(start, 1);
    add(until, -1);
  }
  for (let session = 1; session < counts.length; session++) add(session, counts[session - 1] ?? 0);
  for (const debt of debts) {
    if (debt.everywhere) continue;
    for (const session of new Set([...debt.parkedOn, ...debt.rejectedOn])) {
      if (session < debt.from && session < debt.until) add(session, 1);
    }
  }
  return counts;
}

/** Index of the first session on or after a date. */
function indexFrom(calendar: Calendar, date: string): number {
  return sessionsBefore(calendar, dayNumberOf(sessionDate(date)));
}
