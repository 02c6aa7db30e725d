/**
 * `india history`: daily candles by REST for the proxies and the watchlist, in pages, each on the disk before
 * the next is asked for. A run that ends early is gone on with by the next one; a run with nothing new asks
 * nothing. Who holds the session with the vendor is the caller's business.
 */
import { newestCompleteSession } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { SessionDate } from "#core/session-date.ts";
import { newestWholeSession } from "#curation/import-landing.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import type { JobRuns } from "#ingestion/job-run-store.ts";
import { CALL_FAILURES, type CallFailure } from "#ingestion/market-data-source.ts";
import { takeJobLock } from "#platform/job-lock.ts";
import type {
  CoverageGap,
  Resolution,
  ResolvedInstrument,
} from "../instruments/resolve-instruments.ts";
import type { SmartApi } from "../smartapi/smart-api.ts";
import { SMARTAPI } from "../smartapi/smartapi-source.ts";
import { planHistory, type DayRange } from "./plan-history.ts";

/** After so many symbols in a row that failed the vendor is not asked any more in this run. */
const FAILURES_IN_ROW_MAX = 5;
const JOB = "india history";
const NAMES_SHOWN_MAX = 5;
const EXIT_PARTLY = 5;

export type HistoryFailure = {
  readonly symbol: string;
  readonly range: string;
  readonly failure: CallFailure;
  readonly says: string;
  /** What was seen, with secrets masked. */
  readonly detail: string;
};

export type HistoryReport = {
  readonly job: typeof JOB;
  /** 5 when something that was planned did not come. */
  readonly exitCode: 0 | 5;
  readonly symbols: number;
  /** Pages asked for. */
  readonly asked: number;
  /** Pages that brought something new, and that brought what was here. */
  readonly received: number;
  readonly known: number;
  readonly rows: number;
  /** Symbols of which nothing lacked. */
  readonly upToDate: number;
  readonly landed: readonly {
    readonly raw: string;
    readonly symbol: string;
    readonly rows: number;
  }[];
  readonly failed: readonly HistoryFailure[];
  /** Symbols whose newest whole session the vendor did not have yet; the next run asks again. */
  readonly behind: readonly string[];
  /** Symbols that were not asked about since too many calls in a row had failed. */
  readonly notAsked: readonly string[];
  /** Wanted names that the instrument master does not hold: no failures. */
  readonly gaps: readonly CoverageGap[];
  readonly notes: readonly string[];
  readonly next: string;
};

export type HistoryOptions = {
  readonly source: Pick<SmartApi, "fetchDaily">;
  readonly resolution: Resolution;
  readonly jobRuns: JobRuns;
  /** Whole sentences for the report. */
  readonly notes?: readonly string[] | undefined;
};

/** Runs the job to its end. @throws JOB_RUNNING, CALENDAR_RANGE, SYNTHETIC_MIX, DISK_FULL, STORE_BUSY */
export async function runHistoryJob(
  context: MarketDataContext,
  options: HistoryOptions,
): Promise<HistoryReport> {
  const { workspace, clock, rawStore } = context;
  const lock = takeJobLock(workspace, "india-history", clock.wallMs());
  try {
    rawStore.recover();
    const started = options.jobRuns.start(JOB);
    try {
      const report = await fetchAll(context, options);
      const { exitCode, asked, received, known, rows, failed, notAsked } = report;
      const counts = { exitCode, asked, received, known, rows };
      const summary = { ...counts, failed: failed.length, notAsked: notAsked.length };
      options.jobRuns.finish(started, { outcome: exitCode === 0 ? "done" : "partial", summary });
      return report;
    } catch (cause) {
      const code = cause instanceof MeridianError ? cause.code : "UNEXPECTED";
      options.jobRuns.finish(started, { outcome: "failed", summary: { code } });
      throw cause;
    }
  } finally {
    lock.release();
  }
}

type Tally = {
  asked: number;
  received: number;
  known: number;
  rows: number;
  readonly landed: HistoryReport["landed"][number][];
  readonly failed: HistoryFailure[];
  readonly behind: string[];
};

async function fetchAll(
  context: MarketDataContext,
  { source, resolution, notes }: HistoryOptions,
): Promise<HistoryReport> {
  const { instruments, gaps } = resolution;
  const tally: Tally = {
    asked: 0,
    received: 0,
    known: 0,
    rows: 0,
    landed: [],
    failed: [],
    behind: [],
  };
  const notAsked: string[] = [];
  let upToDate = 0;
  let failuresInRow = 0;
  for (const [index, instrument] of instruments.entries()) {
    const pages = pagesOf(context, instrument);
    if (pages.length === 0) upToDate++;
    else if (failuresInRow >= FAILURES_IN_ROW_MAX) notAsked.push(instrument.symbol);
    else {
      const outcome = await fetchPages(context, source, { instrument, pages, tally });
      if (outcome === "stop") failuresInRow = FAILURES_IN_ROW_MAX;
      else failuresInRow = outcome === "whole" ? 0 : failuresInRow + 1;
    }
    context.progress.step(instrument.symbol, index + 1, instruments.length);
  }
  const isWhole = tally.failed.length === 0 && notAsked.length === 0;
  return {
    job: JOB,
    exitCode: isWhole ? 0 : EXIT_PARTLY,
    symbols: instruments.length,
    upToDate,
    ...tally,
    notAsked,
    gaps,
    notes: [...resolution.notes, ...(notes ?? []), ...behindNotes(tally.behind)],
    next: isWhole ? "meridian india build" : "meridian india history (it goes on where it stopped)",
  };
}

function behindNotes(behind: readonly string[]): string[] {
  if (behind.length === 0) return [];
  const more =
    behind.length > NAMES_SHOWN_MAX ? ` and ${behind.length - NAMES_SHOWN_MAX} more` : "";
  const names = `${behind.slice(0, NAMES_SHOWN_MAX).join(", ")}${more}`;
  return [
    `The vendor has not published the newest session of ${names} yet; the next run asks again.`,
  ];
}

function pagesOf(context: MarketDataContext, { symbol }: ResolvedInstrument): DayRange[] {
  const { calendar, clock, settings, rawStore, events } = context;
  const settle = settings.thresholds.india_settle_minutes;
  return planHistory({
    calendar,
    throughDay: newestCompleteSession(calendar, clock.wallMs(), settle),
    receipts: rawStore
      .receipts({ kinds: ["daily"], symbol })
      .filter(({ id, source }) => source === SMARTAPI && !events.withdrawn.has(id)),
  });
}

/** Oldest first, and none after one that failed: what was received has no hole before its end. */
async function fetchPages(
  context: MarketDataContext,
  source: HistoryOptions["source"],
  of: {
    readonly instrument: ResolvedInstrument;
    readonly pages: readonly DayRange[];
    readonly tally: Tally;
  },
): Promise<"whole" | "failed" | "stop"> {
  const { instrument, tally } = of;
  for (const page of of.pages) {
    tally.asked++;
    const answer = await source.fetchDaily(instrument, page);
    if (answer.outcome !== "data") {
      const { outcome: failure, detail } = answer;
      const { says } = CALL_FAILURES[failure];
      const range = `${page.from} to ${page.to}`;
      tally.failed.push({ symbol: instrument.symbol, range, failure, says, detail });
      return failure === "KEY_INVALID" ? "stop" : "failed";
    }
    // The vendor has nothing for the range, as before a symbol was listed: there is nothing to keep.
    const newest = answer.bars.length === 0 ? null : landPage(context, instrument, answer, tally);
    if (page === of.pages.at(-1) && (newest ?? "") < page.to) tally.behind.push(instrument.symbol);
  }
  return "whole";
}

type DailyData = Extract<Awaited<ReturnType<SmartApi["fetchDaily"]>>, { outcome: "data" }>;

function landPage(
  { calendar, settings, rawStore }: MarketDataContext,
  { isIndex }: ResolvedInstrument,
  answer: DailyData,
  tally: Tally,
): SessionDate | null {
  const { call, bars, receivedAt } = answer;
  const settle = settings.thresholds.india_settle_minutes;
  const newestSession = newestWholeSession(bars, {
    calendar,
    wholeThroughDay: newestCompleteSession(calendar, receivedAt, settle),
    hasVolume: !isIndex,
  });
  const { receipt, outcome } = rawStore.land({
    kind: "daily",
    source: SMARTAPI,
    synthetic: answer.synthetic,
    endpoint: { name: call.name, params: call.params },
    symbol: call.symbol,
    fetchedAt: receivedAt,
    format: "json",
    bytes: answer.bytes,
    rows: bars.length,
    newestSession,
  });
  tally.rows += bars.length;
  if (outcome === "known") tally.known++;
  else {
    tally.received++;
    tally.landed.push({ raw: receipt.id, symbol: receipt.symbol ?? "", rows: bars.length });
  }
  return newestSession;
}
