/**
 * Splits and dividends of one symbol from all payloads that tell of them: judged row by row, merged
 * by day, the newest payload winning. What the vendor takes back is gone, and listed. Pure.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { BAD_DAY } from "#lake/bar-table.ts";
import type { SymbolEvents } from "#truth/gate1/price-basis.ts";
import {
  DIVIDEND_DECIMALS,
  type DatedValue,
  type DaySpan,
  SPLIT_DECIMALS,
} from "./market-parsers.ts";

/** Why an event or an observation is refused. */
export type EventRule = "SCHEMA_DATE" | "SCHEMA_NUMBER" | "NON_POSITIVE_FACTOR" | "NEGATIVE_AMOUNT";

export type EventPayload = {
  readonly receipt: RawReceipt;
  readonly splits: readonly DatedValue[];
  readonly dividends: readonly DatedValue[];
  /** Days of which a `daily_adjusted` payload tells all events; absent for the others. */
  readonly covers?: DaySpan | undefined;
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
  /** `null` when the event was taken back. */
  readonly after: number | null;
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

type Told = { readonly units: number; readonly receipt: RawReceipt; readonly order: number };
/** What stands of one kind of event, by day: of the vendor's lists, and of its adjusted bars. */
type Standing = { readonly listed: Map<number, Told>; readonly adjusted: Map<number, Told> };

/**
 * Merges the payloads, given in the order in which they were received. A `splits` or `dividends` payload
 * is a complete list and replaces the list before; a `daily_adjusted` one replaces what others like it told
 * of its days. Where a list and adjusted bars both tell of a day, the newer one counts.
 */
export function mergeEvents(payloads: readonly EventPayload[]): MergedEvents {
  const standing = {
    split: { listed: new Map<number, Told>(), adjusted: new Map<number, Told>() },
    dividend: { listed: new Map<number, Told>(), adjusted: new Map<number, Told>() },
  };
  const refused: RefusedValue[] = [];
  const conflicts: EventConflict[] = [];
  let parsed = 0;
  for (const [order, payload] of payloads.entries()) {
    const { receipt } = payload;
    for (const kind of ["split", "dividend"] as const) {
      const values = kind === "split" ? payload.splits : payload.dividends;
      const told = new Map<number, Told>();
      const unread = refused.length;
      for (const value of values) {
        parsed++;
        const rules = failedRules(value, kind);
        if (rules.length > 0) refused.push({ receipt, value, rules });
        else told.set(value.day, { units: value.units, receipt, order });
      }
      // Of a list with a row that cannot be read nobody knows what it no longer says.
      const replaces = refused.length > unread ? undefined : replacedDays(payload, kind);
      for (const change of tell(standing[kind], payload, told, replaces)) {
        conflicts.push({ ...change, kind, receipt });
      }
    }
  }
  const splits = standingValues(standing.split);
  const dividends = standingValues(standing.dividend);
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

/** The days of which a payload tells all events of a kind, or `undefined` when of none. */
function replacedDays(
  { receipt, covers }: EventPayload,
  kind: "split" | "dividend",
): DaySpan | undefined {
  if (receipt.kind === "daily_adjusted") return covers;
  const isOfKind = receipt.kind === (kind === "split" ? "splits" : "dividends");
  return isOfKind ? { fromDay: -Infinity, toDay: Infinity } : undefined;
}

/** Puts what a payload tells of one kind in force and returns the days that it tells otherwise. */
function tell(
  standing: Standing,
  { receipt }: EventPayload,
  told: ReadonlyMap<number, Told>,
  replaces: DaySpan | undefined,
): { readonly day: number; readonly before: number; readonly after: number | null }[] {
  const into = receipt.kind === "daily_adjusted" ? standing.adjusted : standing.listed;
  const dropped = [...into.keys()].filter(
    (day) => replaces && day >= replaces.fromDay && day <= replaces.toDay && !told.has(day),
  );
  const touched = [...told.keys(), ...dropped].sort((a, b) => a - b);
  const before = new Map(touched.map((day) => [day, valueOn(standing, day)?.units]));
  for (const day of dropped) into.delete(day);
  for (const [day, one] of told) into.set(day, one);
  return touched.flatMap((day) => {
    const was = before.get(day);
    const after = valueOn(standing, day)?.units ?? null;
    return was === undefined || was === after ? [] : [{ day, before: was, after }];
  });
}

function valueOn({ listed, adjusted }: Standing, day: number): Told | undefined {
  const [a, b] = [listed.get(day), adjusted.get(day)];
  return a && b ? (a.order > b.order ? a : b) : (a ?? b);
}

function standingValues(standing: Standing): Map<number, Told> {
  const values = new Map<number, Told>();
  for (const day of [...standing.listed.keys(), ...standing.adjusted.keys()]) {
    const value = valueOn(standing, day);
    if (value) values.set(day, value);
  }
  return values;
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
