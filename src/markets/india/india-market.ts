/** The Indian market as shared jobs and gates know it: its facts, and what only it can answer. */
import type { MarketRules, UniverseInputs } from "#curation/market-rules.ts";
import { BUILDER_VERSION } from "#curation/recipe.ts";
import type { UniverseMember } from "#truth/universe-coverage.ts";
import { indiaParsers } from "./build/india-parsers.ts";
import { LIVE_CANDLES_FOLDER } from "./candles/live-candles-store.ts";
import { indiaCandleDatasets } from "./candles-build/candle-datasets.ts";
import { DAY_CACHE_FOLDER } from "./candles-build/day-cache-store.ts";
import { tickRebuildOf } from "./candles-build/tick-rebuild.ts";
import { indiaRoleOf } from "./india-roles.ts";
import { NSE_FACTS } from "./nse-facts.ts";
import { indiaProxySet } from "./proxy-set.ts";

/** Raised by hand whenever the same inputs would give other candles. */
const CANDLES_VERSION = "candles 1";

export const INDIA_MARKET: MarketRules = {
  id: "india",
  name: "Indian",
  builder: `${BUILDER_VERSION}, ${CANDLES_VERSION}`,
  publishedCalendar: NSE_FACTS,
  dailyKinds: ["daily", "import_daily"],
  referenceKinds: ["instruments"],
  howToReceive:
    "Fetch or import some first: `india history`, `india import`, or `india stream` in a session.",
  calendarSettings: (settings) => settings.india.calendar,
  settleMinutes: (thresholds) => thresholds.india_settle_minutes,
  proxySet: ({ india }) => indiaProxySet(india.proxies),
  parsers: indiaParsers,
  roleOf: ({ roles }) => indiaRoleOf(roles),
  universe: watchlistMembers,
  datasets: (inputs) => indiaCandleDatasets(inputs, tickRebuildOf(inputs)),
  stagingKept: [LIVE_CANDLES_FOLDER, DAY_CACHE_FOLDER],
};

/** The watchlist without the proxies. No list of delisted symbols exists: what is watched is listed. */
function watchlistMembers({ settings, proxies }: UniverseInputs): readonly UniverseMember[] {
  const bound = new Set(proxies.roles.map((role) => role.symbol));
  return [...new Set(settings.india.watchlist.symbols)]
    .filter((symbol) => !bound.has(symbol))
    .map((symbol) => ({ symbol, delistedOn: null }));
}
