/**
 * The vendor's own decision about one query: key, limits, plan, then data. It is pure but for the
 * call meter, and knows no fault but the partial row.
 */
import { unreachable } from "#core/assert.ts";
import type { EpochMs } from "#core/clock.ts";
import { CallMeter, type Plan, type PlanLimits, VENDOR_LIMITS } from "./call-meter.ts";
import { answerDaily, answerDailyAdjusted } from "./daily-answers.ts";
import { type IntradayLabels, answerIntraday } from "./intraday-answer.ts";
import { answerBulkQuotes, answerGlobalQuote } from "./quote-answers.ts";
import {
  answerDividends,
  answerIndexData,
  answerListing,
  answerSplits,
  answerTreasuryYield,
  answerWti,
} from "./reference-answers.ts";
import type { Refusal } from "./refusals.ts";
import { type VendorAnswer, refused } from "./vendor-answer.ts";
import { type VendorQuery, paramOf } from "./vendor-query.ts";
import type { VendorView } from "./vendor-view.ts";

/** The functions that are served; any other "does not exist". */
export const VENDOR_FUNCTIONS = [
  "LISTING_STATUS",
  "TIME_SERIES_DAILY",
  "TIME_SERIES_DAILY_ADJUSTED",
  "TIME_SERIES_INTRADAY",
  "SPLITS",
  "DIVIDENDS",
  "TREASURY_YIELD",
  "WTI",
  "INDEX_DATA",
  "GLOBAL_QUOTE",
  "REALTIME_BULK_QUOTES",
] as const;
export type VendorFunction = (typeof VENDOR_FUNCTIONS)[number];

const PREMIUM_FUNCTIONS: readonly VendorFunction[] = [
  "TIME_SERIES_DAILY_ADJUSTED",
  "TIME_SERIES_INTRADAY",
  "INDEX_DATA",
];
const DEMO_KEY = "demo";

/** Who may call what, and how often. */
export type Accounts = {
  readonly defaultPlan: Plan;
  /** Plans of single keys; changed by control. */
  readonly plans: Map<string, Plan>;
  /** When set, a key without a plan of its own is invalid. */
  readonly knownKeysOnly: boolean;
  readonly limits: Readonly<Record<Plan, PlanLimits>>;
  /** The real limits seem tied to the address as well: then all keys share one meter. */
  readonly limitByAddress: boolean;
  readonly meter: CallMeter;
};

/** Accounts with the vendor's limits, but for those named. */
export function makeAccounts(settings: {
  readonly defaultPlan: Plan;
  readonly keys?: Readonly<Record<string, Plan>> | undefined;
  readonly limits?: Partial<Record<Plan, PlanLimits>> | undefined;
  readonly limitByAddress?: boolean | undefined;
}): Accounts {
  return {
    defaultPlan: settings.defaultPlan,
    plans: new Map(Object.entries(settings.keys ?? {})),
    knownKeysOnly: settings.keys !== undefined,
    limits: { ...VENDOR_LIMITS, ...settings.limits },
    limitByAddress: settings.limitByAddress ?? false,
    meter: new CallMeter(),
  };
}

/** The plan of a key; `undefined` when the vendor does not accept it. */
function planOf(accounts: Accounts, key: string): Plan | undefined {
  if (key === "") return undefined;
  const plan = accounts.plans.get(key);
  return plan ?? (accounts.knownKeysOnly ? undefined : accounts.defaultPlan);
}

/** Answers a query as the vendor would, counting the call. */
export function answerQuery(
  accounts: Accounts,
  view: VendorView,
  query: VendorQuery,
  labels: IntradayLabels,
): VendorAnswer {
  if (query.apiKey === DEMO_KEY) return refused("demo_key");
  const plan = planOf(accounts, query.apiKey);
  if (plan === undefined) return refused("invalid_key");
  const limit = refusalByLimit(accounts, plan, query.apiKey, view.instant);
  if (limit) return refused(limit);
  const functionName = VENDOR_FUNCTIONS.find((name) => name === query.functionName);
  if (functionName === undefined) return refused("unknown_function");
  const isFull = paramOf(query, "outputsize", "compact") === "full";
  if (plan === "free") {
    if (PREMIUM_FUNCTIONS.includes(functionName)) return refused("premium_endpoint");
    if (functionName === "TIME_SERIES_DAILY" && isFull) return refused("premium_outputsize");
  }
  return answerFunction(functionName, view, query, labels, plan);
}

function refusalByLimit(
  accounts: Accounts,
  plan: Plan,
  key: string,
  instant: EpochMs,
): Refusal | undefined {
  const metered = accounts.limitByAddress ? "" : key;
  const admission = accounts.meter.admit(metered, accounts.limits[plan], instant);
  if (admission === "admitted") return undefined;
  return admission === "minute" ? "legacy_note" : admission;
}

function answerFunction(
  functionName: VendorFunction,
  view: VendorView,
  query: VendorQuery,
  labels: IntradayLabels,
  plan: Plan,
): VendorAnswer {
  switch (functionName) {
    case "LISTING_STATUS":
      return answerListing(view, query);
    case "TIME_SERIES_DAILY":
      return answerDaily(view, query);
    case "TIME_SERIES_DAILY_ADJUSTED":
      return answerDailyAdjusted(view, query);
    case "TIME_SERIES_INTRADAY":
      return answerIntraday(view, query, labels);
    case "SPLITS":
      return answerSplits(view, query);
    case "DIVIDENDS":
      return answerDividends(view, query);
    case "TREASURY_YIELD":
      return answerTreasuryYield(view, query);
    case "WTI":
      return answerWti(view, query);
    case "INDEX_DATA":
      return answerIndexData(view, query);
    case "GLOBAL_QUOTE":
      return answerGlobalQuote(view, query);
    case "REALTIME_BULK_QUOTES":
      return answerBulkQuotes(view, query, plan === "premium" && query.params.has("entitlement"));
    default:
      return unreachable(functionName);
  }
}
