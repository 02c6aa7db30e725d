/**
 * Where a market's time stands, on one screen: RDT, CTT, TE, the state, what holds time back and the
 * next command. Reads only; `gate ingest` is what moves anything.
 */
import { z } from "zod";
import type { SnapshotManifest } from "#contracts/snapshot.ts";
import { isCovered, localDayOf, newestCompleteSession, sessionsBefore } from "#core/calendar.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import type { Verdict } from "#core/verdict.ts";
import { readManifest, readPointedSnapshot, readReport } from "#lake/snapshot-store.ts";
import { verifyLedger } from "#ledger/verify-ledger-store.ts";
import { isAskedOnPlan } from "#markets/us/plan-daily.ts";
import { readWorkspaceKind } from "#platform/workspace.ts";
import type { OpenReview } from "#truth/reviews.ts";
import { type Gate1Decision, decideGate1 } from "#truth/run-gate1.ts";
import { type Staleness, decideStaleness } from "#truth/staleness.ts";
import { decideTemporalState } from "#truth/temporal-state.ts";
import type { TemporalView } from "#truth/temporal-store.ts";
import type { CommandContext } from "./command-context.ts";
import { table } from "./output.ts";
import { gate1Options } from "./us-gate.ts";
import { type OpenUs, openUs, rdtOf } from "./us-open.ts";
import { usOpenReviews } from "./us-reviews.ts";
import { snapshotIsStale } from "./us-stale.ts";

export type TruthView = {
  readonly market: string;
  readonly synthetic: boolean;
  readonly rdt: string | null;
  readonly ctt: string | null;
  readonly te: string | null;
  readonly state: string;
  readonly drift: number | null;
  /** Age of RDT against the calendar, by the machine's clock; for people only. */
  readonly staleness: Staleness;
  readonly calendar: string;
  readonly proxySet: string;
  readonly snapshot: string | null;
  /** Gate 1's verdict on the snapshot in force as it stands now; null without a snapshot. */
  readonly verdict: Verdict | null;
  readonly openReviews: number;
  readonly holdingReviews: readonly OpenReview[];
  /** What holds time back, as sentences; empty when nothing does. */
  readonly why: readonly string[];
  readonly next: string;
};

/** Reads the truth of the US market. `decided` is gate 1's answer where it was just given and recorded. */
export async function readTruth(
  context: CommandContext,
  decided?: Gate1Decision,
): Promise<TruthView> {
  const us = openUs(context);
  try {
    return await viewOf(us, context, decided);
  } finally {
    us.close();
  }
}

async function viewOf(
  us: OpenUs,
  context: CommandContext,
  decided: Gate1Decision | undefined,
): Promise<TruthView> {
  const analyticsDir = us.workspace.analyticsDir("us");
  const pointed = readPointedSnapshot(analyticsDir);
  const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
  const rdt = rdtOf(us);
  const { ctt } = us.events;
  const te = null;
  const decision = decided ?? (manifest ? await decideGate1(gate1Options(us)) : undefined);
  const reviews =
    manifest && decision ? usOpenReviews(us, readReport(analyticsDir, manifest), decision) : [];
  const state = decideTemporalState(
    { rdt, ctt, te },
    { corrupt: !verifyLedger(us.database).ok, halted: false },
    (from, to) => sessionsBetween(us, from, to),
  );
  const { plan } = us.settings.us.vendor;
  const standing: Standing = {
    rdt,
    ctt,
    pending: pendingBuild(us, manifest),
    verdict: decision?.verdict,
    moved: decision?.moved === true,
    isFetched: us.proxies.roles.every((role) => !role.blocking || isAskedOnPlan(role, plan)),
  };
  return {
    market: "us",
    synthetic: readWorkspaceKind(context.workspace) === "synthetic",
    rdt,
    ctt,
    te,
    state,
    drift: null,
    staleness: stalenessOf(us, rdt),
    calendar: us.calendar.facts.version,
    proxySet: `${us.proxies.id} ${us.proxies.version}`,
    snapshot: manifest?.snapshot ?? null,
    verdict: decision?.verdict ?? null,
    openReviews: reviews.length,
    holdingReviews: reviews.filter((review) => review.holds),
    why: whyOf(standing),
    next: nextOf({ ...standing, state }),
  };
}

type Standing = {
  readonly rdt: string | null;
  readonly ctt: string | null;
  readonly pending: string | undefined;
  readonly verdict: Verdict | undefined;
  /** Gate 1 would move CTT if it were run. */
  readonly moved: boolean;
  /** The plan has a call for every required symbol. */
  readonly isFetched: boolean;
};

function whyOf({ rdt, ctt, pending, verdict, moved }: Standing): string[] {
  if (rdt === null && ctt === null) return ["nothing was received yet"];
  if (pending !== undefined) return [pending];
  if (moved) return ["gate 1 would pass now and was not run yet"];
  return verdict?.reasons.map((reason) => reason.says) ?? [];
}

function nextOf(standing: Standing & { readonly state: string }): string {
  const { rdt, ctt, pending, verdict, moved, state } = standing;
  if (state === "CORRUPT" && !isRdtLost(standing)) return "meridian ledger verify";
  if (rdt === null && ctt === null) return "meridian us daily, or meridian us import FILE";
  if (pending !== undefined) return "meridian us build";
  if (moved) return "meridian gate ingest --market us";
  const rules = new Set(verdict?.reasons.map((reason) => reason.rule));
  if (rules.has("REVIEW_OPEN") || rules.has("UNIVERSE_REVIEWS_OPEN"))
    return "meridian truth reviews";
  if (rules.has("CTT_UNSUPPORTED"))
    return "meridian us import or us backfill to bring the rows back";
  if (rules.has("NOT_RECEIVED")) {
    return standing.isFetched
      ? "meridian us daily"
      : "meridian us import FILE, or bind another symbol in [us.proxies]";
  }
  if (verdict?.reasons.some(({ facts }) => isRejectedByPerson(facts["rules"]))) {
    return "meridian truth reviews --all, then meridian truth reopen if that was a mistake";
  }
  if (rules.has("ROW_REJECTED") || rules.has("SESSION_MISSING")) {
    return "meridian us import (or us backfill on premium), or truth waive with a recorded decision";
  }
  if (rules.has("UNIVERSE_COVERAGE")) return "meridian us retry, then meridian us build";
  return "meridian us daily, when the next session is over";
}

function isRejectedByPerson(rules: unknown): boolean {
  return Array.isArray(rules) && rules.includes("REVIEW_REJECTED");
}

/** RDT below CTT: what truth time rests on was withdrawn. The ledger may well be whole. */
function isRdtLost({ rdt, ctt }: Standing): boolean {
  return ctt !== null && (rdt === null || rdt < ctt);
}

function stalenessOf(us: OpenUs, rdt: string | null): Staleness {
  const { calendar, clock, settings } = us;
  if (rdt === null || !isCovered(calendar, localDayOf(calendar, clock.wallMs()))) {
    return decideStaleness(null);
  }
  const settle = settings.thresholds.us_settle_minutes;
  const newest = newestCompleteSession(calendar, clock.wallMs(), settle);
  return decideStaleness(Math.max(0, sessionsBetween(us, rdt, dateOfDayNumber(newest))));
}

function pendingBuild(us: OpenUs, manifest: SnapshotManifest | undefined): string | undefined {
  if (!manifest) return "what was received has not been built yet";
  return snapshotIsStale(us, manifest)
    ? "data, decisions or settings came after the snapshot in force was built"
    : undefined;
}

function sessionsBetween(us: OpenUs, from: string, to: string): number {
  const before = (date: string): number =>
    sessionsBefore(us.calendar, dayNumberOf(sessionDate(date)));
  return before(to) - before(from);
}

/** The view as `temporal_state.json` keeps it. */
export function temporalView(truth: TruthView): TemporalView {
  const { market, synthetic, rdt, ctt, te, state, snapshot, calendar, verdict } = truth;
  return { market, synthetic, rdt, ctt, te, state, snapshot, calendar, verdict };
}

function describeStaleness({ state, sessionsBehind }: Staleness): string {
  if (sessionsBehind === null) return state;
  const sessions = sessionsBehind === 1 ? "session" : "sessions";
  return `${state}  ${sessionsBehind} ${sessions} behind the calendar`;
}

/** One screen of text. */
export function describeTruth(truth: TruthView): string[] {
  const time = (value: string | null): string => value ?? "not begun";
  return [
    ...(truth.synthetic ? ["SYNTHETIC data"] : []),
    ...table([
      ["market", truth.market],
      ["state", truth.state],
      ["RDT", `${time(truth.rdt)}  newest completed session received`],
      ["CTT", `${time(truth.ctt)}  newest session validated and accepted`],
      ["TE", `${time(truth.te)}  newest session advanced by a person`],
      ["snapshot", truth.snapshot ?? "none"],
      ["data", describeStaleness(truth.staleness)],
      ["calendar", truth.calendar],
      ["proxies", truth.proxySet],
      ["reviews", `${truth.openReviews} open, ${truth.holdingReviews.length} hold time`],
    ]),
    "",
    ...(truth.why.length === 0
      ? ["nothing holds time back"]
      : ["what holds time back:", ...truth.why.map((sentence) => `  - ${sentence}`)]),
    ...evidenceLines(truth),
    `next: ${truth.next}`,
  ];
}

const refusedRows = z.array(z.object({ raw: z.string(), line: z.number(), text: z.string() }));
const symbolNames = z.array(z.string());

/** The rows and symbols behind the reasons, unless a build would change them anyway. */
function evidenceLines(truth: TruthView): string[] {
  if (truth.why.length === 0 || truth.verdict === null) return [];
  return truth.verdict.reasons.flatMap(({ facts }) => {
    const rows = refusedRows.safeParse(facts["rows"]).data ?? [];
    const names = symbolNames.safeParse(facts["examples"]).data ?? [];
    return [
      ...rows.map((row) => `      ${row.raw} line ${row.line}: ${row.text}`),
      ...(names.length > 0 ? [`      for example ${names.join(", ")}`] : []),
    ];
  });
}
