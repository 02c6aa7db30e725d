/** `india instruments` at the command line: the master of the day, and who has a token in it. */
import { takeSessionLock } from "#markets/india/session/session-lock.ts";
import type { RunCommand } from "../command-spec.ts";
import { openIndiaLog, resolveWanted } from "../india-vendor.ts";
import { openMarket } from "../market-open.ts";
import { flagOption } from "../option-values.ts";
import { table } from "../output.ts";

/** Refreshes the master. A name that it does not hold is a coverage gap, not a failure. */
export const runIndiaInstruments: RunCommand = async (context, input) => {
  const market = openMarket(context, "india");
  try {
    const lock = takeSessionLock(context.workspace, context.clock);
    try {
      market.rawStore.recover();
      const log = openIndiaLog(context, "india-instruments");
      const force = flagOption(input, "force");
      const { master, resolution } = await resolveWanted(market, log, { force });
      const { instruments, gaps, notes } = resolution;
      const { records, rows, copy, receipt } = master;
      return {
        exitCode: 0,
        document: { copy, raw: receipt.id, records, nseRows: rows.length, ...resolution },
        lines: [
          `the instrument master has ${records} records, ${rows.length} of NSE's cash segment (${copy}, ${receipt.id})`,
          ...table(
            instruments.map((one) => [
              one.symbol,
              one.token,
              one.isIndex ? "index" : "stock",
              one.hasAuction ? "closing auction" : "",
            ]),
            "  ",
          ),
          ...(gaps.length > 0 ? ["without a token (coverage gaps):"] : []),
          ...table(
            gaps.map((gap) => [gap.symbol, gap.role ?? "watchlist", gap.reason]),
            "  ",
          ),
          ...notes.map((note) => `note: ${note}`),
          "next: meridian india stream in a session, or meridian india history",
        ],
      };
    } finally {
      lock.release();
    }
  } finally {
    market.close();
  }
};
