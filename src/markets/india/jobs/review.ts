/**
 * The end-of-day review of a session: the tick log is replayed, the canonical candles are read from the
 * snapshot in force, and both are held against the vendor's candles that lie in raw. Asks nobody; who wants
 * the comparison fetches first.
 */
import { join } from "node:path";
import type { IndiaReview } from "#contracts/india-review.ts";
import { type SessionDate, parseSessionDate } from "#core/session-date.ts";
import { must } from "#core/assert.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import { openDuckDb, sqlText } from "#lake/duckdb-store.ts";
import { PART_FOLDERS, readManifest, readPointedSnapshot } from "#lake/snapshot-store.ts";
import { readWorkspaceKind } from "#platform/workspace.ts";
import { readCandles } from "../candles/candle-reader-store.ts";
import { type CandleTable, createCandleTable } from "../candles/candle-table.ts";
import { type SessionRebuild, rebuildSession } from "../candles/rebuild-session.ts";
import { observeDay } from "../momentum/observe-day.ts";
import type { ReviewInputs } from "../review/review-inputs.ts";
import { type RestPayload, restCandlesOf } from "../review/rest-candles.ts";
import { type WrittenReview, readReview, writeReview } from "../review/review-store.ts";
import type { RestFailureNote } from "../session/rest-minutes.ts";
import { parseCandles } from "../smartapi/parse-candles.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import { tickLogReceipts } from "../ticks/tick-log-receipts-store.ts";

/** What only the running stream knows. */
type StreamFacts = Pick<ReviewInputs, "use" | "coverageGaps" | "notes">;

/** Of a later review: what it learnt itself. All else stays as the review on the disk has it. */
export type KnownFacts = Partial<StreamFacts> & {
  /** Failures of asking by REST, which take the place of earlier ones. */
  readonly restNotes?: readonly string[] | undefined;
};

const REST_FAILED = ": no minutes by REST, ";

/** Failures of asking by REST as notes of a review. */
export function restNotes(failed: readonly RestFailureNote[]): string[] {
  return failed.map(({ symbol, says }) => `${symbol}${REST_FAILED}${says}`);
}

export type ReviewReport = WrittenReview & { readonly rebuilt: SessionRebuild };

/** Writes the review of a streamed session. @throws ARGUMENT_INVALID when nothing was streamed of it */
export async function runReviewJob(
  context: MarketDataContext,
  session: SessionDate,
  known: KnownFacts = {},
): Promise<ReviewReport> {
  const { rawStore, workspace, proxies, settings } = context;
  const segments = tickLogReceipts(rawStore, session);
  if (segments.length === 0) {
    throw new MeridianError("ARGUMENT_INVALID", {
      message: `nothing was streamed of the session ${session}, so there is nothing to review`,
      facts: { session },
      nextStep: "`india raw` lists what was received; a session is reviewed after `india stream`.",
    });
  }
  const rebuilt = must(
    rebuildSession(segments.map((receipt) => rawStore.bodyPath(receipt))),
    "segments with a session say what it is about",
  );
  const { plan } = rebuilt;
  const { snapshot, canonical } = await readCanonical(context, session);
  const rest = readRest(context, plan);
  const written = writeReview(workspace, {
    plan,
    calendar: context.calendar.facts.version,
    synthetic: readWorkspaceKind(workspace) === "synthetic",
    snapshot,
    inputs: segments.map(({ id, sha256 }) => ({ name: id, sha256 })),
    canonical,
    sealed: rebuilt.sealedLive,
    gaps: rebuilt.gaps.map((gap) => ({
      ...gap,
      volumeBySymbol: new Map(Object.entries(gap.volumeBySymbol)),
    })),
    packets: packetsOf(rebuilt),
    anomalies: anomaliesOf(rebuilt),
    ...factsOf(readReview(workspace, session), known),
    rest,
    momentum: observeDay(canonical, settings.thresholds, plan),
    proxies: proxies.roles.map((role) => role.symbol),
  });
  return { ...written, rebuilt };
}

function factsOf(kept: IndiaReview | undefined, known: KnownFacts): StreamFacts {
  const notes = known.notes ?? kept?.notes ?? [];
  const fresh = known.restNotes;
  return {
    use: known.use ?? kept?.use ?? null,
    coverageGaps: known.coverageGaps ?? kept?.coverageGaps ?? [],
    notes:
      fresh === undefined
        ? notes
        : [...notes.filter((note) => !note.includes(REST_FAILED)), ...fresh],
  };
}

/** The newest session of which something was streamed; `undefined` before the first. */
export function newestStreamedSession(context: MarketDataContext): SessionDate | undefined {
  const sessions = context.rawStore
    .receipts({ kinds: ["ticks"] })
    .flatMap(({ endpoint }) => parseSessionDate(endpoint.params["session"] ?? "") ?? []);
  return sessions.sort().at(-1);
}

function packetsOf({ counts }: SessionRebuild): ReviewInputs["packets"] {
  const { packets, duplicates, late, reordered, missing, reason } = counts;
  return { received: packets, duplicates, late, reordered, missing, missingReason: reason };
}

function anomaliesOf({ anomalies }: SessionRebuild): ReviewInputs["anomalies"] {
  return anomalies.map(({ code, count, examples }) => ({ code, count, examples }));
}

/** The candles of the session in the snapshot in force; none before a build. */
async function readCanonical(
  context: MarketDataContext,
  session: SessionDate,
): Promise<{ readonly snapshot: string | null; readonly canonical: CandleTable }> {
  const analyticsDir = context.workspace.analyticsDir("india");
  const pointed = readPointedSnapshot(analyticsDir);
  const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
  if (!manifest) return { snapshot: null, canonical: createCandleTable([]) };
  const files = manifest.files
    .filter((file) => file.path.startsWith(`${PART_FOLDERS.candles1m}/`))
    .map((file) => join(analyticsDir, file.path));
  const duckDb = await openDuckDb({
    folders: [analyticsDir],
    temporaryDir: join(context.workspace.stateDir, "duckdb"),
  });
  try {
    const where = `session = DATE ${sqlText(session)}`;
    return { snapshot: manifest.snapshot, canonical: await readCandles(duckDb, files, where) };
  } finally {
    duckDb.close();
  }
}

/** The vendor's candles of the session, and the instruments of which none came. */
function readRest(context: MarketDataContext, plan: SessionPlan): ReviewInputs["rest"] {
  const { rawStore, events } = context;
  const payloads: RestPayload[] = [];
  for (const receipt of rawStore.receipts({ kinds: ["minutes"] })) {
    const { fromdate = "", todate = "" } = receipt.endpoint.params;
    const isOfSession =
      fromdate.slice(0, 10) <= plan.session && todate.slice(0, 10) >= plan.session;
    if (!isOfSession || receipt.symbol === null || events.withdrawn.has(receipt.id)) continue;
    const parsed = parseCandles(rawStore.readBody(receipt), "ONE_MINUTE");
    if (parsed.outcome === "rows") payloads.push({ symbol: receipt.symbol, bars: parsed.bars });
  }
  const { openMinute: fromMinute, closeMinute: toMinute, instruments } = plan;
  const indices = new Set(instruments.flatMap((one) => (one.isIndex ? [one.symbol] : [])));
  const candles = restCandlesOf(payloads, { fromMinute, toMinute, indices });
  const asked = new Set(candles.symbols);
  const missing = instruments
    .filter(({ symbol }) => !asked.has(symbol))
    .map(({ symbol }) => ({ symbol, reason: "no minute candles of the vendor were received" }));
  return { candles, missing };
}
