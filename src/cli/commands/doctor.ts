/** `doctor`: is this workspace fit to work, and if not, what to do. */
import { dropQuarantine } from "#curation/quarantine-store.ts";
import { dropUnnamedParts } from "#lake/snapshot-store.ts";
import { takeJobLock } from "#platform/job-lock.ts";
import type { RunCommand } from "../command-spec.ts";
import { deepChecks, localChecks, namedSnapshots, stateCheck } from "../doctor-checks.ts";
import { type OpenMarket, openMarket } from "../market-open.ts";
import { networkChecks } from "../network-checks.ts";
import { flagOption } from "../option-values.ts";
import { table } from "../output.ts";

const FAILED_EXIT = 3;

/** Exit 3 when a check fails; warnings end 0. */
export const runDoctor: RunCommand = async (context, input) => {
  // Before the stores are opened, which makes what is not there.
  const state = stateCheck(context.workspace);
  const us = openMarket(context, "us");
  const india = openMarket(context, "india");
  const markets = [us, india];
  try {
    const checks = [
      state,
      ...localChecks(context, { us, india }),
      ...(flagOption(input, "offline") ? [] : await networkChecks(context)),
      ...(flagOption(input, "deep") ? markets.flatMap(deepChecks) : []),
    ];
    const dropped = flagOption(input, "gc") ? markets.flatMap(dropOldSnapshots) : [];
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
    india.close();
  }
};

function dropOldSnapshots(opened: OpenMarket): string[] {
  const { market, workspace, clock } = opened;
  const lock = takeJobLock(workspace, `${market.id}-build`, clock.wallMs());
  try {
    const named = namedSnapshots(opened);
    return [
      ...dropUnnamedParts(workspace.analyticsDir(market.id), named),
      ...dropQuarantine(workspace.quarantineDir(market.id), named).map(
        (name) => `quarantine/${name}`,
      ),
    ];
  } finally {
    lock.release();
  }
}
