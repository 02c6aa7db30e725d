/** Observations of one series from all its payloads; a changed one is a new revision. Pure. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { instantOfIso } from "#platform/system-clock.ts";
import { type RefusedValue, failedRules } from "./build-events.ts";
import type { DatedValue } from "./market-parsers.ts";
import { sourceNameOf } from "./source-name.ts";

export type SeriesRow = {
  readonly day: number;
  readonly units: readonly [number];
  readonly source: string;
  readonly revision: number;
  readonly knownAtMs: number;
};

export type MergedSeries = {
  /** Sorted by day, then revision. */
  readonly rows: readonly SeriesRow[];
  readonly refused: readonly RefusedValue[];
  readonly parsed: number;
};

/** Merges payloads given in the order in which they were received. */
export function mergeSeries(
  payloads: readonly { readonly receipt: RawReceipt; readonly values: readonly DatedValue[] }[],
): MergedSeries {
  const newest = new Map<number, SeriesRow>();
  const rows: SeriesRow[] = [];
  const refused: RefusedValue[] = [];
  let parsed = 0;
  for (const { receipt, values } of payloads) {
    const knownAtMs = instantOfIso(receipt.fetchedAt);
    const source = sourceNameOf(receipt);
    for (const value of values) {
      parsed++;
      const rules = failedRules(value, "observation");
      if (rules.length > 0) {
        refused.push({ receipt, value, rules });
        continue;
      }
      const known = newest.get(value.day);
      if (known?.units[0] === value.units) continue;
      const revision = known ? known.revision + 1 : 0;
      const row: SeriesRow = { day: value.day, units: [value.units], source, revision, knownAtMs };
      newest.set(value.day, row);
      rows.push(row);
    }
  }
  rows.sort((a, b) => a.day - b.day || a.revision - b.revision);
  return { rows, refused, parsed };
}
