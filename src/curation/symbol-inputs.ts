/** Groups receipts by symbol and dataset, in the order in which the build reads them. Pure. */
import type { RawKind, RawReceipt } from "#contracts/raw-receipt.ts";

/** Everything received about one symbol, each list in order of receipt. */
export type SymbolInputs = {
  readonly symbol: string;
  readonly daily: RawReceipt[];
  readonly intraday: RawReceipt[];
  readonly events: RawReceipt[];
  readonly series: RawReceipt[];
};

const DATASETS_OF_KIND: Record<RawKind, readonly ("daily" | "intraday" | "events" | "series")[]> = {
  daily: ["daily"],
  daily_adjusted: ["daily", "events"],
  index_daily: ["daily"],
  import_daily: ["daily"],
  intraday: ["intraday"],
  splits: ["events"],
  dividends: ["events"],
  series: ["series"],
  listing: [],
  instruments: [],
  // A market's own datasets: its `MarketDatasets` reads them.
  minutes: [],
  import_minutes: [],
  ticks: [],
};

/** Symbols in code-unit order, which is also the order of the lake. */
export function groupBySymbol(receipts: readonly RawReceipt[]): SymbolInputs[] {
  const bySymbol = new Map<string, SymbolInputs>();
  for (const receipt of receipts) {
    const { symbol } = receipt;
    if (symbol === null) continue;
    let inputs = bySymbol.get(symbol);
    if (!inputs) {
      inputs = { symbol, daily: [], intraday: [], events: [], series: [] };
      bySymbol.set(symbol, inputs);
    }
    for (const dataset of DATASETS_OF_KIND[receipt.kind]) inputs[dataset].push(receipt);
  }
  return [...bySymbol.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}
