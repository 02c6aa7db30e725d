/**
 * Finds that a file of minutes holds bars of another length than was said: most of its rows start beside the
 * bars of that length. Row by row gate 1 would leave a day of every fifth minute, and call it whole. Pure.
 */
import { OFF_GRID } from "#truth/gate1/row-rules.ts";
import {
  CANDLE_INTERVALS,
  CANDLE_MINUTES,
  type CandleInterval,
  type JudgedMinutes,
} from "../candles-build/minute-payload.ts";

/** Above this share of its rows a file is of another interval, or its stamps are none of a bar's ends. */
const OFF_GRID_SHARE_MAX = 0.5;

export type GridRefusal = { readonly says: string; readonly nextStep: string };

/** Why the rows are not of the interval; `undefined` when they are. */
export function refuseOffGrid(
  { table, reasons }: JudgedMinutes,
  interval: CandleInterval,
): GridRefusal | undefined {
  const rows = table.length;
  const offGrid = reasons.filter((broken) => (broken & OFF_GRID) !== 0).length;
  if (offGrid <= rows * OFF_GRID_SHARE_MAX) return undefined;
  const barMinutes = CANDLE_MINUTES[interval];
  const says = `${offGrid} of ${rows} rows do not start a whole number of ${barMinutes}-minute bars after the opening`;
  const step = usualStepOf(table.startMinute.subarray(0, rows));
  if (step === barMinutes || step === 0) {
    return {
      says,
      nextStep: "Check the stamps: a bar's must be its start or its end, as --label says.",
    };
  }
  const right = CANDLE_INTERVALS.find((one) => CANDLE_MINUTES[one] === step);
  return {
    says: `${says}; its bars are ${step} ${step === 1 ? "minute" : "minutes"} apart`,
    nextStep:
      right === undefined
        ? `Bring bars of ${CANDLE_INTERVALS.join(" or ")}; others are not taken.`
        : `Import it with --interval ${right}.`,
  };
}

/** The commonest distance between neighbouring starts, in minutes; the shortest of equally common ones; 0 for one start. */
function usualStepOf(starts: Int32Array): number {
  const sorted = [...new Set(starts)].sort((a, b) => a - b);
  const counts = new Map<number, number>();
  for (const [index, start] of sorted.entries()) {
    const step = start - (sorted[index - 1] ?? start);
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const [usual] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return usual?.[0] ?? 0;
}
