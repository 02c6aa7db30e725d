/** The Indian market's parsers behind the build's port: vendor payloads and the operator's files. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { MarketParsers } from "#curation/market-parsers.ts";
import { type BarTable, copyBar } from "#lake/bar-table.ts";
import { importSpecOf } from "../import/import-spec.ts";
import { parseImport } from "../import/parse-import.ts";
import { parseCandles } from "../smartapi/parse-candles.ts";
import { createRowTexts } from "./row-texts.ts";

/** Makes the parsers. Events and series have no source in this market. */
export function indiaParsers(): MarketParsers {
  return {
    parseBars,
    parseEvents: () => ({ splits: [], dividends: [] }),
    parseSeries: () => [],
    lineText: createRowTexts(),
  };
}

function parseBars(receipt: RawReceipt, bytes: Uint8Array, into: BarTable): void {
  switch (receipt.kind) {
    case "import_daily":
      parseImport(bytes, importSpecOf(receipt), into, receipt.symbol ?? undefined);
      return;
    case "daily": {
      const parsed = parseCandles(bytes, "ONE_DAY");
      // Payloads are classified before they land, so one that is none now is a fault of the program.
      if (parsed.outcome === "problem") {
        throw new Error(`broken promise: ${receipt.id} landed as data but ${parsed.says}`);
      }
      for (let row = 0; row < parsed.bars.length; row++) copyBar(parsed.bars, row, into);
      return;
    }
    default:
      throw new Error(`broken promise: ${receipt.id} of kind ${receipt.kind} holds no daily bars`);
  }
}
