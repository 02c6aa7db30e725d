/** Open reviews as people see them, and the choice of those that a decision is about. Pure. */
import type { BuildReport, ParkedRow } from "#contracts/snapshot.ts";
import type { Calendar } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { indexOfDate } from "./gate1-facts.ts";
import type { TruthEvents } from "./truth-events.ts";

export type OpenReview = {
  readonly id: string;
  readonly market: string;
  readonly symbol: string;
  readonly session: string;
  readonly rule: ParkedRow["rule"];
  readonly facts: ParkedRow["facts"];
  /** Whether Canonical Truth Time cannot pass the session without an answer. */
  readonly holds: boolean;
};

/**
 * Reviews without a decision, by session then symbol. `required` are the symbols of blocking roles;
 * only sessions after `passed` can hold time (see `sessionsPassed`).
 */
export function listOpenReviews(
  market: string,
  report: BuildReport,
  events: TruthEvents,
  about: {
    readonly required: ReadonlySet<string>;
    readonly passed: string | null;
    /** Whether the session has an accepted row all the same: an earlier revision. */
    readonly isAccepted?: ((symbol: string, session: string) => boolean) | undefined;
  },
): OpenReview[] {
  const { required, passed, isAccepted } = about;
  return report.reviews
    .filter((review) => !events.decisions.has(review.id))
    .map(({ id, symbol, session, rule, facts }) => {
      const ofSymbol = rule === "BASIS_MISMATCH";
      const isAhead = passed === null || session > passed;
      const isOpen = ofSymbol || (isAhead && isAccepted?.(symbol, session) !== true);
      return { id, market, symbol, session, rule, facts, holds: required.has(symbol) && isOpen };
    })
    .sort((a, b) => (`${a.session} ${a.symbol}` < `${b.session} ${b.symbol}` ? -1 : 1));
}

/**
 * The newest session that no review holds any more: CTT, or before the first load the one before the
 * stretch that must be whole. Null while everything counts.
 */
export function sessionsPassed(
  calendar: Calendar,
  times: { readonly ctt: string | null; readonly rdt: string | null },
  firstLoadSessions: number,
): string | null {
  if (times.ctt !== null || times.rdt === null) return times.ctt;
  const day = calendar.sessions[indexOfDate(calendar, times.rdt) - firstLoadSessions];
  return day === undefined ? null : dateOfDayNumber(day);
}

/** How an operator names reviews: by id; or all of a symbol, all before a date, or both of these. */
export type ReviewChoice = {
  readonly ids: readonly string[];
  readonly symbol?: string | undefined;
  readonly before?: string | undefined;
};

export type ReviewRef = Pick<ParkedRow, "id" | "symbol" | "session" | "rule">;

/**
 * The reviews that a decision is about.
 * @throws ARGUMENT_INVALID when nothing is named or both ways are mixed, REVIEW_UNKNOWN when an id is
 * not among them
 */
export function chooseReviews(candidates: readonly ReviewRef[], choice: ReviewChoice): ReviewRef[] {
  const { ids, symbol, before } = choice;
  if (ids.length === 0 && symbol === undefined && before === undefined) {
    throw new MeridianError("ARGUMENT_INVALID", {
      message: "name the reviews: their ids, or --symbol, or --before DATE",
      facts: { option: "ID" },
    });
  }
  if (ids.length > 0 && (symbol !== undefined || before !== undefined)) {
    throw new MeridianError("ARGUMENT_INVALID", {
      message: "name the reviews by their ids, or by --symbol and --before, not by both",
      facts: { option: symbol === undefined ? "--before" : "--symbol" },
    });
  }
  const unknown = ids.find((id) => !candidates.some((review) => review.id === id));
  if (unknown !== undefined) {
    throw new MeridianError("REVIEW_UNKNOWN", {
      message: `no review ${unknown} is waiting for this`,
      facts: { review: unknown },
    });
  }
  const chosen = candidates.filter((review) =>
    ids.length > 0
      ? ids.includes(review.id)
      : (symbol === undefined || review.symbol === symbol) &&
        (before === undefined || review.session < before),
  );
  return chosen.map(({ id, symbol: of, session, rule }) => ({ id, symbol: of, session, rule }));
}
