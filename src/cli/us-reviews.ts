/** The open reviews of the US market, and which of them hold time. */
import type { BuildReport } from "#contracts/snapshot.ts";
import type { UsDataContext } from "#markets/us/us-data-context.ts";
import { type OpenReview, listOpenReviews, sessionsPassed } from "#truth/reviews.ts";
import type { Gate1Decision } from "#truth/run-gate1.ts";
import { rdtOf } from "./us-open.ts";

/** Reviews of a report that wait for a decision, seen with gate 1's judgement of the snapshot. */
export function usOpenReviews(
  us: UsDataContext,
  report: BuildReport,
  decision: Gate1Decision,
): OpenReview[] {
  const blocking = us.proxies.roles.filter((role) => role.blocking);
  const heldSessions = sessionsHeldByUniverse(decision);
  const reviews = listOpenReviews("us", report, us.events, {
    required: new Set(blocking.map((role) => role.symbol)),
    isAccepted: (symbol, session) => decision.refusals(symbol, session) === undefined,
    passed: sessionsPassed(
      us.calendar,
      { ctt: us.events.ctt, rdt: rdtOf(us) },
      us.settings.thresholds.first_load_sessions,
    ),
  });
  const proxies = new Set(us.proxies.roles.map((role) => role.symbol));
  return reviews.map((review) => {
    const holdsCoverage = !proxies.has(review.symbol) && heldSessions.has(review.session);
    return holdsCoverage ? { ...review, holds: true } : review;
  });
}

/** Sessions that wait only for reviews of the universe. */
function sessionsHeldByUniverse(decision: Gate1Decision): ReadonlySet<unknown> {
  const reasons = decision.verdict.reasons.filter(({ rule }) => rule === "UNIVERSE_REVIEWS_OPEN");
  return new Set(reasons.map(({ facts }) => facts["session"]));
}
