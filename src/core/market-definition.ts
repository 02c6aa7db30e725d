/**
 * What shared code may know about a market. Everything that is true of one market only lives in
 * `markets/<market>/` and reaches other code as this value.
 */

/** The markets of the product. Each has its own folders, its own state file and its own process. */
export const MARKET_IDS = ["us", "india"] as const;
export type MarketId = (typeof MARKET_IDS)[number];

/** Decides the drift limit and whether a volume can exist. */
export type InstrumentClass = "stock" | "fund" | "index" | "series";

/** One role of a proxy set and the symbol bound to it. */
export type ProxyRole = {
  readonly role: string;
  readonly symbol: string;
  /** A blocking role must be accepted or waived for every session that truth time passes. */
  readonly blocking: boolean;
  readonly instrumentClass: InstrumentClass;
  /** How a volatility gauge is judged: by its own level, or as a fund on futures, which decays. */
  readonly gaugeKind?: "index" | "futures_fund" | undefined;
  /** For series roles: how many sessions old the newest observation may be. */
  readonly lagSessionsMax?: number | undefined;
};

/** A versioned set of proxies; another binding is another version. */
export type ProxySet = {
  readonly id: string;
  readonly version: string;
  readonly roles: readonly ProxyRole[];
  /** Roles that the market has no source for: shown as gaps, bound to nothing. */
  readonly gaps?: readonly ProxyGap[] | undefined;
};

export type ProxyGap = { readonly role: string; readonly why: string };
