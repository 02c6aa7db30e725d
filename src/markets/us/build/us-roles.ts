/** What a US symbol is to gate 1: its class from proxy role, listing, import or default, in that order. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { SnapshotRecipe } from "#contracts/snapshot.ts";
import type { InstrumentClass } from "#core/market-definition.ts";
import type { SymbolRole } from "#curation/symbol-rows.ts";

/** Role of the gauge, whose moves have a limit of their own. */
const GAUGE_ROLE = "volatility_gauge";

/**
 * Answers for one proxy set and one listing. `assetTypes` (by symbol, `Stock` or `ETF`) is asked
 * for at the first symbol that has no role: reading a listing takes longer than a build without news.
 */
export function usRoleOf(
  proxyRoles: SnapshotRecipe["roles"],
  assetTypes: () => ReadonlyMap<string, string>,
): (symbol: string, receipts: readonly RawReceipt[]) => SymbolRole {
  let listed: ReadonlyMap<string, string> | undefined;
  return (symbol, receipts) => {
    const roles = proxyRoles.filter((role) => role.symbol === symbol);
    return {
      instrumentClass:
        roles[0]?.instrumentClass ?? classOf(symbol, receipts, (listed ??= assetTypes())),
      required: roles.some((role) => role.blocking),
      isVolatilityGauge: roles.some((role) => role.role === GAUGE_ROLE),
    };
  };
}

function classOf(
  symbol: string,
  receipts: readonly RawReceipt[],
  assetTypes: ReadonlyMap<string, string>,
): InstrumentClass {
  if (receipts.some((receipt) => receipt.kind === "index_daily")) return "index";
  const listed = assetTypes.get(symbol);
  if (listed !== undefined) return listed === "ETF" ? "fund" : "stock";
  return (
    receipts.findLast((receipt) => receipt.import?.instrumentClass)?.import?.instrumentClass ??
    "stock"
  );
}
