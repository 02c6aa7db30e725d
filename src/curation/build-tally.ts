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
import type { QuarantineWriter } from "./quarantine-store.ts";
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

/** Starts the tally of one build. */
export function createBuildTally(options: TallyOptions) {
  const counts: { [dataset: string]: MutableCounts } = {};
  const byRule = new Map<string, number>();
  const report: BuildReport = {
    version: 1,
    snapshot: options.snapshot,
    reviews: [],
    largeMoves: [],
    restated: [],
    eventConflicts: [],
    quarantineByRule: {},
    symbols: [],
  };
  const countsOf = (dataset: string): MutableCounts =>
    (counts[dataset] ??= { parsed: 0, accepted: 0, quarantined: 0, parked: 0 });
  const countRules = (rules: readonly string[]): void => {
    for (const rule of rules) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
  };

  const addRows = (
    dataset: string,
    rows: SymbolRows,
    judged: Pick<SymbolJudgement, "outcomes" | "reasons" | "payloadOf">,
  ): void => {
    const tally = countsOf(dataset);
    const texts = createLineTexts(options);
    for (let row = 0; row < rows.table.length; row++) {
      tally.parsed++;
      const outcome = judged.outcomes[row] ?? OUTCOME_QUARANTINED;
      if (outcome === OUTCOME_PARKED) tally.parked++;
      else if (outcome !== OUTCOME_QUARANTINED) tally.accepted++;
      else {
        tally.quarantined++;
        const payload = must(rows.payloads[judged.payloadOf[row] ?? 0], "a row has a payload");
        const rules = rulesOf(judged.reasons[row] ?? 0);
        const line = rows.table.line[row] ?? 0;
        const day = rows.table.day[row] ?? BAD_DAY;
        countRules(rules);
        options.quarantine.write({
          dataset,
          symbol: rows.symbol,
          session: day === BAD_DAY ? null : dateOfDayNumber(day),
          raw: payload.receipt.id,
          line,
          text: texts.lineText(payload.receipt, line),
          rules,
        });
      }
    }
    assert(
      tally.parsed === tally.accepted + tally.quarantined + tally.parked,
      `every parsed row of ${dataset} has one outcome`,
    );
  };
  const addValues = (
    dataset: string,
    symbol: string,
    parsed: number,
    refused: readonly RefusedValue[],
  ): void => {
    const tally = countsOf(dataset);
    const texts = createLineTexts(options);
    tally.parsed += parsed;
    tally.quarantined += refused.length;
    tally.accepted += parsed - refused.length;
    for (const { receipt, value, rules } of refused) {
      countRules(rules);
      options.quarantine.write({
        dataset,
        symbol,
        session: value.day === BAD_DAY ? null : dateOfDayNumber(value.day),
        raw: receipt.id,
        line: value.line,
        text: texts.lineText(receipt, value.line),
        rules,
      });
    }
  };
  return {
    addDaily: (rows: SymbolRows, judged: SymbolJudgement): void => {
      addRows("daily", rows, judged);
      const note = ({ row, facts }: RowNote) => ({
        symbol: rows.symbol,
        session: dateOfDayNumber(rows.table.day[row] ?? 0),
        facts,
      });
      report.reviews.push(...judged.reviews);
      report.largeMoves.push(...judged.largeMoves.map(note));
      report.restated.push(...judged.restated.map(note));
      report.symbols.push(reportSymbol(rows, judged));
    },
    addIntraday: (rows: SymbolRows, judged: IntradayJudgement): void =>
      addRows("intraday_5min", rows, judged),
    addEvents: (symbol: string, merged: MergedEvents): void => {
      addValues("events", symbol, merged.parsed, merged.refused);
      for (const { day, kind, before, after, receipt } of merged.conflicts) {
        const facts = { kind, before, after, raw: receipt.id };
        report.eventConflicts.push({ symbol, session: dateOfDayNumber(day), facts });
      }
    },
    addSeries: (symbol: string, merged: MergedSeries): void =>
      addValues("series", symbol, merged.parsed, merged.refused),
    counts: (): { [dataset: string]: RowCounts } => counts,
    report: (): BuildReport => ({
      ...report,
      quarantineByRule: Object.fromEntries([...byRule].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
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
