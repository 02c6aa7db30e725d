/**
 * The Indian market's parsers behind the build's port: daily candles of the vendor and the operator's
 * daily files. Minute bars, ticks and instruments are read by the market's own datasets.
 */
import { z } from "zod";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { MarketParsers } from "#curation/market-parsers.ts";
import { type BarTable, reserveBar } from "#lake/bar-table.ts";
import { IMPORT_FIELDS } from "../import/import-columns.ts";
import { parseImport } from "../import/parse-import.ts";
import { parseCandles } from "../smartapi/parse-candles.ts";

/** Makes the parsers. Events and series have no source in this market. */
export function indiaParsers(): MarketParsers {
  return {
    parseBars: (receipt, bytes, into) => {
      if (receipt.kind === "daily") appendCandles(receipt, bytes, into);
      else if (receipt.kind === "import_daily") appendImport(receipt, bytes, into);
      else throw new Error(`broken promise: ${receipt.id} of kind ${receipt.kind} holds no bars`);
    },
    parseEvents: () => ({ splits: [], dividends: [] }),
    parseSeries: () => [],
    lineText: createLineReader(),
  };
}

function appendCandles(receipt: RawReceipt, bytes: Uint8Array, into: BarTable): void {
  const parsed = parseCandles(bytes, "ONE_DAY");
  if (parsed.outcome === "problem") {
    throw new Error(`broken promise: ${receipt.id} landed as data but ${parsed.says}`);
  }
  const { bars } = parsed;
  for (let row = 0; row < bars.length; row++) {
    const at = reserveBar(into);
    into.day[at] = bars.day[row] ?? 0;
    into.startMinute[at] = 0;
    into.open[at] = bars.open[row] ?? NaN;
    into.high[at] = bars.high[row] ?? NaN;
    into.low[at] = bars.low[row] ?? NaN;
    into.close[at] = bars.close[row] ?? NaN;
    into.volume[at] = bars.volume[row] ?? NaN;
    into.line[at] = bars.line[row] ?? 0;
    into.flags[at] = bars.flags[row] ?? 0;
  }
}

function appendImport(receipt: RawReceipt, bytes: Uint8Array, into: BarTable): void {
  const names = receipt.import?.columns;
  const columns = names?.map((name) => IMPORT_FIELDS.find((field) => field === name) ?? "skip");
  const fileName = receipt.import?.fileName ?? receipt.id;
  const spec = { fileName, interval: "1d", label: "start", columns } as const;
  parseImport(bytes, spec, into, receipt.symbol ?? undefined);
}

const answerSchema = z.object({ data: z.array(z.unknown()) });

/** Quotes lines of a file, and rows of a JSON answer as they would stand in it; splits a payload once. */
function createLineReader(): MarketParsers["lineText"] {
  let held: { readonly of: Uint8Array; readonly lines: readonly string[] } | undefined;
  return (receipt, bytes, line, limit) => {
    if (held?.of !== bytes) held = { of: bytes, lines: linesOf(receipt, bytes) };
    return (held.lines[line - 1] ?? "").slice(0, limit);
  };
}

function linesOf(receipt: RawReceipt, bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes);
  if (receipt.format !== "json") return text.split(/\r?\n/);
  const answer = answerSchema.safeParse(JSON.parse(text));
  return (answer.data?.data ?? []).map((row) => JSON.stringify(row));
}
