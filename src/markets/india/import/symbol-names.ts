/**
 * Which plain symbol the operator's file means: names of indices as vendors and files spell them become the
 * proxy's name, exchange prefixes and series suffixes go. Whether the symbol is watched decides nothing here.
 */

/** Spellings in capital letters without blanks, `_` and `-`, and the name that the lake uses. */
const INDEX_NAMES: ReadonlyMap<string, string> = new Map([
  ["NIFTY", "Nifty 50"],
  ["NIFTY50", "Nifty 50"],
  ["BANKNIFTY", "Nifty Bank"],
  ["NIFTYBANK", "Nifty Bank"],
  ["NIFTYIT", "Nifty IT"],
  ["NIFTYSMLCAP100", "NIFTY SMLCAP 100"],
  ["NIFTYSMALLCAP100", "NIFTY SMLCAP 100"],
  ["INDIAVIX", "India VIX"],
]);

const EXCHANGE_PREFIX = /^(NSE|NSE_EQ|NSE_INDEX)[:|]/;
const SERIES_SUFFIX = /(-EQ|-BE|\.NS)$/;
/** What files add to the name of their symbol: `RELIANCE_5min_2023H2`, `INFY_1d`. */
const INTERVAL_SUFFIX = /[_ -](\d+ ?min(ute)?s?|\d+[mM]|1[dD]|daily|day|minute)([_ -].*)?$/i;

/** The symbol behind a name; empty when the name is. */
export function symbolOfName(name: string): string {
  const plain = name.trim().toUpperCase().replace(EXCHANGE_PREFIX, "").replace(SERIES_SUFFIX, "");
  return INDEX_NAMES.get(plain.replaceAll(/[\s_-]/g, "")) ?? plain;
}

/** The symbol in a file's name, e.g. `INDIA_VIX.csv` or `RELIANCE_5min_2023H2.csv`. */
export function symbolOfFileName(fileName: string): string {
  return symbolOfName(fileName.replace(/\.[^.]*$/, "").replace(INTERVAL_SUFFIX, ""));
}
