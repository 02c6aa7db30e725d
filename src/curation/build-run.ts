/**
 * One run of the build over all symbols: parses and judges each, hands its rows to the parts, and
 * keeps the tallies for the report. Holds the memory that is reused from symbol to symbol.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { BuildReport, RowCounts, SnapshotManifest } from "#contracts/snapshot.ts";
import { newestCompleteSession } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import type { PartWriter } from "#lake/part-store.ts";
import { startRowText } from "#lake/row-text.ts";
import { PART_FOLDERS } from "#lake/snapshot-store.ts";
import { instantOfIso } from "#platform/system-clock.ts";
import { NO_EVENTS, type SymbolEvents } from "#truth/gate1/price-basis.ts";
import { indexSessions } from "#truth/gate1/row-rules.ts";
import { type MergedEvents, mergeEvents } from "./build-events.ts";
import { limitsOf } from "./build-limits.ts";
import type { BuildOptions } from "./build-options.ts";
import { createBuildTally } from "./build-tally.ts";
import { createDatedBuffer } from "./dated-part.ts";
import { judgeIntraday } from "./judge-intraday.ts";
import { judgeSymbol } from "./judge-symbol.ts";
import { DIVIDEND_DECIMALS, SERIES_DECIMALS, SPLIT_DECIMALS } from "./market-parsers.ts";
import { createPartSink } from "./part-sink.ts";
import { createAnalyticsBuffer, createStagingBuffer, sourceName } from "./price-part.ts";
import type { QuarantineWriter } from "./quarantine-store.ts";
import { mergeSeries } from "./merge-series.ts";
import type { SymbolInputs } from "./symbol-inputs.ts";
import { type SymbolRows, clearSymbolRows, createSymbolRows } from "./symbol-rows.ts";

const INTRADAY_BAR_MINUTES = 5;

export type BuildRunOptions = BuildOptions & {
  readonly snapshot: string;
  readonly analytics: PartWriter;
  readonly staging: PartWriter;
  readonly quarantine: QuarantineWriter;
};

export interface BuildRun {
  takeSymbol(inputs: SymbolInputs): Promise<void>;
  finish(): Promise<{
    readonly files: SnapshotManifest["files"];
    /** Content digest by dataset. */
    readonly digests: { readonly [dataset: string]: string };
    readonly counts: { [dataset: string]: RowCounts };
    readonly report: BuildReport;
  }>;
}

/** Starts a run. Symbols must come in the order of the lake. */
export function createBuildRun(options: BuildRunOptions): BuildRun {
  const sessions = indexSessions(options.calendar);
  const tally = createBuildTally(options);
  const texts = {
    daily: startRowText("prices/1d"),
    intraday: startRowText("prices/5min"),
    events: startRowText("events"),
    series: startRowText("series"),
  };
  const daily = createAnalyticsBuffer("daily", texts.daily);
  const intraday = createAnalyticsBuffer("intraday", texts.intraday);
  const stagedDaily = createStagingBuffer("daily");
  const stagedIntraday = createStagingBuffer("intraday");
  const events = createDatedBuffer(
    [
      { name: "split_factor", decimals: SPLIT_DECIMALS },
      { name: "dividend", decimals: DIVIDEND_DECIMALS },
    ],
    texts.events,
  );
  const series = createDatedBuffer([{ name: "value", decimals: SERIES_DECIMALS }], texts.series);
  const { analytics, staging } = options;
  const published = [
    createPartSink(analytics, PART_FOLDERS.daily, daily),
    createPartSink(analytics, PART_FOLDERS.intraday5m, intraday),
    createPartSink(analytics, PART_FOLDERS.events, events),
    createPartSink(analytics, PART_FOLDERS.series, series),
  ];
  const staged = [
    createPartSink(staging, PART_FOLDERS.daily, stagedDaily),
    createPartSink(staging, PART_FOLDERS.intraday5m, stagedIntraday),
  ];
  const rows = createSymbolRows(NO_EVENTS);

  const takeDaily = (inputs: SymbolInputs, symbolEvents: SymbolEvents): void => {
    collectRows(options, rows, inputs.daily, inputs, symbolEvents);
    const judgement = judgeSymbol(rows, {
      market: options.recipe.market,
      sessions,
      limits: limitsOf(options.thresholds),
      decisions: options.decisions,
    });
    stagedDaily.take(rows, judgement);
    daily.take(rows, judgement, judgement.accepted);
    tally.addDaily(rows, judgement);
  };
  const takeIntraday = (inputs: SymbolInputs): void => {
    collectRows(options, rows, inputs.intraday, inputs, NO_EVENTS);
    const judgement = judgeIntraday(rows, sessions, INTRADAY_BAR_MINUTES);
    stagedIntraday.take(rows, judgement);
    intraday.take(rows, judgement, judgement.accepted);
    tally.addIntraday(rows, judgement);
  };
  const takeEvents = (inputs: SymbolInputs): MergedEvents => {
    const merged = mergeEvents(
      inputs.events.map((receipt) => ({
        receipt,
        ...options.parsers.parseEvents(receipt, options.readBody(receipt)),
      })),
    );
    for (const one of merged.days) {
      events.take({
        symbol: inputs.symbol,
        day: one.day,
        units: [one.splitUnits || NaN, one.dividendUnits || NaN],
        source: sourceName(one.receipt.source, one.receipt.synthetic),
        revision: 0,
        knownAtMs: instantOfIso(one.receipt.fetchedAt),
      });
    }
    tally.addEvents(inputs.symbol, merged);
    return merged;
  };
  const takeSeries = (inputs: SymbolInputs): void => {
    const merged = mergeSeries(
      inputs.series.map((receipt) => ({
        receipt,
        values: options.parsers.parseSeries(receipt, options.readBody(receipt)),
      })),
    );
    for (const row of merged.rows) series.take({ symbol: inputs.symbol, ...row });
    tally.addSeries(inputs.symbol, merged);
  };
  return {
    takeSymbol: async (inputs) => {
      const merged = inputs.events.length > 0 ? takeEvents(inputs) : undefined;
      if (inputs.daily.length > 0) takeDaily(inputs, merged?.events ?? NO_EVENTS);
      if (inputs.intraday.length > 0) takeIntraday(inputs);
      if (inputs.series.length > 0) takeSeries(inputs);
      for (const sink of [...published, ...staged]) await sink.settle();
    },
    finish: async () => {
      const parts = [];
      for (const sink of published) parts.push(...(await sink.finish()));
      for (const sink of staged) await sink.finish();
      const digests = Object.fromEntries(
        Object.entries(texts).map(([dataset, text]) => [dataset, text.digest()]),
      );
      return { files: parts, digests, counts: tally.counts(), report: tally.report() };
    },
  };
}

/** Reads and parses all payloads of one dataset of a symbol into `rows`. */
function collectRows(
  options: BuildRunOptions,
  rows: SymbolRows,
  receipts: readonly RawReceipt[],
  inputs: SymbolInputs,
  events: SymbolEvents,
): void {
  clearSymbolRows(rows);
  rows.symbol = inputs.symbol;
  rows.role = options.roleOf(inputs.symbol, inputs.daily);
  rows.events = events;
  for (const receipt of receipts) {
    const fromRow = rows.table.length;
    options.parsers.parseBars(receipt, options.readBody(receipt), rows.table);
    const fetchedAtMs = instantOfIso(receipt.fetchedAt);
    const basis = receipt.import?.basis ?? "raw";
    const asof = receipt.import?.basisAsof ?? null;
    rows.payloads.push({
      receipt,
      basis,
      basisAsofDay: basis === "raw" || asof === null ? undefined : dayNumberOf(sessionDate(asof)),
      fetchedAtMs,
      wholeThroughDay: wholeThrough(options, fetchedAtMs),
      fromRow,
      toRow: rows.table.length,
    });
  }
}

const wholeThroughOf = new WeakMap<object, Map<number, number>>();

/** Newest whole session at an instant; remembered, since many payloads of a day share the answer. */
function wholeThrough(options: BuildRunOptions, fetchedAtMs: EpochMs): number {
  let known = wholeThroughOf.get(options.calendar);
  if (!known) {
    known = new Map();
    wholeThroughOf.set(options.calendar, known);
  }
  const cached = known.get(fetchedAtMs);
  if (cached !== undefined) return cached;
  const day = newestCompleteSession(options.calendar, fetchedAtMs, options.settleMinutes);
  known.set(fetchedAtMs, day);
  return day;
}
