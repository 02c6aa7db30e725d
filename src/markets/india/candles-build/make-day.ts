/** Makes the candles of one session and writes them as a part; what they are made from was read before. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { QuarantinedRow } from "#curation/quarantine-store.ts";
import type { PartWriter } from "#lake/part-store.ts";
import { PART_FOLDERS } from "#lake/snapshot-store.ts";
import type { SessionFacts } from "#truth/gate1/minute-summary.ts";
import { candleColumns } from "../candles/candle-columns.ts";
import type { CandleTable } from "../candles/candle-table.ts";
import { digestOfCandles } from "./candle-text.ts";
import { makeDayCandles } from "./day-candles.ts";
import type { DayInputs } from "./day-plan.ts";
import type { DayRecord } from "./day-record.ts";
import { judgeStreamed } from "./judge-streamed.ts";
import type { CandleInterval, MinuteCalendar } from "./minute-payload.ts";
import type { ReadDayRows } from "./read-day-rows.ts";
import { summariseDay } from "./summarise-day.ts";

export type DayTools = {
  readonly analytics: PartWriter;
  readonly calendar: MinuteCalendar;
  readonly rebuild: (segments: readonly RawReceipt[]) => Promise<CandleTable>;
  readonly facts: SessionFacts;
  /** SYNTHETIC candles say so in every row. */
  readonly isSynthetic: boolean;
  /** Digest of all that the session's candles depend on. */
  readonly key: string;
};

const FOLDER_OF: Record<CandleInterval, string> = {
  "1m": PART_FOLDERS.candles1m,
  "5m": PART_FOLDERS.candles5m,
};

/** Makes and writes one session. @throws DISK_FULL */
export async function makeDay(
  inputs: DayInputs,
  read: readonly ReadDayRows[],
  tools: DayTools,
): Promise<DayRecord> {
  const { interval, day } = inputs;
  const streamed = await readStreamed(inputs, tools);
  const payloads = read.map(({ rows }) => rows);
  const made = makeDayCandles(payloads, streamed?.accepted);
  const { candles, revision, outcomes } = made;
  const refused = [...read.flatMap((one) => one.refused), ...(streamed?.refused ?? [])];
  const rows = candles.length;
  const context = { sessionDay: day, isSynthetic: tools.isSynthetic, revision };
  const parts =
    rows === 0
      ? []
      : [
          await (
            await tools.analytics.fill(FOLDER_OF[interval], candleColumns(candles, context), rows)
          ).write(),
        ];
  const ofStream = streamed?.accepted.length ?? 0;
  const accepted = outcomes.accepted + outcomes.confirming + ofStream;
  return {
    key: tools.key,
    parts,
    digest: digestOfCandles(interval, candles, context),
    parsed: accepted + refused.length,
    accepted,
    quarantine: refused.map((row) => ({ ...row, rules: [...row.rules] })),
    summaries: summariseDay(made, {
      interval,
      payloads,
      refusedStreamed: countSymbols(streamed?.refused ?? []),
      facts: tools.facts,
    }),
  };
}

async function readStreamed(
  { ticks, session, day }: DayInputs,
  { rebuild, facts }: DayTools,
): Promise<ReturnType<typeof judgeStreamed> | undefined> {
  const [first] = ticks;
  if (first === undefined) return undefined;
  return judgeStreamed(await rebuild(ticks), { session, day, hours: facts.hours, raw: first.id });
}

function countSymbols(rows: readonly QuarantinedRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { symbol } of rows) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  return counts;
}
