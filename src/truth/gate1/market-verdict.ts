/**
 * Gate 1's verdict for the market: how far Canonical Truth Time can move, and what holds it there
 * (decision 3). Pure; what was accepted of each symbol comes in as facts.
 */
import type { Verdict, VerdictReason } from "#core/verdict.ts";

/** What became of a required symbol's session that is not accepted. */
export type Refusal =
  | {
      readonly kind: "PARKED";
      readonly reviews: readonly string[];
      readonly rules: readonly string[];
    }
  | { readonly kind: "REJECTED"; readonly rules: readonly string[] }
  | { readonly kind: "MISSING" }
  | { readonly kind: "NOT_RECEIVED" };

/** A symbol bound to a blocking role. Indices count the calendar's sessions. */
export type RequiredSymbol = {
  readonly symbol: string;
  readonly role: string;
  /** -1 when nothing of the symbol was ever accepted. */
  readonly firstAccepted: number;
  readonly isAccepted: (session: number) => boolean;
  readonly isWaived: (session: number) => boolean;
  readonly refusalOf: (session: number) => Refusal;
};

/** Counts of the universe by session; proxies are not counted. */
export type UniverseCoverage = {
  /** Symbols named by the settings. */
  readonly size: number;
  /** Symbols that must have a row: accepted once before, not delisted. */
  readonly expected: (session: number) => number;
  readonly failed: (session: number) => number;
  /** Of those that failed, how many only wait for a review. */
  readonly parked: (session: number) => number;
};

export type CttFacts = {
  readonly sessions: { readonly count: number; dateOf(session: number): string };
  /** Index of CTT, -1 on the first load. */
  readonly ctt: number;
  /** Index of the session at which truth time began, -1 on the first load. */
  readonly firstCtt: number;
  /** Index of RDT, -1 when nothing was received. */
  readonly rdt: number;
  readonly required: readonly RequiredSymbol[];
  readonly universe: UniverseCoverage;
  readonly firstLoadSessions: number;
  readonly failedShareMax: number;
};

export type CttVerdict = {
  /** Index of the session that CTT may become; the old one when it cannot move. */
  readonly ctt: number;
  readonly verdict: Verdict;
  /** Whether nothing but open reviews holds it. */
  readonly onlyReviewsHold: boolean;
};

export const GATE1 = {
  id: "GATE_1_INGESTION",
  proves:
    "every required symbol is accepted or waived and the universe is covered, session by session",
  blocking: true,
} as const;

/** Far above what a product of two numbers can be off, far below one symbol. */
const ROUNDING_SLACK = 1e-9;

/** Reasons that an answer to open reviews can lift. */
const REVIEW_REASONS = new Set(["REVIEW_OPEN", "UNIVERSE_REVIEWS_OPEN"]);

/** The universe may always lack one symbol, and never more than the share of those expected. */
function failedMax(facts: CttFacts, session: number): number {
  // 0.29 * 100 is 28.999999999999996, and 29 of 100 is meant.
  const share = facts.universe.expected(session) * facts.failedShareMax + ROUNDING_SLACK;
  return Math.max(1, Math.floor(share));
}

/**
 * Decides how far CTT moves. It never moves back and never past RDT; while a session that it passed has
 * lost its data, it does not move at all.
 */
export function decideCtt(facts: CttFacts): CttVerdict {
  const lost = lostSupport(facts);
  if (lost.length > 0) return makeVerdict(facts.ctt, lost);
  const reached = facts.ctt < 0 ? newestWholeSession(facts) : lastInSequence(facts);
  return makeVerdict(reached, reasonsToStay(facts, reached));
}

function makeVerdict(reached: number, held: readonly VerdictReason[]): CttVerdict {
  const onlyReviewsHold =
    held.length > 0 && held.every((reason) => REVIEW_REASONS.has(reason.rule));
  const outcome = held.length === 0 ? "pass" : onlyReviewsHold ? "hold" : "reject";
  return { ctt: reached, verdict: { gate: GATE1.id, outcome, reasons: held }, onlyReviewsHold };
}

/**
 * What truth time rests on and that is there no more: a file was withdrawn, a symbol parked whole, a role
 * bound to another symbol. Sessions before the first load hold nothing.
 */
function lostSupport(facts: CttFacts): VerdictReason[] {
  if (facts.ctt < 0) return [];
  return facts.required.flatMap((one) => {
    const isLost = (session: number): boolean => !one.isAccepted(session) && !one.isWaived(session);
    const from = Math.max(0, facts.firstCtt, one.firstAccepted);
    const lost: number[] = isLost(facts.ctt) ? [facts.ctt] : [];
    for (let session = facts.ctt - 1; session >= from && one.firstAccepted >= 0; session--) {
      if (isLost(session)) lost.push(session);
    }
    const [newest] = lost;
    if (newest === undefined) return [];
    const date = facts.sessions.dateOf(newest);
    const reason = reasonOfRefusal(one, newest, date);
    const rule = reason.rule === "REVIEW_OPEN" ? reason.rule : "CTT_UNSUPPORTED";
    const says = `truth time has passed ${date}, but ${reason.says}`;
    return [{ rule, says, facts: { ...reason.facts, cause: reason.rule, sessions: lost.length } }];
  });
}

/** Sessions pass one after the other: the first that does not hold stops time. */
function lastInSequence(facts: CttFacts): number {
  let reached = facts.ctt;
  while (reached < facts.rdt && holds(facts, reached + 1)) reached++;
  return reached;
}

/** On a first load the past is whole once for a stretch of sessions, not from the first row on. */
function newestWholeSession(facts: CttFacts): number {
  for (let session = facts.rdt; session >= 0; session--) {
    if (facts.required.every((one) => one.firstAccepted < 0 || one.firstAccepted > session))
      return -1;
    if (!holds(facts, session)) continue;
    if (facts.required.every((one) => brokenBefore(facts, one, session) === undefined))
      return session;
  }
  return -1;
}

function brokenBefore(facts: CttFacts, one: RequiredSymbol, session: number): number | undefined {
  const oldest = Math.max(0, one.firstAccepted, session - facts.firstLoadSessions + 1);
  for (let at = session; at >= oldest; at--) {
    if (!one.isAccepted(at) && !one.isWaived(at)) return at;
  }
  return undefined;
}

function holds(facts: CttFacts, session: number): boolean {
  return (
    facts.required.every((one) => one.isAccepted(session) || one.isWaived(session)) &&
    facts.universe.failed(session) <= failedMax(facts, session)
  );
}

/** The session to explain: the next one, or on a first load the newest that should have passed. */
function heldSession(facts: CttFacts, reached: number): number {
  if (facts.ctt >= 0 || reached >= 0) return reached + 1;
  for (const one of facts.required) {
    const broken = brokenBefore(facts, one, facts.rdt);
    if (broken !== undefined) return broken;
  }
  return facts.rdt;
}

/** Why CTT stays where it is; none when it is at RDT. Without a time there is always a reason. */
function reasonsToStay(facts: CttFacts, reached: number): VerdictReason[] {
  const reasons = reached < facts.rdt ? reasonsAgainst(facts, heldSession(facts, reached)) : [];
  if (reached >= 0 || reasons.length > 0) return reasons;
  const required = facts.required.map((one) => one.symbol);
  return [
    {
      rule: "NOTHING_ACCEPTED",
      says: "no session of a required symbol was received and accepted yet",
      facts: { required },
    },
  ];
}

function reasonsAgainst(facts: CttFacts, session: number): VerdictReason[] {
  const date = facts.sessions.dateOf(session);
  const reasons = facts.required
    .filter((one) => !one.isAccepted(session) && !one.isWaived(session))
    .map((one) => reasonOfRefusal(one, session, date));
  const failed = facts.universe.failed(session);
  const limit = failedMax(facts, session);
  if (failed > limit) {
    const expected = facts.universe.expected(session);
    const parked = facts.universe.parked(session);
    reasons.push({
      rule: failed - parked <= limit ? "UNIVERSE_REVIEWS_OPEN" : "UNIVERSE_COVERAGE",
      says: `${failed} of ${expected} symbols of the universe failed, are parked or missing for ${date}; at most ${limit} may`,
      facts: { session: date, failed, parked, expected, limit },
    });
  }
  return reasons;
}

function reasonOfRefusal(one: RequiredSymbol, session: number, date: string): VerdictReason {
  const refusal = one.refusalOf(session);
  const facts = { symbol: one.symbol, role: one.role, session: date };
  const whose = `${one.symbol} (${one.role}) for ${date}`;
  switch (refusal.kind) {
    case "PARKED":
      return {
        rule: "REVIEW_OPEN",
        says: `${whose} is parked by ${refusal.rules.join(", ")} and waits for a decision`,
        facts: { ...facts, reviews: [...refusal.reviews], rules: [...refusal.rules] },
      };
    case "REJECTED":
      return {
        rule: "ROW_REJECTED",
        says: `${whose} was received but failed ${refusal.rules.join(", ")}`,
        facts: { ...facts, rules: [...refusal.rules] },
      };
    case "MISSING":
      return {
        rule: "SESSION_MISSING",
        says: `${whose} is missing, though later sessions were received`,
        facts,
      };
    case "NOT_RECEIVED":
      return { rule: "NOT_RECEIVED", says: `${whose} has not been received`, facts };
  }
}
