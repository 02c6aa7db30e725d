/** What a person can do next about a market's data: each market has its own ways to receive some. */
import type { MarketDataContext } from "#curation/market-context.ts";
import { isAskedOnPlan } from "#markets/us/plan-daily.ts";

/** Commands and hints, as the screens say them. */
export type MarketAdvice = {
  /** Every required symbol has a call that the vendor answers. */
  readonly isFetched: boolean;
  /** Nothing was received yet. */
  readonly receive: string;
  /** The newest session is wanted. */
  readonly fetch: string;
  /** A required symbol cannot be fetched. */
  readonly bring: string;
  /** Rows that truth time rests on are gone. */
  readonly bringBack: string;
  /** A row was refused or is missing. */
  readonly replace: string;
  /** Too much of the universe failed. */
  readonly retry: string;
};

/** The advice for a market under its settings. */
export function adviceFor(context: MarketDataContext): MarketAdvice {
  return context.market.id === "us" ? usAdvice(context) : INDIA_ADVICE;
}

function usAdvice({ settings, proxies }: MarketDataContext): MarketAdvice {
  const { plan } = settings.us.vendor;
  return {
    isFetched: proxies.roles.every((role) => !role.blocking || isAskedOnPlan(role, plan)),
    receive: "meridian us daily, or meridian us import FILE",
    fetch: "meridian us daily",
    bring: "meridian us import FILE, or bind another symbol in [us.proxies]",
    bringBack: "meridian us import or us backfill to bring the rows back",
    replace:
      "meridian us import (or us backfill on premium), or truth waive with a recorded decision",
    retry: "meridian us retry, then meridian us build",
  };
}

const INDIA_ADVICE: MarketAdvice = {
  isFetched: true,
  receive: "meridian india history, or meridian india import FILE --interval 1d --symbol-from-name",
  fetch: "meridian india history",
  bring:
    "meridian india import FILE --interval 1d --symbol-from-name, or bind another symbol in [india.proxies]",
  bringBack: "meridian india history or india import to bring the rows back",
  replace: "meridian india import, or truth waive with a recorded decision",
  retry: "meridian india history, then meridian india build",
};
