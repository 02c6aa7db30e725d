/** The thresholds of `meridian.toml` that the row judgement uses, in its own names. */
import type { Thresholds } from "#contracts/settings.ts";
import type { JudgeContext } from "./judge-symbol.ts";

/** Limits in percent. */
export function limitsOf(thresholds: Thresholds): JudgeContext["limits"] {
  return {
    requiredPercent: thresholds.drift_required_percent,
    gaugePercent: thresholds.drift_gauge_percent,
    stockPercent: thresholds.drift_stock_percent,
    splitRatioPercent: thresholds.drift_split_ratio_percent,
    undonePercent: thresholds.drift_undone_percent,
    basisPercent: thresholds.basis_mismatch_percent,
  };
}
