/** Verifies every chain of a workspace, and says so where a chain that must be there is not. */
import { existsSync } from "node:fs";
import type { MarketId } from "#core/market-definition.ts";
import { MeridianError } from "#core/meridian-error.ts";
import {
  type LedgerVerification,
  unverifiable,
  verifyLedger,
} from "#ledger/verify-ledger-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import type { Workspace } from "#platform/workspace.ts";
import { findLostState } from "./lost-state.ts";

export type ChainReport = {
  readonly owner: MarketId | "system";
  readonly value: LedgerVerification;
};

/**
 * One report a chain that is there or should be. `head` was kept from `ledger head` and belongs to
 * one chain; when no chain holds it, each report is broken, and there may be none.
 */
export function verifyChains(
  workspace: Workspace,
  owners: readonly (MarketId | "system")[],
  head: string | undefined,
): ChainReport[] {
  const reports = owners.flatMap((owner) => {
    const value = verifyOne(workspace, owner, head);
    return value === undefined ? [] : [{ owner, value }];
  });
  const hasHead = reports.some(({ value }) => typeof value.keptHead?.seq === "number");
  if (!hasHead || owners.length === 1) return reports;
  // That the other chains do not hold the head says nothing about them.
  return reports.map((report) =>
    typeof report.value.keptHead?.seq === "number"
      ? report
      : { ...report, value: withoutHead(report.value) },
  );
}

function verifyOne(
  workspace: Workspace,
  owner: MarketId | "system",
  head: string | undefined,
): LedgerVerification | undefined {
  try {
    const isThere = existsSync(workspace.statePath(owner));
    const value = isThere ? verifyFile(workspace.statePath(owner), head) : undefined;
    if (value?.ok === false && value.broken?.how !== "tail_cut") return value;
    const lost = findLostState(workspace, owner);
    return lost === undefined ? value : unverifiable(lost, head);
  } catch (cause) {
    if (cause instanceof MeridianError && cause.code === "FILE_DAMAGED") {
      return unverifiable(cause.message, head);
    }
    throw cause;
  }
}

function verifyFile(path: string, head: string | undefined): LedgerVerification {
  const database = openStateStore(path);
  try {
    return verifyLedger(database, { head });
  } finally {
    database.close();
  }
}

function withoutHead(value: LedgerVerification): LedgerVerification {
  const isOnlyHeadMissing = value.broken?.how === "tail_cut";
  return isOnlyHeadMissing ? { ...value, ok: true, broken: null, keptHead: null } : value;
}
