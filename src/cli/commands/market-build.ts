/** `build` and `withdraw` of a market at the command line. */
import { runBuildJob, runRebuildJob } from "#curation/build-job.ts";
import { runWithdrawJob } from "#curation/withdraw-job.ts";
import type { MarketId } from "#core/market-definition.ts";
import { describeBuild } from "../build-screen.ts";
import type { CommandContext } from "../command-context.ts";
import type { CommandInput } from "../command-spec.ts";
import { requireIntactLedger } from "../market-gate.ts";
import { openMarket } from "../market-open.ts";
import { requiredOption, textOption } from "../option-values.ts";
import type { CommandResult } from "../output.ts";

/** Builds, or makes an earlier snapshot again. Exit 0 whatever was quarantined or parked. */
export async function runBuild(
  id: MarketId,
  context: CommandContext,
  input: CommandInput,
): Promise<CommandResult> {
  const market = openMarket(context, id);
  try {
    const snapshot = textOption(input, "snapshot");
    const built =
      snapshot === undefined ? await runBuildJob(market) : await runRebuildJob(market, snapshot);
    return describeBuild(built);
  } finally {
    market.close();
  }
}

/** Ignores a raw file from the next build on. */
export async function runWithdraw(
  id: MarketId,
  context: CommandContext,
  input: CommandInput,
): Promise<CommandResult> {
  const market = openMarket(context, id);
  try {
    requireIntactLedger(market);
    const { kind, ...report } = runWithdrawJob(market, {
      raw: input.operands[0] ?? "",
      operator: requiredOption(input, "operator"),
      reason: requiredOption(input, "reason"),
    });
    const what = report.recorded ? "is withdrawn" : "was withdrawn before; nothing changed";
    return {
      exitCode: 0,
      document: report,
      lines: [
        `${report.raw} (${report.symbol ?? kind}) ${what}.`,
        `next: meridian ${id} build makes it effective`,
      ],
    };
  } finally {
    market.close();
  }
}
