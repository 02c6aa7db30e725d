/** `us build` and `us withdraw` at the command line. */
import { runBuildJob, runRebuildJob } from "#markets/us/build/build-job.ts";
import { runWithdrawJob } from "#markets/us/build/withdraw-job.ts";
import type { RunCommand } from "../command-spec.ts";
import { requiredOption, textOption } from "../option-values.ts";
import { describeBuild } from "../build-screen.ts";
import { requireIntactLedger } from "../us-gate.ts";
import { openUs } from "../us-open.ts";

/** Builds, or makes an earlier snapshot again. Exit 0 whatever was quarantined or parked. */
export const runUsBuild: RunCommand = async (context, input) => {
  const us = openUs(context);
  try {
    const snapshot = textOption(input, "snapshot");
    const built =
      snapshot === undefined ? await runBuildJob(us) : await runRebuildJob(us, snapshot);
    return describeBuild(built);
  } finally {
    us.close();
  }
};

/** Ignores a raw file from the next build on. */
export const runUsWithdraw: RunCommand = async (context, input) => {
  const us = openUs(context);
  try {
    requireIntactLedger(us);
    const report = runWithdrawJob(us, {
      raw: input.operands[0] ?? "",
      operator: requiredOption(input, "operator"),
      reason: requiredOption(input, "reason"),
    });
    const what = report.recorded ? "is withdrawn" : "was withdrawn before; nothing changed";
    return {
      exitCode: 0,
      document: report,
      lines: [
        `${report.raw} (${report.symbol ?? "listing"}) ${what}.`,
        "next: meridian us build makes it effective",
      ],
    };
  } finally {
    us.close();
  }
};
