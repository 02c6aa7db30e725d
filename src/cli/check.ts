/** What a check of `doctor` finds, and the markets that the checks look at. */
import type { OpenMarket } from "./market-open.ts";

export type Check = {
  readonly check: string;
  readonly outcome: "ok" | "warn" | "fail";
  readonly says: string;
};

export type OpenMarkets = { readonly us: OpenMarket; readonly india: OpenMarket };
