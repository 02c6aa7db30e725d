/**
 * Writes the ledger's projections for people under `docs/epistemic/ledger/`, each rewritten whole from
 * the ledger (decision 7). One write decides, the Markdown follows; nothing ever reads it back.
 */
import { join } from "node:path";
import { readTextIfThere, removeLeftoversOf, writeFileAtomic } from "#platform/atomic-file.ts";
import type { Workspace } from "#platform/workspace.ts";
import type { DecisionLedger } from "./decision-ledger.ts";
import { renderDecisions } from "./decisions-markdown.ts";

/**
 * Brings `decisions.md` up to the ledger; a file that already says so is not touched. Returns the
 * names of the files that were written. @throws DISK_FULL
 */
export function writeProjections(workspace: Workspace, decisions: DecisionLedger): string[] {
  const projections = { "decisions.md": renderDecisions(decisions.list()) };
  return Object.entries(projections)
    .filter(([name, text]) => writeIfChanged(join(workspace.ledgerDocsDir, name), text))
    .map(([name]) => name);
}

function writeIfChanged(path: string, text: string): boolean {
  removeLeftoversOf(path);
  if (readTextIfThere(path) === text) return false;
  writeFileAtomic(path, text);
  return true;
}
