/** What can become of a parsed row. Parsed = quarantined + parked + accepted + confirming, always. */

/** Names by code. A confirming row repeats a revision that an earlier payload brought, and counts as accepted. */
export const ROW_OUTCOMES = ["quarantined", "parked", "accepted", "confirming"] as const;
export const OUTCOME_QUARANTINED = 0;
export const OUTCOME_PARKED = 1;
export const OUTCOME_ACCEPTED = 2;
export const OUTCOME_CONFIRMING = 3;
