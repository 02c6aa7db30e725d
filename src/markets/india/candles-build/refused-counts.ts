/** Counts refused rows of minutes by what a summary of their session tells. Pure. */
import { DUPLICATE_CONFLICT, DUPLICATE_ROW, OUTSIDE_HOURS } from "#truth/gate1/row-rules.ts";

export type RefusedCounts = {
  readonly quarantined: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly outside: number;
};

/** Counts rows by the bits of the rules they fail. A row that repeats another one outside the hours is both. */
export function refusedCounts(reasons: readonly number[]): RefusedCounts {
  const withBit = (bit: number): number => reasons.filter((one) => (one & bit) !== 0).length;
  return {
    quarantined: reasons.filter((one) => one !== 0).length,
    duplicates: withBit(DUPLICATE_ROW),
    conflicts: withBit(DUPLICATE_CONFLICT),
    outside: withBit(OUTSIDE_HOURS),
  };
}
