/** `gate ingest` at the command line: gate 1 decides, the ledger keeps it, the screen says why. */
import { takeJobLock } from "#platform/job-lock.ts";
import { decideGate1, recordGate1 } from "#truth/run-gate1.ts";
import { writeTemporalView } from "#truth/temporal-store.ts";
import type { CommandContext } from "../command-context.ts";
import type { RunCommand } from "../command-spec.ts";
import { requireUs } from "../market-choice.ts";
import type { CommandResult } from "../output.ts";
import { gate1Options, requireIntactLedger } from "../us-gate.ts";
import { openUs } from "../us-open.ts";
import { describeTruth, readTruth, temporalView } from "../truth-view.ts";

/** Moves CTT when gate 1 passes. Exit 0 moved or current, 4 only reviews hold it, 3 anything else. */
export const runGateIngest: RunCommand = async (context, input) => {
  requireUs(input);
  // Before what was decided is read: another gate must not move truth time in between.
  const lock = takeJobLock(context.workspace, "us-gate", context.clock.wallMs());
  try {
    return await judge(context);
  } finally {
    lock.release();
  }
};

async function judge(context: CommandContext): Promise<CommandResult> {
  const us = openUs(context);
  try {
    requireIntactLedger(us);
    us.rawStore.recover();
    const options = gate1Options(us);
    const decision = await decideGate1(options);
    recordGate1(options, decision, us.ledger);
    const truth = await readTruth(context, { ...decision, moved: false });
    writeTemporalView(context.workspace.truthDir("us"), temporalView(truth));
    const head = decision.moved
      ? `gate 1 passed: CTT moved from ${decision.previous ?? "nothing"} to ${decision.ctt ?? ""}`
      : decision.exitCode === 0
        ? `gate 1: CTT is current at ${decision.ctt ?? "nothing"}`
        : `gate 1 ${decision.exitCode === 4 ? "holds" : "refuses"}: CTT stays at ${decision.ctt ?? "nothing"}`;
    const document = { ...truth, moved: decision.moved, previous: decision.previous };
    return { exitCode: decision.exitCode, document, lines: [head, "", ...describeTruth(truth)] };
  } finally {
    us.close();
  }
}
