/**
 * The composition root of a market: which markets there are, and how a command opens one. Hands jobs
 * the stores and what people have decided. Adapters of vendors are built by the commands that fetch.
 */
import type { MarketId } from "#core/market-definition.ts";
import { type MarketDataContext, openMarketData } from "#curation/market-context.ts";
import type { MarketRules } from "#curation/market-rules.ts";
import { INDIA_MARKET } from "#markets/india/india-market.ts";
import { US_MARKET } from "#markets/us/us-market.ts";
import type { CommandContext } from "./command-context.ts";
import type { CommandInput } from "./command-spec.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { startProgress } from "./progress.ts";

export type OpenMarket = MarketDataContext & { close(): void };

const MARKETS: { readonly [id in MarketId]: MarketRules } = { us: US_MARKET, india: INDIA_MARKET };

/** Opens the stores of a market in the workspace; creates what is not there. To be closed by the caller. */
export function openMarket(context: CommandContext, id: MarketId): OpenMarket {
  const { workspace, settings, clock } = context;
  const progress = startProgress();
  const opened = openMarketData(MARKETS[id], { workspace, settings, clock, progress });
  return {
    ...opened,
    close: () => {
      progress.end();
      opened.close();
    },
  };
}

/** The market that `--market` names. @throws ARGUMENT_INVALID for another word */
export function marketOf(input: CommandInput): MarketId {
  const { market } = input.options;
  if (market === "us" || market === "india") return market;
  throw new MeridianError("ARGUMENT_INVALID", {
    message: `--market ${String(market)}: there is no such market`,
    facts: { option: "--market", found: String(market) },
  });
}
