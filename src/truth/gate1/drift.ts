/**
 * The drift check of gate 1 (decision 3): close to close with splits and dividends taken out,
 * against the row before as received. Decides whether a move is admitted, admitted and listed, or
 * parked for a person; it never changes a price.
 */
import type { InstrumentClass } from "#core/market-definition.ts";

/** Limits in percent, from `[thresholds]`. */
export type DriftLimits = {
  readonly requiredPercent: number;
  readonly gaugePercent: number;
  readonly stockPercent: number;
  readonly splitRatioPercent: number;
  readonly undonePercent: number;
};

/** What the symbol is to the market; decides which limit applies. */
export type DriftRole = {
  readonly instrumentClass: InstrumentClass;
  /** Bound to a role that truth time cannot pass without. */
  readonly required: boolean;
  readonly isVolatilityGauge: boolean;
};

/** Comparable closes around one row: before it, of it, and after it when one was received. */
export type Move = {
  readonly before: number;
  readonly close: number;
  readonly after: number | undefined;
  /** Comparable dividends that fell due on the way to this row. */
  readonly dividends: number;
  readonly volume: number;
};

export type DriftFinding =
  | {
      readonly kind: "park";
      readonly rule: "DRIFT_REQUIRED" | "DRIFT_GAUGE";
      readonly limitPercent: number;
    }
  | {
      readonly kind: "park";
      readonly rule: "DRIFT_UNCORROBORATED";
      readonly limitPercent: number;
      readonly because: "SPLIT_RATIO" | "UNDONE" | "ZERO_VOLUME";
      readonly splitRatio?: string | undefined;
    }
  | { readonly kind: "list"; readonly limitPercent: number };

/**
 * Ratios of new to old shares that companies choose. 5:4 is left out: a fall of 20 % is at the
 * limit itself, and real falls of that size would be parked for it.
 */
export const COMMON_SPLITS: readonly (readonly [number, number])[] = [
  [4, 3],
  [3, 2],
  [2, 1],
  [5, 2],
  [3, 1],
  [4, 1],
  [5, 1],
  [6, 1],
  [7, 1],
  [8, 1],
  [10, 1],
  [15, 1],
  [20, 1],
  [25, 1],
  [30, 1],
  [50, 1],
  [100, 1],
  [1, 2],
  [1, 3],
  [1, 4],
  [1, 5],
  [1, 6],
  [1, 7],
  [1, 8],
  [1, 10],
  [1, 12],
  [1, 15],
  [1, 20],
  [1, 25],
  [1, 30],
  [1, 40],
  [1, 50],
  [1, 100],
];

/** The change of a move as a fraction: (close + dividends) / before - 1. */
export function changeOf(move: Move): number {
  return (move.close + move.dividends) / move.before - 1;
}

/** Judges one move; `undefined` when it is within its limit or has none. */
export function judgeDrift(
  move: Move,
  role: DriftRole,
  limits: DriftLimits,
): DriftFinding | undefined {
  if (role.instrumentClass === "series") return undefined;
  const limitPercent = driftLimitPercent(role, limits);
  if (isWithin(move.close + move.dividends, move.before, limitPercent)) return undefined;
  if (!role.required) return judgeLargeMove(move, role, limits);
  const rule = role.isVolatilityGauge ? "DRIFT_GAUGE" : "DRIFT_REQUIRED";
  return { kind: "park", rule, limitPercent };
}

/** The move, in percent, from which on there is something to find in a symbol of this role. */
export function driftLimitPercent(role: DriftRole, limits: DriftLimits): number {
  if (!role.required) return limits.stockPercent;
  return role.isVolatilityGauge ? limits.gaugePercent : limits.requiredPercent;
}

/** A large move of a stock is admitted unless something speaks for an error in the data. */
function judgeLargeMove(move: Move, role: DriftRole, limits: DriftLimits): DriftFinding {
  const limitPercent = limits.stockPercent;
  const park = { kind: "park", rule: "DRIFT_UNCORROBORATED", limitPercent } as const;
  const splitRatio = role.instrumentClass === "index" ? undefined : commonSplitOf(move, limits);
  if (splitRatio !== undefined) return { ...park, because: "SPLIT_RATIO", splitRatio };
  if (role.instrumentClass !== "index" && move.volume === 0)
    return { ...park, because: "ZERO_VOLUME" };
  const isUndone =
    move.after !== undefined && isWithin(move.after, move.before, limits.undonePercent);
  return isUndone ? { ...park, because: "UNDONE" } : { kind: "list", limitPercent };
}

function commonSplitOf(move: Move, limits: DriftLimits): string | undefined {
  for (const [fresh, old] of COMMON_SPLITS) {
    if (isWithin(move.close * fresh, move.before * old, limits.splitRatioPercent)) {
      return `${fresh}:${old}`;
    }
  }
  return undefined;
}

/** Whether two values are at most so far apart. Without a quotient, whole price units compare exactly. */
export function isWithin(value: number, from: number, percent: number): boolean {
  return Math.abs(value - from) * 100 <= percent * from;
}
