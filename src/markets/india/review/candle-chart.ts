/**
 * What one minute chart shows, picked out of a day: the candles of one symbol with their volume, what is
 * in doubt about them, and where something was observed. How it is drawn is the renderer's business.
 */
import { type CandleTable, CANDLE_KINDS, CANDLE_SOURCES } from "../candles/candle-table.ts";
import { parseIstMinute } from "../momentum/ist-minute.ts";
import type { BuiltReview } from "./build-review.ts";
import { minutesTouched } from "./describe-gaps.ts";
import { symbolOf } from "./pair-candles.ts";
import type { ReviewInputs } from "./review-inputs.ts";

/** One candle; prices in price units, volume in shares or NaN. */
export type ChartCandle = {
  readonly minute: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

/** Marks of a minute, each with a lane of its own below the prices. */
export const CHART_LANES = ["incomplete", "changed", "recovered"] as const;

/**
 * Minutes are epoch minutes UTC. `endMinute` is the first that is not shown. `auction` holds the hours
 * without continuous trading of this instrument, and its print where there is one.
 */
export type CandleChart = {
  readonly symbol: string;
  readonly session: string;
  readonly synthetic: boolean;
  readonly isIndex: boolean;
  readonly openMinute: number;
  readonly endMinute: number;
  readonly candles: readonly ChartCandle[];
  readonly lanes: Readonly<Record<(typeof CHART_LANES)[number], readonly number[]>>;
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly cause: string }[];
  readonly auction: {
    readonly fromMinute: number;
    readonly toMinute: number;
    readonly print: ChartCandle | null;
  } | null;
  readonly observed: readonly { readonly minute: number; readonly says: string }[];
};

const AUCTION = CANDLE_KINDS.indexOf("auction");
const STREAM = CANDLE_SOURCES.indexOf("stream");

/** The chart of one symbol of the plan. */
export function chartOf(symbol: string, inputs: ReviewInputs, built: BuiltReview): CandleChart {
  const { plan, canonical } = inputs;
  const instrument = plan.instruments.find((each) => each.symbol === symbol);
  const hasAuction = instrument?.hasAuction === true && plan.auction !== null;
  const rows = rowsOf(canonical, symbol);
  const minutes = rows.filter((row) => canonical.kind[row] !== AUCTION);
  const print = rows.find((row) => canonical.kind[row] === AUCTION);
  const minuteOf = (row: number) => canonical.startMinute[row] ?? 0;
  return {
    symbol,
    session: plan.session,
    synthetic: inputs.synthetic,
    isIndex: instrument?.isIndex === true,
    openMinute: plan.openMinute,
    endMinute: Math.max(plan.closeMinute, hasAuction ? (plan.auction?.toMinute ?? 0) : 0),
    candles: minutes.map((row) => candleOf(canonical, row)),
    lanes: {
      incomplete: minutes.filter((row) => canonical.incomplete[row] !== 0).map(minuteOf),
      changed: built.changed
        .filter((each) => each.symbol === symbol && each.cause !== "RECOVERED")
        .map(({ minute }) => minute),
      recovered: minutes.filter((row) => canonical.source[row] !== STREAM).map(minuteOf),
    },
    gaps: inputs.gaps
      .filter(({ symbols }) => symbols.includes(symbol))
      .flatMap((gap) => {
        const touched = minutesTouched(gap, plan);
        return touched === null ? [] : [{ ...touched, cause: gap.cause }];
      }),
    auction:
      hasAuction && plan.auction !== null
        ? { ...plan.auction, print: print === undefined ? null : candleOf(canonical, print) }
        : null,
    observed: built.review.momentum.observations
      .filter((each) => each.symbol === symbol)
      .map(({ minute, outcome }) => ({
        minute: parseIstMinute(minute),
        says: `grade ${outcome.grade}`,
      })),
  };
}

function rowsOf(table: CandleTable, symbol: string): number[] {
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++) if (symbolOf(table, row) === symbol) rows.push(row);
  return rows.sort((a, b) => (table.startMinute[a] ?? 0) - (table.startMinute[b] ?? 0));
}

function candleOf(table: CandleTable, row: number): ChartCandle {
  return {
    minute: table.startMinute[row] ?? 0,
    open: table.open[row] ?? NaN,
    high: table.high[row] ?? NaN,
    low: table.low[row] ?? NaN,
    close: table.close[row] ?? NaN,
    volume: table.volume[row] ?? NaN,
  };
}
