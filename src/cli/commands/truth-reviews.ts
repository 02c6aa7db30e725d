/** `truth reviews|approve|reject|reopen`: what waits for a person, and what the person says. */
import type { BuildReport } from "#contracts/snapshot.ts";
import { readManifest, readPointedSnapshot, readReport } from "#lake/snapshot-store.ts";
import { inTransaction } from "#platform/state-store.ts";
import { type OpenReview, type ReviewRef, chooseReviews } from "#truth/reviews.ts";
import { decideGate1 } from "#truth/run-gate1.ts";
import { readTruthEvents } from "#truth/truth-events.ts";
import type { CommandInput, RunCommand } from "../command-spec.ts";
import type { CommandContext } from "../command-context.ts";
import { requireUs } from "../market-choice.ts";
import { dateOption, flagOption, requiredOption, textOption } from "../option-values.ts";
import { type CommandResult, table } from "../output.ts";
import { gate1Options, requireIntactLedger } from "../us-gate.ts";
import { type OpenUs, openUs } from "../us-open.ts";
import { usOpenReviews } from "../us-reviews.ts";

export type ReviewVerb = "approve" | "reject" | "reopen";

const KINDS = {
  approve: "REVIEW_APPROVED",
  reject: "REVIEW_REJECTED",
  reopen: "REVIEW_REOPENED",
} as const;

type ListedReview = OpenReview & { readonly decision?: "approved" | "rejected" | undefined };

/** Lists what waits for a decision; with `--all` also what was decided, and how. */
export const runTruthReviews: RunCommand = async (context, input) => {
  requireUs(input);
  const us = openUs(context);
  try {
    const report = reportInForce(us);
    const reviews = report ? usOpenReviews(us, report, await decideGate1(gate1Options(us))) : [];
    const decided = flagOption(input, "all") ? decidedReviews(us, report?.reviews ?? []) : [];
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
            "next: meridian truth approve|reject ID… --operator NAME --reason TEXT",
          ];
    return { exitCode: 0, document: { reviews: listed }, lines };
  } finally {
    us.close();
  }
};

/** Reviews of the snapshot in force that a person decided, with what was decided last. */
function decidedReviews(us: OpenUs, reviews: BuildReport["reviews"]): ListedReview[] {
  return reviews.flatMap(({ id, symbol, session, rule, facts }) => {
    const decision = us.events.decisions.get(id);
    if (decision === undefined) return [];
    return [{ id, market: "us", symbol, session, rule, facts, holds: false, decision }];
  });
}

/** Records a person's decision about reviews. */
export async function runReviewDecision(
  verb: ReviewVerb,
  context: CommandContext,
  input: CommandInput,
): Promise<CommandResult> {
  requireUs(input);
  const us = openUs(context);
  try {
    requireIntactLedger(us);
    const operator = requiredOption(input, "operator");
    const reason = requiredOption(input, "reason");
    const chosen = inTransaction(us.database, () => {
      const candidates = candidatesFor(verb, { ...us, events: readTruthEvents(us.ledger) });
      const reviews = chooseReviews(candidates, {
        ids: input.operands,
        symbol: textOption(input, "symbol"),
        before: dateOption(input, "before"),
      }).map((review) => ({ ...review }));
      if (reviews.length > 0) {
        us.ledger.append({ kind: KINDS[verb], actor: operator, payload: { reviews, reason } });
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
        "next: meridian us build makes it effective, then meridian gate ingest --market us",
      ],
    };
  } finally {
    us.close();
  }
}

/** Open reviews can be decided; decided ones can only be reopened, so that a change of mind is on record. */
function candidatesFor(
  verb: ReviewVerb,
  us: Pick<OpenUs, "workspace" | "events">,
): readonly ReviewRef[] {
  const reviews = reportInForce(us)?.reviews ?? [];
  return reviews.filter(({ id }) => us.events.decisions.has(id) === (verb === "reopen"));
}

function reportInForce(us: Pick<OpenUs, "workspace">) {
  const analyticsDir = us.workspace.analyticsDir("us");
  const pointed = readPointedSnapshot(analyticsDir);
  const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
  return manifest ? readReport(analyticsDir, manifest) : undefined;
}
