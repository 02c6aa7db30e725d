/** Opens the Decision Ledger, which is governance and lies in `system.sqlite`, apart from any market. */
import { type DecisionLedger, openDecisionLedger } from "#ledger/decision-ledger.ts";
import { openLedger } from "#ledger/ledger-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import type { CommandContext } from "./command-context.ts";

/** The Decision Ledger; to be closed by the caller. */
export function openDecisions(context: CommandContext): {
  readonly ledger: DecisionLedger;
  close(): void;
} {
  const database = openStateStore(context.workspace.statePath("system"));
  const ledger = openDecisionLedger(openLedger(database, "system", context.clock));
  return { ledger, close: () => database.close() };
}
