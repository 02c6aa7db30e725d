/** What an Indian symbol is to gate 1: its class from proxy role, import or default, in that order. */
import type { SnapshotRecipe } from "#contracts/snapshot.ts";
import type { RoleOf } from "#curation/market-rules.ts";

/** Role of the gauge, whose moves have a limit of their own. */
const GAUGE_ROLE = "volatility_gauge";

/** Answers for one proxy set. */
export function indiaRoleOf(proxyRoles: SnapshotRecipe["roles"]): RoleOf {
  return (symbol, receipts) => {
    const roles = proxyRoles.filter((role) => role.symbol === symbol);
    const said = receipts.findLast((receipt) => receipt.import?.instrumentClass)?.import;
    return {
      instrumentClass: roles[0]?.instrumentClass ?? said?.instrumentClass ?? "stock",
      required: roles.some((role) => role.blocking),
      isVolatilityGauge: roles.some((role) => role.role === GAUGE_ROLE),
    };
  };
}
