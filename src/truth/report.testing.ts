/** Build reports for tests: what a build says of symbols and reviews, in few words. */
import type { BuildReport, ParkedRow, SymbolReport } from "#contracts/snapshot.ts";

/** A report with nothing in it but what is given. */
export function reportOf(about: Partial<BuildReport> = {}): BuildReport {
  return {
    version: 1,
    snapshot: "SNAP-0123456789abcdef",
    reviews: [],
    largeMoves: [],
    restated: [],
    eventConflicts: [],
    quarantineByRule: {},
    symbols: [],
    ...about,
  };
}

/** A symbol that was accepted whole from `first` to `newest`. */
export function symbolOf(
  symbol: string,
  first: string,
  newest: string,
  more: Partial<SymbolReport> = {},
): SymbolReport {
  return {
    symbol,
    instrumentClass: "stock",
    basis: "raw",
    firstAccepted: first,
    newestAccepted: newest,
    newestReceived: newest,
    accepted: 1,
    missing: 0,
    missingNewest: [],
    rejectedNewest: [],
    ...more,
  };
}

let reviews = 0;

/** An open review. */
export function reviewOf(
  symbol: string,
  session: string,
  more: Partial<ParkedRow> = {},
): ParkedRow {
  return {
    id: `REV-${String(++reviews).padStart(12, "0")}`,
    symbol,
    session,
    rule: "DRIFT_UNCORROBORATED",
    facts: {},
    decision: "open",
    ...more,
  };
}
