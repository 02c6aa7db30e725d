/** What a plan of calls is: what is asked in which order, what is deferred to when, and what to say. */
import type { Calendar } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import type { ProxySet } from "#core/market-definition.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import type { CallHistory } from "./call-history.ts";
import type { UniverseMember } from "./universe.ts";
import type { VendorPlan } from "./vendor-calls.ts";

/** Why something is not asked for in this run. All are planned, none is a failure. */
export type DeferralReason =
  | "NOT_PUBLISHED_YET"
  | "DAY_BUDGET"
  | "EVENTS_IN_ROTATION"
  | "RESERVED_FOR_DAILY"
  | "QUOTA_SPENT"
  | "PLAN_LACKS_INTRADAY";

export type Deferral = {
  readonly what: string;
  readonly reason: DeferralReason;
  /** Date, or UTC instant, from which it is asked or by which it is whole; null when it never is. */
  readonly until: string | null;
};

export type CallPlan = {
  readonly calls: readonly VendorCall[];
  readonly deferred: readonly Deferral[];
  /** Whole sentences for the operator. */
  readonly notes: readonly string[];
};

/** What is left of the day's calls, over all keys. */
export type DayBudget = {
  readonly leftOfDay: number;
  /** Calls of a whole day. */
  readonly callsOfDay: number;
  readonly resetsAt: EpochMs;
};

/** What every plan is made from. */
export type PlanInput = {
  readonly plan: VendorPlan;
  readonly proxySet: ProxySet;
  readonly members: readonly UniverseMember[];
  readonly calendar: Calendar;
  readonly settleMinutes: number;
  readonly atMs: EpochMs;
  readonly history: CallHistory;
  readonly budget: DayBudget;
};

const NAMES_SHOWN_MAX = 8;
const DAY_MS = 86_400_000;

/** Names in a sentence: all of a few, the first of many. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(", ");
  const more = names.length - NAMES_SHOWN_MAX;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** The UTC date that lies `days` days after an instant. */
export function dateAfter(instant: EpochMs, days: number): string {
  return isoOfInstant((instant + days * DAY_MS) as EpochMs).slice(0, 10);
}
