/**
 * Finds that a state file was lost: it is gone, or was begun anew, while files that only it can have
 * led to are still there. Raw data comes back by itself; decisions and the ledger do not.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { MarketId } from "#core/market-definition.ts";
import { readPointedSnapshot } from "#lake/snapshot-store.ts";
import { ledgerNames } from "#ledger/ledger-table-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import type { Workspace } from "#platform/workspace.ts";

/** A sentence that says what was lost, or `undefined`. @throws FILE_DAMAGED, STORE_BUSY */
export function findLostState(
  workspace: Workspace,
  owner: MarketId | "system",
): string | undefined {
  const name = `data/state/${owner}.sqlite`;
  const remains = remainsOf(workspace, owner);
  if (remains === undefined) return undefined;
  const lost =
    owner === "system"
      ? "the Decision Ledger is lost"
      : "its decisions and its ledger are lost, the registry of raw is made again from the files";
  if (!existsSync(workspace.statePath(owner))) {
    return `${name} is missing beside ${remains.path}: ${lost}; restore it from a copy`;
  }
  if (remains.text === null) return undefined;
  const database = openStateStore(workspace.statePath(owner));
  try {
    return ledgerNames(database, remains.kind, remains.text)
      ? undefined
      : `${name} does not know ${remains.path}, so it is not the file that was there: ${lost}; restore it from a copy`;
  } finally {
    database.close();
  }
}

/** A file that a state file leads to; `text` is what an entry of `kind` in its ledger must say. */
type Remains = {
  readonly path: string;
  readonly kind: "SNAPSHOT_BUILT" | "DECISION_RECORDED";
  readonly text: string | null;
};

function remainsOf(workspace: Workspace, owner: MarketId | "system"): Remains | undefined {
  if (owner === "system") {
    return existsSync(join(workspace.ledgerDocsDir, "decisions.md"))
      ? { path: "docs/epistemic/ledger/decisions.md", kind: "DECISION_RECORDED", text: "" }
      : undefined;
  }
  const kind = "SNAPSHOT_BUILT";
  const pointed = pointedSnapshot(workspace.analyticsDir(owner));
  if (pointed !== undefined) {
    return { path: `${pointed} in data/analytics/${owner}`, kind, text: pointed };
  }
  const filled = (["raw", "analytics"] as const).find((stage) =>
    isFilled(stage === "raw" ? workspace.rawDir(owner) : workspace.analyticsDir(owner)),
  );
  return filled === undefined ? undefined : { path: `data/${filled}/${owner}`, kind, text: null };
}

/** The snapshot in force; a pointer that cannot be read names none, which is not for the ledger to tell. */
function pointedSnapshot(analyticsDir: string): string | undefined {
  try {
    return readPointedSnapshot(analyticsDir);
  } catch {
    return undefined;
  }
}

function isFilled(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
