/**
 * One run of the build over all symbols: parses and judges each, hands its rows to the parts, and
 * keeps the tallies for the report. Holds the memory that is reused from symbol to symbol.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { BuildReport, RowCounts, SnapshotManifest } from "#contracts/snapshot.ts";
import { newestCompleteSession } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import type { PartWriter, WrittenPart } from "#lake/part-store.ts";
import { instantOfIso } from "#platform/system-clock.ts";
import { NO_EVENTS, type SymbolEvents } from "#truth/gate1/price-basis.ts";
import { type SessionIndex, indexSessions } from "#truth/gate1/row-rules.ts";
import { type MergedEvents, mergeEvents } from "./build-events.ts";
import { limitsOf } from "./build-limits.ts";
import type { BuildOptions } from "./build-options.ts";
import { type BuildBuffers, createBuildBuffers } from "./build-buffers.ts";
import { type BuildTally, createBuildTally } from "./build-tally.ts";
import { judgeIntraday } from "./judge-intraday.ts";
import { judgeSymbol } from "./judge-symbol.ts";
import { sourceNameOf } from "./source-name.ts";
import type { QuarantineWriter } from "./quarantine-store.ts";
import { mergeSeries } from "./merge-series.ts";
import { type ReusedColumns, createReusedColumns } from "./reused-columns.ts";
import { createSymbolBodies } from "./symbol-bodies.ts";
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
  finish(): Promise<BuiltRun>;
}

export type BuiltRun = {
  readonly files: SnapshotManifest["files"];
  /** Parts of all rows, below the staging folder. */
  readonly staged: readonly WrittenPart[];
  /** Content digest by dataset. */
  readonly digests: { readonly [dataset: string]: string };
  readonly counts: { [dataset: string]: RowCounts };
  readonly report: BuildReport;
};

/** Starts a run. Symbols must come in the order of the lake. */
export function createBuildRun(given: BuildRunOptions): BuildRun {
  const bodies = createSymbolBodies(given.readBody);
  const options: BuildRunOptions = { ...given, readBody: (receipt) => bodies.read(receipt) };
  const state: RunState = {
    options,
    sessions: indexSessions(options.calendar),
    tally: createBuildTally(options),
    buffers: createBuildBuffers(options.analytics, options.staging),
    rows: createSymbolRows(NO_EVENTS),
    columns: createReusedColumns(),
  };
  return {
    takeSymbol: async (inputs) => {
      const merged = inputs.events.length > 0 ? takeEvents(state, inputs) : undefined;
      if (inputs.daily.length > 0) takeDaily(state, inputs, merged?.events ?? NO_EVENTS);
      if (inputs.intraday.length > 0) takeIntraday(state, inputs);
      if (inputs.series.length > 0) takeSeries(state, inputs);
      bodies.clear();
      await state.buffers.settle();
    },
    finish: async () => {
      const { files, staged, digests } = await state.buffers.finish();
      return { files, staged, digests, counts: state.tally.counts(), report: state.tally.report() };
    },
  };
}

type RunState = {
  readonly options: BuildRunOptions;
  readonly sessions: SessionIndex;
  readonly tally: BuildTally;
  readonly buffers: BuildBuffers;
  readonly rows: SymbolRows;
  readonly columns: ReusedColumns;
};

function takeDaily(state: RunState, inputs: SymbolInputs, events: SymbolEvents): void {
  const { options, sessions, buffers, rows, tally } = state;
  collectRows(options, rows, inputs.daily, inputs, events);
  const judgement = judgeSymbol(
    rows,
    {
      market: options.recipe.market,
      sessions,
      limits: limitsOf(options.thresholds),
      decisions: options.decisions,
    },
    state.columns,
  );
  buffers.daily.take(rows, judgement);
  tally.addDaily(rows, judgement);
}

function takeIntraday(state: RunState, inputs: SymbolInputs): void {
  const { options, sessions, buffers, rows, tally } = state;
  collectRows(options, rows, inputs.intraday, inputs, NO_EVENTS);
  const judgement = judgeIntraday(rows, sessions, INTRADAY_BAR_MINUTES);
  buffers.intraday.take(rows, judgement);
  tally.addIntraday(rows, judgement);
}

function takeEvents(state: RunState, inputs: SymbolInputs): MergedEvents {
  const { parsers, readBody } = state.options;
  const merged = mergeEvents(
    inputs.events.map((receipt) => ({
      receipt,
      ...parsers.parseEvents(receipt, readBody(receipt)),
    })),
  );
  for (const { day, splitUnits, dividendUnits, receipt } of merged.days) {
    state.buffers.events.take({
      symbol: inputs.symbol,
      day,
      units: [splitUnits || NaN, dividendUnits || NaN],
      source: sourceNameOf(receipt),
      revision: 0,
      knownAtMs: instantOfIso(receipt.fetchedAt),
    });
  }
  state.tally.addEvents(inputs.symbol, merged);
  return merged;
}

function takeSeries(state: RunState, inputs: SymbolInputs): void {
  const { parsers, readBody } = state.options;
  const merged = mergeSeries(
    inputs.series.map((receipt) => ({
      receipt,
      values: parsers.parseSeries(receipt, readBody(receipt)),
    })),
  );
  for (const row of merged.rows) state.buffers.series.take({ symbol: inputs.symbol, ...row });
  state.tally.addSeries(inputs.symbol, merged);
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
