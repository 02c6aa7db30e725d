/**
 * Which minutes of the canonical day are not what was sealed while it went on, and why. Both are right:
 * a seal says what was known 2 seconds after the minute, the rebuild what is known after the close.
 */
import { type IndiaReview, SEAL_CHANGES } from "#contracts/india-review.ts";
import { type CandleTable, CANDLE_SOURCES } from "../candles/candle-table.ts";
import { formatIstMinute } from "../momentum/ist-minute.ts";
import { type CandlePair, pairCandles } from "./pair-candles.ts";
import { SEAL_CHANGES_LISTED_MAX } from "./review-limits.ts";

const STREAM = CANDLE_SOURCES.indexOf("stream");

export type SealChange = (typeof SEAL_CHANGES)[number];
export type ChangedMinute = {
  readonly symbol: string;
  readonly minute: number;
  readonly cause: SealChange;
};

/** The comparison as the review has it, and all changed minutes for the charts. */
export type SealedComparison = {
  readonly summary: IndiaReview["sealed"];
  readonly changed: readonly ChangedMinute[];
};

/** Compares every candle that either side has, the auction's among them. */
export function compareSealed(canonical: CandleTable, sealed: CandleTable): SealedComparison {
  const changed: ChangedMinute[] = [];
  const counts = new Map<SealChange, number>();
  let [compared, same] = [0, 0];
  for (const pair of pairCandles(canonical, sealed)) {
    compared += 1;
    const cause = changeOf(canonical, sealed, pair);
    if (cause === null) {
      same += 1;
      continue;
    }
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
    changed.push({ symbol: pair.symbol, minute: pair.minute, cause });
  }
  const summary = {
    compared,
    same,
    changes: SEAL_CHANGES.flatMap((cause) => {
      const minutes = counts.get(cause);
      return minutes === undefined ? [] : [{ cause, minutes }];
    }),
    listed: changed
      .slice(0, SEAL_CHANGES_LISTED_MAX)
      .map(({ symbol, minute, cause }) => ({ symbol, minute: formatIstMinute(minute), cause })),
  };
  return { summary, changed };
}

function changeOf(
  canonical: CandleTable,
  sealed: CandleTable,
  { left, right }: CandlePair,
): SealChange | null {
  if (left < 0) return "ONLY_SEALED";
  const isStreamed = canonical.source[left] === STREAM;
  if (right < 0) return isStreamed ? "LATE_PACKETS" : "RECOVERED";
  if (canonical.source[left] !== sealed.source[right]) {
    return isStreamed ? "OTHER_SOURCE" : "RECOVERED";
  }
  const isSame = (["open", "high", "low", "close", "volume", "vwap"] as const).every((column) =>
    Object.is(canonical[column][left], sealed[column][right]),
  );
  const packets = (canonical.tickCount[left] ?? 0) - (sealed.tickCount[right] ?? 0);
  if (packets > 0) return "LATE_PACKETS";
  if (!isSame || packets < 0) return "VALUES";
  return canonical.incomplete[left] === sealed.incomplete[right] ? null : "COMPLETENESS";
}
