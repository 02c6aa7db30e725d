/**
 * Minute candles as datasets of a snapshot: session by session, from the operator's files, REST and the tick
 * log. A session whose inputs are those of the build before is taken over as it was written; only the
 * others are read. What counts as a candle is gate 1's, which source wins is `merge-candles.ts`'s.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { MinuteSummary, RowCounts } from "#contracts/snapshot.ts";
import { isSession } from "#core/calendar.ts";
import { dayNumberOf, parseSessionDate, sessionDate } from "#core/session-date.ts";
import type { MarketDatasets } from "#curation/market-datasets.ts";
import type { DatasetInputs } from "#curation/market-rules.ts";
import { digestOfJson } from "#platform/digest.ts";
import { readWorkspaceKind } from "#platform/workspace.ts";
import type { CandleTable } from "../candles/candle-table.ts";
import { type DayCache, openDayCache } from "./day-cache-store.ts";
import { type DayInputs, dayKeyFacts, planDays, windowsOf } from "./day-plan.ts";
import type { DayRecord } from "./day-record.ts";
import { indexPayloads } from "./index-payloads.ts";
import { type DayTools, makeDay } from "./make-day.ts";
import { CANDLE_INTERVALS, type CandleInterval, minuteCalendarOf } from "./minute-payload.ts";
import { type PayloadEntry, datasetOf } from "./payload-index.ts";
import { readDayRows } from "./read-day-rows.ts";
import { sessionFactsOf } from "./session-facts.ts";

/** Summaries that a report lists; those of the oldest sessions are left out beyond it. */
const SUMMARIES_MAX = 20_000;

/** Makes a session's candles from the segments of its tick log, in the order in which they were written. */
export type RebuildTicks = (segments: readonly RawReceipt[]) => Promise<CandleTable>;

/** The candle datasets of a build. */
export function indiaCandleDatasets(inputs: DatasetInputs, rebuild: RebuildTicks): MarketDatasets {
  return {
    build: async (tools) => {
      const cache = openDayCache({
        stagingDir: inputs.workspace.stagingDir("india"),
        analyticsDir: tools.analytics.root,
      });
      const calendar = minuteCalendarOf(inputs.calendar);
      const indexed = indexPayloads(inputs, calendar, cache);
      const days = planDays({
        payloads: indexed.payloads,
        ticks: ticksBySession(inputs),
        dayOf: (session) => dayNumberOf(sessionDate(session)),
      });
      const records = await recordDays(days, inputs, cache, {
        analytics: tools.analytics,
        calendar,
        rebuild,
        isSynthetic: readWorkspaceKind(inputs.workspace) === "synthetic",
      });
      const refused = [...indexed.orphans, ...records.flatMap(({ record }) => record.quarantine)];
      for (const row of refused) tools.quarantine.write(row);
      return {
        files: records.flatMap(({ record }) => record.parts),
        staged: [],
        digests: digestsOf(records),
        counts: countsOf(records, indexed.orphans),
        report: { ...summariesOf(records), quarantineByRule: countRules(refused) },
      };
    },
  };
}

type RecordedDay = { readonly inputs: DayInputs; readonly record: DayRecord };

/** Finds or makes the record of each session, in the order of `days`. */
async function recordDays(
  days: readonly DayInputs[],
  inputs: DatasetInputs,
  cache: DayCache,
  tools: Pick<DayTools, "analytics" | "calendar" | "rebuild" | "isSynthetic">,
): Promise<RecordedDay[]> {
  const keyOf = ({ interval, session, day, ...rest }: DayInputs): string => {
    const { hours, notes, auctionFromMinute } = sessionFactsOf(inputs.calendar, day);
    const { isSynthetic } = tools;
    const about = { builder: inputs.recipe.builder, isSynthetic, hours, auctionFromMinute, notes };
    return digestOfJson(dayKeyFacts({ interval, session, day, ...rest }, about));
  };
  const keys = new Map(days.map((day) => [day, keyOf(day)]));
  const records = new Map<DayInputs, DayRecord>();
  for (const [day, key] of keys) {
    const known = cache.readDay(day.interval, day.session, key);
    if (known) records.set(day, known);
  }
  const changed = days.filter((day) => !records.has(day));
  let done = records.size;
  for (const window of windowsOf(changed)) {
    const rows = readDayRows(window, { readBody: inputs.readBody, calendar: tools.calendar });
    for (const day of window) {
      const made = await makeDay(day, rows.get(day.day) ?? [], {
        ...tools,
        facts: sessionFactsOf(inputs.calendar, day.day),
        key: keys.get(day) ?? "",
      });
      cache.writeDay(day.interval, day.session, made);
      records.set(day, made);
      done++;
      inputs.onProgress(done, days.length, `${day.session} ${day.interval}`);
    }
  }
  return days.flatMap((day) => {
    const record = records.get(day);
    return record === undefined ? [] : [{ inputs: day, record }];
  });
}

/**
 * Segments by the session they say they are of, as they were written: a segment's name begins with the start
 * of its stream. A day that the calendar does not have has no candles.
 */
function ticksBySession({ receipts, calendar }: DatasetInputs): Map<string, RawReceipt[]> {
  const bySession = new Map<string, RawReceipt[]>();
  const segments = receipts.filter(({ kind }) => kind === "ticks");
  for (const receipt of segments.sort((a, b) => (segmentOf(a) < segmentOf(b) ? -1 : 1))) {
    const session = parseSessionDate(receipt.endpoint.params["session"] ?? "");
    if (session === undefined || !isSession(calendar, dayNumberOf(session))) continue;
    const known = bySession.get(session);
    if (known) known.push(receipt);
    else bySession.set(session, [receipt]);
  }
  return bySession;
}

function segmentOf({ endpoint }: RawReceipt): string {
  return endpoint.params["segment"] ?? "";
}

/** One digest an interval that has candles, over the sessions and the digests of their rows. */
function digestsOf(days: readonly RecordedDay[]): { [dataset: string]: string } {
  const digests: { [dataset: string]: string } = {};
  for (const interval of CANDLE_INTERVALS) {
    const ofInterval = days.filter(({ inputs }) => inputs.interval === interval);
    if (ofInterval.length === 0) continue;
    digests[datasetOf(interval)] = digestOfJson(
      ofInterval.map(({ inputs, record }) => [inputs.session, record.digest]),
    );
  }
  return digests;
}

function countsOf(
  days: readonly RecordedDay[],
  orphans: PayloadEntry["orphans"],
): { [dataset: string]: RowCounts } {
  const counts: { [dataset: string]: RowCounts } = {};
  const add = (dataset: string, parsed: number, accepted: number, quarantined: number): void => {
    const known = counts[dataset] ?? { parsed: 0, accepted: 0, quarantined: 0, parked: 0 };
    counts[dataset] = {
      parsed: known.parsed + parsed,
      accepted: known.accepted + accepted,
      quarantined: known.quarantined + quarantined,
      parked: 0,
    };
  };
  for (const { inputs, record } of days) {
    const { parsed, accepted, quarantine } = record;
    add(datasetOf(inputs.interval), parsed, accepted, quarantine.length);
  }
  for (const { dataset } of orphans) add(dataset, 1, 0, 1);
  return counts;
}

function countRules(rows: readonly { readonly rules: readonly string[] }[]): {
  [rule: string]: number;
} {
  const byRule: { [rule: string]: number } = {};
  for (const { rules } of rows) for (const rule of rules) byRule[rule] = (byRule[rule] ?? 0) + 1;
  return byRule;
}

function summariesOf(days: readonly RecordedDay[]): {
  readonly minutes: MinuteSummary[];
  readonly minutesLeftOut: number;
} {
  const newestFirst = days
    .toSorted((a, b) => (a.inputs.session < b.inputs.session ? 1 : -1))
    .flatMap(({ record }) => record.summaries);
  const minutes = newestFirst.slice(0, SUMMARIES_MAX).sort(compareSummaries);
  return { minutes, minutesLeftOut: newestFirst.length - minutes.length };
}

/** By symbol, session, interval. */
function compareSummaries(a: MinuteSummary, b: MinuteSummary): number {
  const order = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return (
    order(a.symbol, b.symbol) ||
    order(a.session, b.session) ||
    intervalRank(a.interval) - intervalRank(b.interval)
  );
}

function intervalRank(interval: CandleInterval): number {
  return CANDLE_INTERVALS.indexOf(interval);
}
