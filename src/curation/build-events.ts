/**
 * Splits and dividends of one symbol from all payloads that tell of them: judged row by row, merged
 * by day, the newest payload winning. Pure.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { BAD_DAY } from "#lake/bar-table.ts";
import type { SymbolEvents } from "#truth/gate1/price-basis.ts";
import { DIVIDEND_DECIMALS, type DatedValue, SPLIT_DECIMALS } from "./market-parsers.ts";

/** Why an event or an observation is refused. */
export type EventRule = "SCHEMA_DATE" | "SCHEMA_NUMBER" | "NON_POSITIVE_FACTOR" | "NEGATIVE_AMOUNT";

export type EventPayload = {
  readonly receipt: RawReceipt;
  readonly splits: readonly DatedValue[];
  readonly dividends: readonly DatedValue[];
};

/** One day's events; 0 where there was none of the kind. Units of 10^-8 and 10^-6. */
export type EventDay = {
  readonly day: number;
  readonly splitUnits: number;
  readonly dividendUnits: number;
  readonly receipt: RawReceipt;
};

export type RefusedValue = {
  readonly receipt: RawReceipt;
  readonly value: DatedValue;
  readonly rules: readonly EventRule[];
};

export type EventConflict = {
  readonly day: number;
  readonly kind: "split" | "dividend";
  readonly before: number;
  readonly after: number;
  readonly receipt: RawReceipt;
};

export type MergedEvents = {
  readonly days: readonly EventDay[];
  readonly events: SymbolEvents;
  readonly refused: readonly RefusedValue[];
  readonly conflicts: readonly EventConflict[];
  readonly parsed: number;
};

const SPLIT_UNIT = 10 ** SPLIT_DECIMALS;
const DIVIDEND_UNIT = 10 ** DIVIDEND_DECIMALS;

/** Merges the payloads, given in the order in which they were received. */
export function mergeEvents(payloads: readonly EventPayload[]): MergedEvents {
  const splits = new Map<number, { units: number; receipt: RawReceipt }>();
  const dividends = new Map<number, { units: number; receipt: RawReceipt }>();
  const refused: RefusedValue[] = [];
  const conflicts: EventConflict[] = [];
  let parsed = 0;
  for (const { receipt, ...values } of payloads) {
    for (const kind of ["split", "dividend"] as const) {
      const into = kind === "split" ? splits : dividends;
      for (const value of kind === "split" ? values.splits : values.dividends) {
        parsed++;
        const rules = failedRules(value, kind);
        if (rules.length > 0) {
          refused.push({ receipt, value, rules });
          continue;
        }
        const known = into.get(value.day);
        if (known && known.units !== value.units) {
          const { day, units } = value;
          conflicts.push({ day, kind, before: known.units, after: units, receipt });
        }
        into.set(value.day, { units: value.units, receipt });
      }
    }
  }
  const days = [...new Set([...splits.keys(), ...dividends.keys()])]
    .sort((a, b) => a - b)
    .flatMap((day): EventDay[] => {
      const source = splits.get(day) ?? dividends.get(day);
      if (!source) return [];
      const splitUnits = splits.get(day)?.units ?? 0;
      const dividendUnits = dividends.get(day)?.units ?? 0;
      return [{ day, splitUnits, dividendUnits, receipt: source.receipt }];
    });
  return { days, events: asColumns(days), refused, conflicts, parsed };
}

/** Rules for values that are dates with a number and nothing else. */
export function failedRules(
  value: DatedValue,
  kind: "split" | "dividend" | "observation",
): readonly EventRule[] {
  const rules: EventRule[] = [];
  if (value.day === BAD_DAY) rules.push("SCHEMA_DATE");
  if (Number.isNaN(value.units)) rules.push("SCHEMA_NUMBER");
  else if (kind === "split" && value.units <= 0) rules.push("NON_POSITIVE_FACTOR");
  else if (kind === "dividend" && value.units < 0) rules.push("NEGATIVE_AMOUNT");
  return rules;
}

function asColumns(days: readonly EventDay[]): SymbolEvents {
  const splits = days.filter((day) => day.splitUnits > 0 && day.splitUnits !== SPLIT_UNIT);
  const dividends = days.filter((day) => day.dividendUnits > 0);
  return {
    splitDays: Int32Array.from(splits, (one) => one.day),
    splitFactors: Float64Array.from(splits, (one) => one.splitUnits / SPLIT_UNIT),
    dividendDays: Int32Array.from(dividends, (one) => one.day),
    dividends: Float64Array.from(dividends, (one) => one.dividendUnits / DIVIDEND_UNIT),
  };
}
