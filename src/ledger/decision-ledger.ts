/**
 * The Decision Ledger: what named people decided, by id, in the governance ledger. Commands that need a
 * decision ask here whether it exists; whether it suits them is for the people who review it.
 */
import { MeridianError } from "#core/meridian-error.ts";
import { type Ledger, type LedgerEntry, payloadOf } from "./ledger-store.ts";

/** One recorded decision. `refers` names an earlier decision, an epoch, a review; null when absent. */
export type Decision = {
  readonly id: string;
  readonly text: string;
  readonly author: string;
  readonly refers: string | null;
  /** UTC by the machine's clock. */
  readonly recordedAt: string;
  /** Row of the governance ledger. */
  readonly seq: number;
};

export type NewDecision = {
  readonly id: string;
  readonly text: string;
  readonly author: string;
  readonly refers?: string | undefined;
};

export interface DecisionLedger {
  /**
   * Records a decision; the same one again writes nothing and returns what is recorded.
   * @throws DECISION_EXISTS when the id is taken by another text, author or reference
   * @throws ARGUMENT_INVALID when the id is not `D-…`, or text or author is blank or too long
   */
  record(decision: NewDecision): Decision;
  find(id: string): Decision | undefined;
  /** @throws DECISION_UNKNOWN */
  require(id: string): Decision;
  /** All decisions in the order in which they were recorded. */
  list(): Decision[];
}

const ID_PATTERN = /^D-[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
const TEXT_LENGTH_MAX = 4000;
const NAME_LENGTH_MAX = 200;

/** Opens the Decision Ledger on the ledger of `system.sqlite`. */
export function openDecisionLedger(systemLedger: Ledger): DecisionLedger {
  const list = () =>
    systemLedger.entries({ kinds: ["DECISION_RECORDED"] }).map((entry) => decisionOf(entry));
  const find = (id: string) => list().find((decision) => decision.id === id);
  return {
    list,
    find,
    require: (id) => {
      const decision = find(id);
      if (decision !== undefined) return decision;
      throw new MeridianError("DECISION_UNKNOWN", {
        message: `the Decision Ledger has no entry ${id}`,
        facts: { decision: id },
      });
    },
    record: (decision) => {
      checkDecision(decision);
      const { id, text, author, refers } = decision;
      const standing = decisionOf(
        systemLedger.appendFirst(
          {
            kind: "DECISION_RECORDED",
            actor: author,
            payload: { id, text, author, ...(refers === undefined ? {} : { refers }) },
          },
          id,
        ),
      );
      const isSame =
        standing.text === text &&
        standing.author === author &&
        standing.refers === (refers ?? null);
      if (isSame) return standing;
      throw new MeridianError("DECISION_EXISTS", {
        message: `${id} was recorded by ${standing.author} on ${standing.recordedAt} with other words`,
        facts: { decision: id, author: standing.author, recordedAt: standing.recordedAt },
      });
    },
  };
}

function decisionOf(entry: LedgerEntry): Decision {
  const { id, text, author, refers } = payloadOf(entry, "DECISION_RECORDED");
  return { id, text, author, refers: refers ?? null, recordedAt: entry.recordedAt, seq: entry.seq };
}

function checkDecision({ id, text, author, refers }: NewDecision): void {
  if (!ID_PATTERN.test(id)) {
    throw invalid(`--id must be D- and letters, digits, ".", "_" or "-", was "${id}"`);
  }
  if (text.trim() === "" || text.length > TEXT_LENGTH_MAX) {
    throw invalid(`--text must have 1 to ${TEXT_LENGTH_MAX} characters, has ${text.length}`);
  }
  if (author.trim() === "" || author.length > NAME_LENGTH_MAX) {
    throw invalid(`--author must name a person in 1 to ${NAME_LENGTH_MAX} characters`);
  }
  if (refers !== undefined && (refers.trim() === "" || refers.length > NAME_LENGTH_MAX)) {
    throw invalid(`--refers must name something in 1 to ${NAME_LENGTH_MAX} characters`);
  }
}

function invalid(message: string): MeridianError {
  return new MeridianError("ARGUMENT_INVALID", { message });
}
