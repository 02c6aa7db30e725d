/** `<market> withdraw`: a wrong file is ignored by every later build; its bytes stay where they are. */
import type { RawKind } from "#contracts/raw-receipt.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { inTransaction } from "#platform/state-store.ts";
import { readTruthEvents } from "#truth/truth-events.ts";
import type { MarketDataContext } from "./market-context.ts";

export type WithdrawReport = {
  readonly raw: string;
  readonly symbol: string | null;
  readonly kind: RawKind;
  /** False when it was withdrawn before; nothing was written then. */
  readonly recorded: boolean;
};

/** Records the withdrawal. @throws RAW_UNKNOWN */
export function runWithdrawJob(
  context: MarketDataContext,
  options: { readonly raw: string; readonly operator: string; readonly reason: string },
): WithdrawReport {
  const { raw, operator, reason } = options;
  context.rawStore.recover();
  const receipt = context.rawStore.find(raw);
  if (!receipt) {
    throw new MeridianError("RAW_UNKNOWN", {
      message: `no raw file has the id ${raw}`,
      facts: { raw },
    });
  }
  const recorded = inTransaction(context.database, () => {
    if (readTruthEvents(context.ledger).withdrawn.has(raw)) return false;
    context.ledger.append({ kind: "RAW_WITHDRAWN", actor: operator, payload: { raw, reason } });
    return true;
  });
  return { raw, symbol: receipt.symbol, kind: receipt.kind, recorded };
}
