/** How long the lists of a review may be; the counts beside them are always whole. */

/** Gaps that are spelt out. */
export const GAPS_LISTED_MAX = 500;
/** Symbols and volumes that one gap spells out. */
export const GAP_SYMBOLS_LISTED_MAX = 20;
/** Minutes that changed after their seal and are spelt out. */
export const SEAL_CHANGES_LISTED_MAX = 200;
/** Minutes of one symbol that differ from REST and are spelt out. */
export const REST_MINUTES_LISTED_MAX = 10;
/** Observations that are spelt out. */
export const OBSERVATIONS_LISTED_MAX = 2000;
/** Examples of each anomaly, and the characters of each. */
export const ANOMALY_EXAMPLES_MAX = 3;
export const ANOMALY_EXAMPLE_LENGTH_MAX = 760;
/** Notes of the session. */
export const NOTES_LISTED_MAX = 200;
/** Charts: proxies first, then symbols with observations. */
export const CHARTS_MAX = 24;
/** Rows of one table in the Markdown; `review.json` has the rest. */
export const TABLE_ROWS_MAX = 60;
