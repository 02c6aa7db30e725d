/**
 * Keeps count of what a build did with every row, writes refused rows to the quarantine, and puts
 * the report together. Parsed = accepted + quarantined + parked holds for every dataset, or the build stops.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import {
  type BuildReport,
  MISSING_LISTED_MAX,
  type RowCounts,
  type SymbolReport,
} from "#contracts/snapshot.ts";
import { assert, must } from "#core/assert.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { BAD_DAY } from "#lake/bar-table.ts";
import { rulesOf } from "#truth/gate1/row-rules.ts";
import type { MergedEvents, RefusedValue } from "./build-events.ts";
import type { IntradayJudgement } from "./judge-intraday.ts";
import type { RowNote, SymbolJudgement } from "./judge-symbol.ts";
import type { MarketParsers } from "./market-parsers.ts";
import type { MergedSeries } from "./merge-series.ts";
import type { QuarantinedRow, QuarantineWriter } from "./quarantine-store.ts";
import { OUTCOME_PARKED, OUTCOME_QUARANTINED } from "./row-outcome.ts";
import type { SymbolRows } from "./symbol-rows.ts";

/** Longest line of a refused row that is kept as text. */
const LINE_CHARACTERS_MAX = 300;

export type TallyOptions = {
  readonly snapshot: string;
  readonly quarantine: QuarantineWriter;
  readonly parsers: MarketParsers;
  readonly readBody: (receipt: RawReceipt) => Uint8Array;
};

type MutableCounts = { -readonly [K in keyof RowCounts]: RowCounts[K] };

/** Counts of one build so far. */
export interface BuildTally {
  addDaily(rows: SymbolRows, judged: SymbolJudgement): void;
  addIntraday(rows: SymbolRows, judged: IntradayJudgement): void;
  addEvents(symbol: string, merged: MergedEvents): void;
  addSeries(symbol: string, merged: MergedSeries): void;
  counts(): { [dataset: string]: RowCounts };
  report(): BuildReport;
}

/** Starts the tally of one build. */
export function createBuildTally(options: TallyOptions): BuildTally {
  const book: TallyBook = { options, counts: {}, byRule: new Map() };
  const report = emptyReport(options.snapshot);
  return {
    addDaily: (rows, judged) => {
      addRows(book, "daily", rows, judged);
      const note = ({ row, facts }: RowNote): BuildReport["largeMoves"][number] => ({
        symbol: rows.symbol,
        session: dateOfDayNumber(rows.table.day[row] ?? 0),
        facts,
      });
      for (const review of judged.reviews) report.reviews.push(review);
      for (const move of judged.largeMoves) report.largeMoves.push(note(move));
      for (const change of judged.restated) report.restated.push(note(change));
      report.symbols.push(reportSymbol(rows, judged));
    },
    addIntraday: (rows, judged) => addRows(book, "intraday_5min", rows, judged),
    addEvents: (symbol, merged) => {
      addValues(book, "events", symbol, merged);
      for (const { day, kind, before, after, receipt } of merged.conflicts) {
        const facts = { kind, before, after, raw: receipt.id };
        report.eventConflicts.push({ symbol, session: dateOfDayNumber(day), facts });
      }
    },
    addSeries: (symbol, merged) => addValues(book, "series", symbol, merged),
    counts: () => book.counts,
    report: () => ({
      ...report,
      quarantineByRule: Object.fromEntries([...book.byRule].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
}

type TallyBook = {
  readonly options: TallyOptions;
  readonly counts: { [dataset: string]: MutableCounts };
  readonly byRule: Map<string, number>;
};

function emptyReport(snapshot: string): BuildReport {
  return {
    version: 1,
    snapshot,
    reviews: [],
    largeMoves: [],
    restated: [],
    eventConflicts: [],
    quarantineByRule: {},
    symbols: [],
  };
}

function countsOf(book: TallyBook, dataset: string): MutableCounts {
  return (book.counts[dataset] ??= { parsed: 0, accepted: 0, quarantined: 0, parked: 0 });
}

function refuse(book: TallyBook, row: QuarantinedRow): void {
  for (const rule of row.rules) book.byRule.set(rule, (book.byRule.get(rule) ?? 0) + 1);
  book.options.quarantine.write(row);
}

function addRows(
  book: TallyBook,
  dataset: string,
  rows: SymbolRows,
  judged: Pick<SymbolJudgement, "outcomes" | "reasons" | "payloadOf">,
): void {
  const tally = countsOf(book, dataset);
  const texts = createLineTexts(book.options);
  const { outcomes } = judged;
  const { length } = rows.table;
  tally.parsed += length;
  for (let row = 0; row < length; row++) {
    const outcome = outcomes[row] ?? OUTCOME_QUARANTINED;
    if (outcome === OUTCOME_PARKED) tally.parked++;
    else if (outcome !== OUTCOME_QUARANTINED) tally.accepted++;
    else {
      tally.quarantined++;
      const { receipt } = must(rows.payloads[judged.payloadOf[row] ?? 0], "a row has a payload");
      const line = rows.table.line[row] ?? 0;
      refuse(book, {
        dataset,
        symbol: rows.symbol,
        session: dateOrNull(rows.table.day[row] ?? BAD_DAY),
        raw: receipt.id,
        line,
        text: texts.lineText(receipt, line),
        rules: rulesOf(judged.reasons[row] ?? 0),
      });
    }
  }
  assert(
    tally.parsed === tally.accepted + tally.quarantined + tally.parked,
    `every parsed row of ${dataset} has one outcome`,
  );
}

function addValues(
  book: TallyBook,
  dataset: string,
  symbol: string,
  merged: { readonly parsed: number; readonly refused: readonly RefusedValue[] },
): void {
  const tally = countsOf(book, dataset);
  const texts = createLineTexts(book.options);
  tally.parsed += merged.parsed;
  tally.quarantined += merged.refused.length;
  tally.accepted += merged.parsed - merged.refused.length;
  for (const { receipt, value, rules } of merged.refused) {
    refuse(book, {
      dataset,
      symbol,
      session: dateOrNull(value.day),
      raw: receipt.id,
      line: value.line,
      text: texts.lineText(receipt, value.line),
      rules,
    });
  }
}

function dateOrNull(day: number): string | null {
  return day === BAD_DAY ? null : dateOfDayNumber(day);
}

/** Reads a refused payload again at most once to quote its lines. */
function createLineTexts(options: TallyOptions) {
  let held: { readonly id: string; readonly bytes: Uint8Array } | undefined;
  return {
    lineText: (receipt: RawReceipt, line: number): string => {
      if (held?.id !== receipt.id) held = { id: receipt.id, bytes: options.readBody(receipt) };
      return options.parsers.lineText(receipt, held.bytes, line, LINE_CHARACTERS_MAX);
    },
  };
}

function reportSymbol(rows: SymbolRows, judged: SymbolJudgement): SymbolReport {
  const bases = new Set(rows.payloads.map((payload) => payload.basis));
  const dateOf = (day: number | undefined): string | null =>
    day === undefined ? null : dateOfDayNumber(day);
  return {
    symbol: rows.symbol,
    instrumentClass: rows.role.instrumentClass,
    basis: bases.size > 1 ? "mixed" : ([...bases][0] ?? null),
    firstAccepted: dateOf(judged.firstAcceptedDay),
    newestAccepted: dateOf(judged.newestAcceptedDay),
    newestReceived: dateOf(judged.newestReceivedDay),
    accepted: judged.accepted.length,
    missing: judged.missingDays.length,
    missingNewest: judged.missingDays.slice(-MISSING_LISTED_MAX).reverse().map(dateOfDayNumber),
    rejectedNewest: judged.rejectedDays
      .slice(-MISSING_LISTED_MAX)
      .reverse()
      .map(({ day, reasons }) => ({ session: dateOfDayNumber(day), rules: rulesOf(reasons) })),
  };
}
