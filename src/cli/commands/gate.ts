/** `gate ingest` at the command line: gate 1 decides, the ledger keeps it, the screen says why. */
import type { MarketId } from "#core/market-definition.ts";
import { takeJobLock } from "#platform/job-lock.ts";
import { decideGate1, recordGate1 } from "#truth/run-gate1.ts";
import { writeTemporalView } from "#truth/temporal-store.ts";
import type { CommandContext } from "../command-context.ts";
import type { RunCommand } from "../command-spec.ts";
import { gate1Options, requireIntactLedger } from "../market-gate.ts";
import { marketOf, openMarket } from "../market-open.ts";
import type { CommandResult } from "../output.ts";
import { describeTruth, readTruth, temporalView } from "../truth-view.ts";

/** Moves CTT when gate 1 passes. Exit 0 moved or current, 4 only reviews hold it, 3 anything else. */
export const runGateIngest: RunCommand = async (context, input) => {
  const id = marketOf(input);
  // Before what was decided is read: another gate must not move truth time in between.
  const lock = takeJobLock(context.workspace, `${id}-gate`, context.clock.wallMs());
  try {
    return await judge(context, id);
  } finally {
    lock.release();
  }
};

async function judge(context: CommandContext, id: MarketId): Promise<CommandResult> {
  const market = openMarket(context, id);
  try {
    requireIntactLedger(market);
    market.rawStore.recover();
    const options = gate1Options(market);
    const decision = await decideGate1(options);
    recordGate1(options, decision, market.ledger);
    const truth = await readTruth(context, id, { ...decision, moved: false });
    writeTemporalView(context.workspace.truthDir(id), temporalView(truth));
    const head = decision.moved
      ? `gate 1 passed: CTT moved from ${decision.previous ?? "nothing"} to ${decision.ctt ?? ""}`
      : decision.exitCode === 0
        ? `gate 1: CTT is current at ${decision.ctt ?? "nothing"}`
        : `gate 1 ${decision.exitCode === 4 ? "holds" : "refuses"}: CTT stays at ${decision.ctt ?? "nothing"}`;
    const document = { ...truth, moved: decision.moved, previous: decision.previous };
    return { exitCode: decision.exitCode, document, lines: [head, "", ...describeTruth(truth)] };
  } finally {
    market.close();
  }
}
