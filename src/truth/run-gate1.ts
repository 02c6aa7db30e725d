/**
 * `gate ingest`: reads what the snapshot in force holds, lets gate 1 decide, and records the verdict.
 * The ledger entry is the decision; `temporal_state.json` is written from it and repaired by any run.
 */
import { join } from "node:path";
import type { SnapshotManifest } from "#contracts/snapshot.ts";
import type { Thresholds } from "#contracts/settings.ts";
import type { Calendar } from "#core/calendar.ts";
import type { MarketId, ProxySet } from "#core/market-definition.ts";
import type { Verdict, VerdictReason } from "#core/verdict.ts";
import { type DuckDbSession, openDuckDb } from "#lake/duckdb-store.ts";
import { readReport } from "#lake/snapshot-store.ts";
import type { Ledger } from "#ledger/ledger-store.ts";
import { digestOfJson } from "#platform/digest.ts";
import type { Workspace } from "#platform/workspace.ts";
import { readAcceptedSessions, readAcceptedSymbols } from "./coverage-store.ts";
import { indexOfDate, makeCttFacts } from "./gate1-facts.ts";
import {
  type CttFacts,
  type CttVerdict,
  GATE1,
  type Refusal,
  decideCtt,
} from "./gate1/market-verdict.ts";
import { readRefusedRows } from "./quarantine-reader-store.ts";
import type { TruthEvents } from "./truth-events.ts";
import { type UniverseMember, expectedMembers, reviewedMembers } from "./universe-coverage.ts";

/** Symbols that a coverage reason names. */
const EXAMPLES_MAX = 10;

export type Gate1Options = {
  readonly workspace: Workspace;
  readonly market: MarketId;
  readonly calendar: Calendar;
  readonly proxies: ProxySet;
  readonly universe: readonly UniverseMember[];
  readonly thresholds: Thresholds;
  readonly manifest: SnapshotManifest;
  readonly events: TruthEvents;
  readonly rdt: string | null;
  /** Data, decisions or settings came after the snapshot was built: it is judged by nobody then. */
  readonly isStale: boolean;
};

export type Gate1Decision = {
  readonly previous: string | null;
  readonly ctt: string | null;
  readonly moved: boolean;
  readonly verdict: Verdict;
  /** What became of a required symbol's session; undefined when it is accepted or was waived. */
  readonly refusals: (symbol: string, session: string) => Refusal | undefined;
  /** Of `gate ingest`: 0 moved or current, 4 only reviews hold it, 3 anything else does. */
  readonly exitCode: 0 | 3 | 4;
};

/** Decides without recording anything; `truth status` asks the same question. */
export async function decideGate1(options: Gate1Options): Promise<Gate1Decision> {
  const { workspace, market, manifest, events } = options;
  const analyticsDir = workspace.analyticsDir(market);
  const session = await openDuckDb({
    folders: [analyticsDir],
    temporaryDir: join(workspace.stateDir, "duckdb"),
  });
  try {
    const required = options.proxies.roles
      .filter((role) => role.blocking)
      .map((role) => role.symbol);
    const report = readReport(analyticsDir, manifest);
    const accepted = await readAcceptedSessions({
      session,
      analyticsDir,
      manifest,
      named: required,
      reviewed: reviewedMembers(options.universe, report),
      universe: options.universe,
      namedFrom: events.firstCtt,
      after: events.ctt,
    });
    const facts = makeCttFacts({
      calendar: options.calendar,
      proxies: options.proxies,
      universe: options.universe,
      report,
      accepted,
      waivers: events.waivers,
      ctt: events.ctt,
      firstCtt: events.firstCtt,
      rdt: options.rdt,
      thresholds: options.thresholds,
    });
    const decided = options.isStale ? refuseStale(facts) : decideCtt(facts);
    const ctt = decided.ctt < 0 ? null : facts.sessions.dateOf(decided.ctt);
    // A corrected calendar can take the session of CTT away; time still never moves back.
    const moved = ctt !== null && (events.ctt === null || ctt > events.ctt);
    return {
      previous: events.ctt,
      ctt: moved ? ctt : events.ctt,
      moved,
      verdict: await showEvidence(decided.verdict, {
        session,
        analyticsDir,
        quarantineDir: workspace.quarantineDir(market),
        manifest,
        expectedOn: (date) => expectedMembers(options.universe, report, options.calendar, date),
      }),
      refusals: (symbol, date) => {
        const one = facts.required.find((candidate) => candidate.symbol === symbol);
        const at = indexOfDate(options.calendar, date);
        // What lies before the beginning of truth time holds nothing, and its rows were not read.
        const isOld = events.firstCtt !== null && date < events.firstCtt;
        const isSettled = one === undefined || isOld || one.isAccepted(at) || one.isWaived(at);
        return isSettled ? undefined : one.refusalOf(at);
      },
      exitCode: exitCodeOf(decided, moved),
    };
  } finally {
    session.close();
  }
}

/** What a later build would say is not known, so time stays where it is. */
function refuseStale(facts: CttFacts): CttVerdict {
  const says = "data, decisions or settings came after the snapshot in force was built";
  const reasons = [{ rule: "SNAPSHOT_STALE", says, facts: {} }];
  const verdict = { gate: GATE1.id, outcome: "reject" as const, reasons };
  return { ctt: facts.ctt, verdict, onlyReviewsHold: false };
}

/** Records a decision once: again only when something about it changed. */
export function recordGate1(options: Gate1Options, decision: Gate1Decision, ledger: Ledger): void {
  const { snapshot } = options.manifest;
  const verdictDigest = digestOfJson(decision.verdict);
  if (decision.moved && decision.ctt !== null) {
    const { ctt: session, previous } = decision;
    const payload = { session, previous, snapshot, verdictDigest };
    ledger.append({ kind: "CTT_ADVANCED", actor: "gate ingest", payload });
    return;
  }
  if (decision.exitCode === 0) return;
  ledger.appendOnce(
    {
      kind: "GATE1_REFUSED",
      actor: "gate ingest",
      payload: {
        outcome: decision.verdict.outcome === "hold" ? "hold" : "reject",
        ctt: decision.ctt,
        rdt: options.rdt,
        snapshot,
        rules: decision.verdict.reasons.map((reason) => reason.rule),
        verdictDigest,
      },
    },
    options.market,
  );
}

function exitCodeOf(decided: CttVerdict, moved: boolean): 0 | 3 | 4 {
  if (moved || decided.verdict.outcome === "pass") return 0;
  return decided.onlyReviewsHold ? 4 : 3;
}

type Evidence = {
  readonly session: DuckDbSession;
  readonly analyticsDir: string;
  readonly quarantineDir: string;
  readonly manifest: SnapshotManifest;
  readonly expectedOn: (date: string) => readonly string[];
};

/** Adds to each reason what a person wants to see: the refused rows, or the symbols that failed. */
async function showEvidence(verdict: Verdict, evidence: Evidence): Promise<Verdict> {
  const reasons: VerdictReason[] = [];
  for (const reason of verdict.reasons) {
    const shown = await evidenceFor(reason, evidence);
    reasons.push({ ...reason, facts: { ...reason.facts, ...shown } });
  }
  return { ...verdict, reasons };
}

async function evidenceFor(
  reason: VerdictReason,
  evidence: Evidence,
): Promise<VerdictReason["facts"]> {
  const { session: date, symbol } = reason.facts;
  if (typeof date !== "string") return {};
  if (reason.rule === "ROW_REJECTED" && typeof symbol === "string") {
    const { quarantineDir, manifest } = evidence;
    const of = { symbol, session: date };
    return { rows: await readRefusedRows(quarantineDir, manifest.snapshot, of) };
  }
  if (!reason.rule.startsWith("UNIVERSE_")) return {};
  const { session, analyticsDir, manifest } = evidence;
  const symbols = evidence.expectedOn(date);
  const there = await readAcceptedSymbols({ session, analyticsDir, manifest, symbols, date });
  return { examples: symbols.filter((one) => !there.has(one)).slice(0, EXAMPLES_MAX) };
}
