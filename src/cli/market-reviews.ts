/** The open reviews of a market, and which of them hold time. */
import type { BuildReport } from "#contracts/snapshot.ts";
import { type MarketDataContext, rdtOf } from "#curation/market-context.ts";
import { type OpenReview, listOpenReviews, sessionsPassed } from "#truth/reviews.ts";
import type { Gate1Decision } from "#truth/run-gate1.ts";

/** Reviews of a report that wait for a decision, seen with gate 1's judgement of the snapshot. */
export function openReviews(
  context: MarketDataContext,
  report: BuildReport,
  decision: Gate1Decision,
): OpenReview[] {
  const blocking = context.proxies.roles.filter((role) => role.blocking);
  const heldSessions = sessionsHeldByUniverse(decision);
  const reviews = listOpenReviews(context.market.id, report, context.events, {
    required: new Set(blocking.map((role) => role.symbol)),
    isAccepted: (symbol, session) => decision.refusals(symbol, session) === undefined,
    passed: sessionsPassed(
      context.calendar,
      { ctt: context.events.ctt, rdt: rdtOf(context) },
      context.settings.thresholds.first_load_sessions,
    ),
  });
  const proxies = new Set(context.proxies.roles.map((role) => role.symbol));
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
