/** `doctor`: is this workspace fit to work, and if not, what to do. */
import { dropQuarantine } from "#curation/quarantine-store.ts";
import { dropUnnamedParts } from "#lake/snapshot-store.ts";
import { takeJobLock } from "#platform/job-lock.ts";
import type { RunCommand } from "../command-spec.ts";
import {
  deepChecks,
  localChecks,
  namedSnapshots,
  networkChecks,
  stateCheck,
} from "../doctor-checks.ts";
import { flagOption } from "../option-values.ts";
import { table } from "../output.ts";
import { openUs } from "../us-open.ts";

const FAILED_EXIT = 3;

/** Exit 3 when a check fails; warnings end 0. */
export const runDoctor: RunCommand = async (context, input) => {
  // Before the stores are opened, which makes what is not there.
  const state = stateCheck(context.workspace);
  const us = openUs(context);
  try {
    const checks = [
      state,
      ...localChecks(context, us),
      ...(flagOption(input, "offline") ? [] : await networkChecks(context)),
      ...(flagOption(input, "deep") ? deepChecks(us) : []),
    ];
    const dropped = flagOption(input, "gc") ? dropOldSnapshots(context, us) : [];
    const isFailed = checks.some((one) => one.outcome === "fail");
    return {
      exitCode: isFailed ? FAILED_EXIT : 0,
      document: { checks, dropped },
      lines: [
        ...table(checks.map((one) => [one.outcome.toUpperCase(), one.check, one.says])),
        ...(flagOption(input, "gc")
          ? [`deleted ${dropped.length} files of snapshots that nothing names`]
          : []),
      ],
    };
  } finally {
    us.close();
  }
};

function dropOldSnapshots(
  context: Parameters<RunCommand>[0],
  us: ReturnType<typeof openUs>,
): string[] {
  const lock = takeJobLock(context.workspace, "us-build", context.clock.wallMs());
  try {
    const named = namedSnapshots(us);
    return [
      ...dropUnnamedParts(us.workspace.analyticsDir("us"), named),
      ...dropQuarantine(us.workspace.quarantineDir("us"), named).map(
        (name) => `quarantine/${name}`,
      ),
    ];
  } finally {
    lock.release();
  }
}
