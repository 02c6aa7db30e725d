/**
 * Where a market's time stands, on one screen: RDT, CTT, TE, the state, what holds time back and the
 * next command. Reads only; `gate ingest` is what moves anything.
 */
import { z } from "zod";
import type { MinuteSummary, SnapshotManifest } from "#contracts/snapshot.ts";
import { isCovered, localDayOf, newestCompleteSession, sessionsBefore } from "#core/calendar.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import type { MarketId, ProxyGap } from "#core/market-definition.ts";
import type { Verdict } from "#core/verdict.ts";
import { rdtOf } from "#curation/market-context.ts";
import { snapshotIsStale } from "#curation/snapshot-staleness.ts";
import { readManifest, readPointedSnapshot, readReport } from "#lake/snapshot-store.ts";
import { verifyLedger } from "#ledger/verify-ledger-store.ts";
import { readWorkspaceKind } from "#platform/workspace.ts";
import type { OpenReview } from "#truth/reviews.ts";
import { type Gate1Decision, decideGate1 } from "#truth/run-gate1.ts";
import { type Staleness, decideStaleness } from "#truth/staleness.ts";
import { decideTemporalState } from "#truth/temporal-state.ts";
import type { TemporalView } from "#truth/temporal-store.ts";
import type { CommandContext } from "./command-context.ts";
import { type MarketAdvice, adviceFor } from "./market-advice.ts";
import { gate1Options } from "./market-gate.ts";
import { type OpenMarket, openMarket } from "./market-open.ts";
import { minuteLines, minutesOf } from "./minutes-screen.ts";
import { openReviews } from "./market-reviews.ts";
import { describeReceived } from "./received-screen.ts";
import { table } from "./output.ts";

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
  /** Roles without a source, where the set declares any. */
  readonly proxyGaps?: readonly ProxyGap[] | undefined;
  readonly snapshot: string | null;
  /** Gate 1's verdict on the snapshot in force as it stands now; null without a snapshot. */
  readonly verdict: Verdict | null;
  /** The minute candles of CTT's session, or of their newest while there is no CTT, where the market has any: reported, and holding nothing. */
  readonly minutes?: readonly MinuteSummary[] | undefined;
  readonly openReviews: number;
  readonly holdingReviews: readonly OpenReview[];
  /** What holds time back, as sentences; empty when nothing does. */
  readonly why: readonly string[];
  readonly next: string;
};

/** Reads the truth of a market. `decided` is gate 1's answer where it was just given and recorded. */
export async function readTruth(
  context: CommandContext,
  id: MarketId,
  decided?: Gate1Decision,
): Promise<TruthView> {
  const opened = openMarket(context, id);
  try {
    return await viewOf(opened, decided);
  } finally {
    opened.close();
  }
}

async function viewOf(opened: OpenMarket, decided: Gate1Decision | undefined): Promise<TruthView> {
  const { market, workspace, proxies } = opened;
  const analyticsDir = workspace.analyticsDir(market.id);
  const pointed = readPointedSnapshot(analyticsDir);
  const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
  const rdt = rdtOf(opened);
  const { ctt } = opened.events;
  const te = null;
  const decision = decided ?? (manifest ? await decideGate1(gate1Options(opened)) : undefined);
  const report = manifest && decision ? readReport(analyticsDir, manifest) : undefined;
  const reviews = report && decision ? openReviews(opened, report, decision) : [];
  const receipts = opened.rawStore
    .receipts()
    .filter(
      ({ id, kind }) => !market.referenceKinds.includes(kind) && !opened.events.withdrawn.has(id),
    );
  const staleness = stalenessOf(opened, rdt);
  const state = decideTemporalState(
    { rdt, ctt, te },
    { corrupt: !verifyLedger(opened.database).ok, halted: false },
    (from, to) => sessionsBetween(opened, from, to),
  );
  const standing: Standing = {
    rdt,
    ctt,
    received: describeReceived(receipts, report?.minutes ?? []),
    staleness,
    pending: pendingBuild(opened, manifest),
    verdict: decision?.verdict,
    moved: decision?.moved === true,
    market: market.id,
    advice: adviceFor(opened),
  };
  return {
    market: market.id,
    synthetic: readWorkspaceKind(workspace) === "synthetic",
    rdt,
    ctt,
    te,
    state,
    drift: null,
    staleness,
    calendar: opened.calendar.facts.version,
    proxySet: `${proxies.id} ${proxies.version}`,
    ...(proxies.gaps === undefined ? {} : { proxyGaps: proxies.gaps }),
    snapshot: manifest?.snapshot ?? null,
    verdict: decision?.verdict ?? null,
    ...(report?.minutes === undefined ? {} : { minutes: minutesOf(report, ctt) }),
    openReviews: reviews.length,
    holdingReviews: reviews.filter((review) => review.holds),
    why: whyOf(standing),
    next: nextOf({ ...standing, state }),
  };
}

type Standing = {
  readonly rdt: string | null;
  readonly ctt: string | null;
  /** What there is while no session of daily prices is; `undefined` when that is nothing. */
  readonly received: string | undefined;
  readonly staleness: Staleness;
  readonly pending: string | undefined;
  readonly verdict: Verdict | undefined;
  /** Gate 1 would move CTT if it were run. */
  readonly moved: boolean;
  readonly market: MarketId;
  readonly advice: MarketAdvice;
};

function whyOf({ rdt, ctt, received, pending, verdict, moved }: Standing): string[] {
  if (rdt === null && ctt === null) {
    if (received === undefined) return ["nothing was received yet"];
    return pending === undefined ? [received] : [received, pending];
  }
  if (pending !== undefined) return [pending];
  if (moved) return ["gate 1 would pass now and was not run yet"];
  return verdict?.reasons.map((reason) => reason.says) ?? [];
}

function nextOf(standing: Standing & { readonly state: string }): string {
  const { rdt, ctt, received, pending, verdict, moved, state, market, advice } = standing;
  const toReviews = `meridian truth reviews${market === "us" ? "" : ` --market ${market}`}`;
  if (state === "CORRUPT" && !isRdtLost(standing)) return "meridian ledger verify";
  if (rdt === null && ctt === null && (received === undefined || pending === undefined)) {
    return advice.receive;
  }
  if (pending !== undefined) return `meridian ${market} build`;
  if (moved) return `meridian gate ingest --market ${market}`;
  const rules = new Set(verdict?.reasons.map((reason) => reason.rule));
  if (rules.has("REVIEW_OPEN") || rules.has("UNIVERSE_REVIEWS_OPEN")) return toReviews;
  if (rules.has("CTT_UNSUPPORTED")) return advice.bringBack;
  const toFetch = advice.isFetched ? advice.fetch : advice.bring;
  if (rules.has("NOT_RECEIVED")) return toFetch;
  if (verdict?.reasons.some(({ facts }) => isRejectedByPerson(facts["rules"]))) {
    return `${toReviews} --all, then meridian truth reopen if that was a mistake`;
  }
  if (rules.has("ROW_REJECTED") || rules.has("SESSION_MISSING")) return advice.replace;
  if (rules.has("UNIVERSE_COVERAGE")) return advice.retry;
  const { sessionsBehind } = standing.staleness;
  if (sessionsBehind !== null && sessionsBehind > 0) return toFetch;
  return `${advice.fetch}, when the next session is over`;
}

function isRejectedByPerson(rules: unknown): boolean {
  return Array.isArray(rules) && rules.includes("REVIEW_REJECTED");
}

/** RDT below CTT: what truth time rests on was withdrawn. The ledger may well be whole. */
function isRdtLost({ rdt, ctt }: Standing): boolean {
  return ctt !== null && (rdt === null || rdt < ctt);
}

function stalenessOf(opened: OpenMarket, rdt: string | null): Staleness {
  const { calendar, clock, settings, market } = opened;
  if (rdt === null || !isCovered(calendar, localDayOf(calendar, clock.wallMs()))) {
    return decideStaleness(null);
  }
  const settle = market.settleMinutes(settings.thresholds);
  const newest = newestCompleteSession(calendar, clock.wallMs(), settle);
  return decideStaleness(Math.max(0, sessionsBetween(opened, rdt, dateOfDayNumber(newest))));
}

function pendingBuild(
  opened: OpenMarket,
  manifest: SnapshotManifest | undefined,
): string | undefined {
  if (!manifest) return "what was received has not been built yet";
  return snapshotIsStale(opened, manifest)
    ? "data, decisions or settings came after the snapshot in force was built"
    : undefined;
}

function sessionsBetween(opened: OpenMarket, from: string, to: string): number {
  const before = (date: string): number =>
    sessionsBefore(opened.calendar, dayNumberOf(sessionDate(date)));
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

function gapsOf(gaps: readonly ProxyGap[]): string {
  const [first] = gaps;
  return `${gaps.map((gap) => gap.role).join(", ")}: ${first?.why ?? ""}`;
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
      ...(truth.proxyGaps === undefined ? [] : [["no source", gapsOf(truth.proxyGaps)]]),
      ["reviews", `${truth.openReviews} open, ${truth.holdingReviews.length} hold time`],
    ]),
    "",
    ...(truth.why.length === 0
      ? ["nothing holds time back"]
      : ["what holds time back:", ...truth.why.map((sentence) => `  - ${sentence}`)]),
    ...evidenceLines(truth),
    ...minuteLines(truth.minutes),
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
