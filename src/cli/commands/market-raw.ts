/** `us raw` and `india raw`: which raw files there are, newest first, with the ids that `withdraw` takes. */
import type { CommandInput } from "../command-spec.ts";
import { countOption, textOption } from "../option-values.ts";
import { type CommandResult, table } from "../output.ts";
import type { MarketId } from "#core/market-definition.ts";
import type { CommandContext } from "../command-context.ts";
import { openMarket } from "../market-open.ts";

const LIMIT_MAX = 100_000;

/** Lists raw receipts; reads only. */
export async function runRaw(
  id: MarketId,
  context: CommandContext,
  input: CommandInput,
): Promise<CommandResult> {
  const market = openMarket(context, id);
  try {
    const symbol = textOption(input, "symbol");
    const limit = countOption(input, "limit", LIMIT_MAX) ?? LIMIT_MAX;
    const isWanted = (of: string | null): boolean =>
      symbol === undefined || of?.toUpperCase() === symbol.toUpperCase();
    const receipts = market.rawStore.receipts().filter((receipt) => isWanted(receipt.symbol));
    const shown = receipts.toReversed().slice(0, limit);
    const raw = shown.map(({ id, kind, symbol: of, fetchedAt, rows, newestSession }) => ({
      id,
      kind,
      symbol: of,
      fetchedAt,
      rows,
      newestSession,
      withdrawn: market.events.withdrawn.has(id),
    }));
    return {
      exitCode: 0,
      document: { total: receipts.length, raw },
      lines: [
        `${raw.length} of ${receipts.length} raw files${symbol === undefined ? "" : ` of ${receipts[0]?.symbol ?? symbol.toUpperCase()}`}, newest first`,
        ...table(
          raw.map((one) => [
            one.id,
            one.kind,
            one.symbol ?? "-",
            one.fetchedAt,
            `${one.rows} rows`,
            one.newestSession ?? "-",
            one.withdrawn ? "withdrawn" : "",
          ]),
        ),
      ],
    };
  } finally {
    market.close();
  }
}
