/** The Indian market's parsers behind the build's port: vendor payloads and the operator's files. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { MarketParsers } from "#curation/market-parsers.ts";

/** Makes the parsers. Events and series have no source in this market. */
export function indiaParsers(): MarketParsers {
  return {
    parseBars: (receipt) => noParser(receipt),
    parseEvents: () => ({ splits: [], dividends: [] }),
    parseSeries: () => [],
    lineText: (_receipt, bytes, line, limit) =>
      new TextDecoder().decode(bytes).split("\n")[line - 1]?.slice(0, limit) ?? "",
  };
}

function noParser({ id, kind }: RawReceipt): never {
  throw new Error(`broken promise: ${id} of kind ${kind} holds no bars`);
}
