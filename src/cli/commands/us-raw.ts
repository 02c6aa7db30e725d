/** `us raw` at the command line: which raw files there are, newest first, with the ids that `us withdraw` takes. */
import type { RunCommand } from "../command-spec.ts";
import { countOption, textOption } from "../option-values.ts";
import { table } from "../output.ts";
import { openUs } from "../us-open.ts";

const LIMIT_MAX = 100_000;

/** Lists raw receipts; reads only. */
export const runUsRaw: RunCommand = async (context, input) => {
  const us = openUs(context);
  try {
    const symbol = textOption(input, "symbol")?.toUpperCase();
    const limit = countOption(input, "limit", LIMIT_MAX) ?? LIMIT_MAX;
    const receipts = us.rawStore.receipts({ symbol });
    const shown = receipts.toReversed().slice(0, limit);
    const raw = shown.map(({ id, kind, symbol: of, fetchedAt, rows, newestSession }) => ({
      id,
      kind,
      symbol: of,
      fetchedAt,
      rows,
      newestSession,
      withdrawn: us.events.withdrawn.has(id),
    }));
    return {
      exitCode: 0,
      document: { total: receipts.length, raw },
      lines: [
        `${raw.length} of ${receipts.length} raw files${symbol === undefined ? "" : ` of ${symbol}`}, newest first`,
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
    us.close();
  }
};
