/** Options that several commands share, so that they are named and explained once. */
import { MARKET_IDS } from "#core/market-definition.ts";

export const MARKET_OPTION = {
  form: "--market <market>",
  says: "which market (required)",
  choices: MARKET_IDS,
  required: true,
} as const;

export const LEDGER_MARKET = {
  form: "--market <market>",
  says: "one chain only (default: all)",
  choices: [...MARKET_IDS, "system"],
} as const;

export const OPERATOR_OPTION = {
  form: "--operator <name>",
  says: "who decides; recorded in the ledger (required)",
  required: true,
} as const;

export const REASON_OPTION = {
  form: "--reason <text>",
  says: "why; recorded in the ledger (required)",
  required: true,
} as const;

export const DECISION_OPTION = {
  form: "--decision <id>",
  says: "the Decision Ledger entry that allows it (required)",
  required: true,
} as const;

/** What each decision about reviews does. */
export const REVIEW_VERBS = {
  approve: "admit parked rows; the next build makes it effective",
  reject: "refuse parked rows; the next build makes it effective",
  reopen: "take back an approval or a rejection; the next build makes it effective",
} as const;
