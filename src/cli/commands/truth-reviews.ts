/** `truth reviews|approve|reject|reopen`: what waits for a person, and what the person says. */
import type { BuildReport } from "#contracts/snapshot.ts";
import { readManifest, readPointedSnapshot, readReport } from "#lake/snapshot-store.ts";
import { inTransaction } from "#platform/state-store.ts";
import { type OpenReview, type ReviewRef, chooseReviews } from "#truth/reviews.ts";
import { decideGate1 } from "#truth/run-gate1.ts";
import { readTruthEvents } from "#truth/truth-events.ts";
import type { CommandInput, RunCommand } from "../command-spec.ts";
import type { CommandContext } from "../command-context.ts";
import { gate1Options, requireIntactLedger } from "../market-gate.ts";
import { type OpenMarket, marketOf, openMarket } from "../market-open.ts";
import { openReviews } from "../market-reviews.ts";
import { dateOption, flagOption, requiredOption, textOption } from "../option-values.ts";
import { type CommandResult, table } from "../output.ts";

export type ReviewVerb = "approve" | "reject" | "reopen";

const KINDS = {
  approve: "REVIEW_APPROVED",
  reject: "REVIEW_REJECTED",
  reopen: "REVIEW_REOPENED",
} as const;

type ListedReview = OpenReview & { readonly decision?: "approved" | "rejected" | undefined };

/** Lists what waits for a decision; with `--all` also what was decided, and how. */
export const runTruthReviews: RunCommand = async (context, input) => {
  const id = marketOf(input);
  const market = openMarket(context, id);
  try {
    const report = reportInForce(market);
    const reviews = report
      ? openReviews(market, report, await decideGate1(gate1Options(market)))
      : [];
    const decided = flagOption(input, "all") ? decidedReviews(market, report?.reviews ?? []) : [];
    const listed: readonly ListedReview[] = [...reviews, ...decided];
    const rows = listed.map((review) => [
      review.id,
      review.symbol,
      review.session,
      review.rule,
      review.decision ?? (review.holds ? "holds time" : ""),
      Object.entries(review.facts)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(" "),
    ]);
    const lines =
      rows.length === 0
        ? ["nothing waits for a decision"]
        : [
            ...table(rows),
            "",
            `next: meridian truth approve|reject ID…${id === "us" ? "" : ` --market ${id}`} --operator NAME --reason TEXT`,
          ];
    return { exitCode: 0, document: { reviews: listed }, lines };
  } finally {
    market.close();
  }
};

/** Reviews of the snapshot in force that a person decided, with what was decided last. */
function decidedReviews(market: OpenMarket, reviews: BuildReport["reviews"]): ListedReview[] {
  return reviews.flatMap(({ id, symbol, session, rule, facts }) => {
    const decision = market.events.decisions.get(id);
    if (decision === undefined) return [];
    return [{ id, market: market.market.id, symbol, session, rule, facts, holds: false, decision }];
  });
}

/** Records a person's decision about reviews. */
export async function runReviewDecision(
  verb: ReviewVerb,
  context: CommandContext,
  input: CommandInput,
): Promise<CommandResult> {
  const id = marketOf(input);
  const market = openMarket(context, id);
  try {
    requireIntactLedger(market);
    const operator = requiredOption(input, "operator");
    const reason = requiredOption(input, "reason");
    const chosen = inTransaction(market.database, () => {
      const candidates = candidatesFor(verb, { ...market, events: readTruthEvents(market.ledger) });
      const reviews = chooseReviews(candidates, {
        ids: input.operands,
        symbol: textOption(input, "symbol"),
        before: dateOption(input, "before"),
      }).map((review) => ({ ...review }));
      if (reviews.length > 0) {
        market.ledger.append({ kind: KINDS[verb], actor: operator, payload: { reviews, reason } });
      }
      return reviews;
    });
    const past = verb === "reopen" ? "reopened" : verb === "approve" ? "approved" : "rejected";
    return {
      exitCode: 0,
      document: { verb, reviews: chosen },
      lines: [
        `${chosen.length} ${chosen.length === 1 ? "review" : "reviews"} ${past} by ${operator}`,
        ...table(
          chosen.map((one) => [one.id, one.symbol, one.session, one.rule]).slice(0, 20),
          "  ",
        ),
        `next: meridian ${id} build makes it effective, then meridian gate ingest --market ${id}`,
      ],
    };
  } finally {
    market.close();
  }
}

/** Open reviews can be decided; decided ones can only be reopened, so that a change of mind is on record. */
function candidatesFor(
  verb: ReviewVerb,
  market: Pick<OpenMarket, "workspace" | "market" | "events">,
): readonly ReviewRef[] {
  const reviews = reportInForce(market)?.reviews ?? [];
  return reviews.filter(({ id }) => market.events.decisions.has(id) === (verb === "reopen"));
}

function reportInForce(market: Pick<OpenMarket, "workspace" | "market">) {
  const analyticsDir = market.workspace.analyticsDir(market.market.id);
  const pointed = readPointedSnapshot(analyticsDir);
  const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
  return manifest ? readReport(analyticsDir, manifest) : undefined;
}
