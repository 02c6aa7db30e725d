/**
 * Gate 1's rules for candles that were made from ticks: the engine makes none that break them, and should
 * it ever, they stay out of analytics like any other row. Pure.
 */
import { createBarTable, appendBar } from "#lake/bar-table.ts";
import type { QuarantinedRow } from "#curation/quarantine-store.ts";
import { formatPrice } from "#core/price.ts";
import { type TradingMinutes, judgeStart } from "#truth/gate1/minute-rules.ts";
import { judgeValues, rulesOf } from "#truth/gate1/row-rules.ts";
import {
  CANDLE_KINDS,
  type Candle,
  type CandleTable,
  appendCandle,
  candleAt,
  createCandleTable,
} from "../candles/candle-table.ts";
import { CANDLE_MINUTES } from "./minute-payload.ts";
import { datasetOf } from "./payload-index.ts";

const MINUTE = CANDLE_KINDS.indexOf("minute");

/** The candles that break no rule, and the others as the quarantine keeps them. */
export function judgeStreamed(
  candles: CandleTable,
  about: {
    readonly session: string;
    readonly day: number;
    readonly hours: TradingMinutes;
    /** Id of the first segment of the session's log. */
    readonly raw: string;
  },
): { readonly accepted: CandleTable; readonly refused: readonly QuarantinedRow[] } {
  const accepted = createCandleTable(candles.symbols, candles.length);
  const refused: QuarantinedRow[] = [];
  const scratch = createBarTable();
  for (let row = 0; row < candles.length; row++) {
    const candle = candleAt(candles, row);
    const reasons = judgeCandle(candle, about, scratch);
    if (reasons === 0) {
      appendCandle(accepted, candle);
      continue;
    }
    refused.push({
      dataset: datasetOf("1m"),
      symbol: candles.symbols[candle.symbol] ?? "",
      session: about.session,
      raw: about.raw,
      line: row + 1,
      text: textOf(candle),
      rules: rulesOf(reasons),
    });
  }
  return { accepted, refused };
}

function judgeCandle(
  candle: Candle,
  about: { readonly day: number; readonly hours: TradingMinutes },
  scratch: ReturnType<typeof createBarTable>,
): number {
  const { startMinute, open, high, low, close, volume } = candle;
  scratch.length = 0;
  appendBar(scratch, { day: about.day, startMinute, open, high, low, close, volume, line: 0 });
  const ofStart =
    candle.kind === MINUTE ? judgeStart(about.hours, startMinute, CANDLE_MINUTES["1m"]) : 0;
  // A volume that is not known is no fault of a streamed candle.
  return judgeValues(scratch, 0, !Number.isNaN(volume)) | ofStart;
}

function textOf({ startMinute, open, high, low, close, volume }: Candle): string {
  const prices = [open, high, low, close].map((price) =>
    Number.isFinite(price) ? formatPrice(price) : String(price),
  );
  return `minute ${startMinute}: ${prices.join(" ")}, volume ${volume}`;
}
