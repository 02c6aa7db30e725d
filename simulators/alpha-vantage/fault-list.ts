/**
 * The closed list of what can be made to go wrong, each with what it does. `stage` says where it
 * strikes: instead of an answer, in its rows, in its written body, or on the way to the caller.
 */

export const FAULTS = [
  { name: "burst_notice", stage: "refusal", says: "The notice to space requests, one a second." },
  {
    name: "daily_quota_notice",
    stage: "refusal",
    says: "The notice that the day's 25 calls are spent; it spells the caller's key.",
  },
  {
    name: "legacy_note",
    stage: "refusal",
    says: "The older `Note` about the call frequency a minute.",
  },
  {
    name: "premium_endpoint",
    stage: "refusal",
    says: "The function is said to need a premium plan.",
  },
  {
    name: "premium_outputsize",
    stage: "refusal",
    says: "`outputsize=full` is said to need a premium plan.",
  },
  { name: "demo_key", stage: "refusal", says: "The notice for the demo key." },
  { name: "invalid_key", stage: "refusal", says: "The key is said to be invalid or missing." },
  {
    name: "unknown_symbol",
    stage: "refusal",
    says: "`Invalid API call` with the function's name; with `where: {outputsize: full}` it is a broken history.",
  },
  { name: "empty_object", stage: "refusal", says: "`{}`: nothing for the symbol, or an outage." },
  { name: "empty_quote", stage: "refusal", says: "A `Global Quote` without fields." },
  {
    name: "detail_object",
    stage: "refusal",
    says: "`{detail: …}`, as for an Accept header that cannot be met.",
  },
  { name: "html_page", stage: "refusal", says: "An HTML error page with status 200." },
  { name: "empty_body", stage: "refusal", says: "Status 200 with no byte of body." },
  {
    name: "key_echo_error_page",
    stage: "refusal",
    says: "A page with status 500 that spells the whole request line, key included.",
  },
  {
    name: "http_429",
    stage: "refusal",
    says: "Status 429 with `Retry-After` (args.retryAfterSeconds, 2).",
  },
  { name: "http_500", stage: "refusal", says: "Status 500 with a short text." },
  {
    name: "partial_row",
    stage: "rows",
    says: "While a session runs, its unfinished row is served on top.",
  },
  {
    name: "not_published_yet",
    stage: "rows",
    says: "The newest session (args.rowCount, 1) is not there yet.",
  },
  {
    name: "restated_history",
    stage: "rows",
    says: "A past bar (args.session or args.rowsBack, 5) has another close and volume than before.",
  },
  {
    name: "duplicate_dates_same",
    stage: "rows",
    says: "A row (args.rowsBack, 2) comes twice, equal.",
  },
  {
    name: "duplicate_dates_conflict",
    stage: "rows",
    says: "A row (args.rowsBack, 2) comes twice with different closes.",
  },
  {
    name: "holiday_rows",
    stage: "rows",
    says: "Rows on the newest Saturday and the newest closed weekday inside the range.",
  },
  {
    name: "missing_sessions",
    stage: "rows",
    says: "Rows are left out (args.session or args.rowsBack, 3; args.rowCount, 1).",
  },
  {
    name: "number_nan",
    stage: "rows",
    says: "A cell (args.column, close; args.rowsBack, 1) is `NaN`. So for all number faults.",
  },
  { name: "number_infinity", stage: "rows", says: "A cell is `Inf`." },
  { name: "number_negative", stage: "rows", says: "A cell has a minus sign." },
  { name: "number_zero", stage: "rows", says: "A cell is `0.0000`." },
  { name: "number_text", stage: "rows", says: "A cell is text (args.text, `n/a`)." },
  { name: "number_blank", stage: "rows", says: "A cell is empty." },
  { name: "number_exponent", stage: "rows", says: "A cell is written with an exponent." },
  { name: "number_huge", stage: "rows", says: "A cell has 24 digits." },
  {
    name: "high_below_low",
    stage: "rows",
    says: "High and low of a row (args.rowsBack, 1) are exchanged.",
  },
  {
    name: "column_renamed",
    stage: "rows",
    says: "A column (args.column, close or the last) has another name (args.text, `last`).",
  },
  { name: "column_missing", stage: "rows", says: "A column (args.column, the last) is left out." },
  { name: "column_extra", stage: "rows", says: "There is one more column, `vwap`." },
  {
    name: "short_listing",
    stage: "rows",
    says: "Only the first part of the rows is sent (args.share, 0.5).",
  },
  { name: "no_rows", stage: "rows", says: "The header, and no rows." },
  {
    name: "key_echo_in_data",
    stage: "rows",
    says: "Data that spells the caller's key: in a JSON head field, or as one more CSV row.",
  },
  {
    name: "truncated_json",
    stage: "body",
    says: "The JSON form is cut in the middle (args.share, 0.5), with a matching length.",
  },
  {
    name: "csv_cut_mid_row",
    stage: "body",
    says: "The body ends in the middle of a row (args.share, 0.5), with a matching length.",
  },
  {
    name: "csv_cut_mid_number",
    stage: "body",
    says: "The body ends inside the last number of a row (args.share, 0.5): all cells are there.",
  },
  {
    name: "csv_error_after_rows",
    stage: "body",
    says: "After a few rows (args.rowCount, 3) the rest is an error in JSON.",
  },
  {
    name: "csv_notice_as_row",
    stage: "body",
    says: "The header, then the quota notice spelled as a row: `I,n,f,o,r,m,a`.",
  },
  { name: "wrong_content_type", stage: "body", says: "Good data under `text/html`." },
  {
    name: "length_mismatch",
    stage: "delivery",
    says: "`Content-Length` promises the whole body, a part of it (args.share, 0.5) comes, then the connection closes.",
  },
  { name: "never_answers", stage: "delivery", says: "The connection stays open and silent." },
  {
    name: "connection_reset",
    stage: "delivery",
    says: "The connection is reset, after args.afterBytes (0) of the body.",
  },
  {
    name: "slow_drip",
    stage: "delivery",
    says: "The body comes in pieces of args.chunkBytes (16) every args.delayMs (200).",
  },
  {
    name: "late_answer",
    stage: "delivery",
    says: "The whole answer comes after args.delayMs (2000).",
  },
  {
    name: "oversized_body",
    stage: "delivery",
    says: "The data is followed by more rows until args.bytes (80 MiB) are sent.",
  },
] as const satisfies readonly FaultEntry[];

type FaultEntry = {
  readonly name: string;
  readonly stage: FaultStage;
  readonly says: string;
};

/** Where a fault strikes. */
export type FaultStage = "refusal" | "rows" | "body" | "delivery";
export type FaultName = (typeof FAULTS)[number]["name"];

/** All names, in the order of `FAULTS`. */
export const FAULT_NAMES: readonly FaultName[] = FAULTS.map((fault) => fault.name);

/** The names of one stage. */
export type FaultOf<S extends FaultStage> = Extract<
  (typeof FAULTS)[number],
  { readonly stage: S }
>["name"];

const STAGE_OF: ReadonlyMap<string, FaultStage> = new Map(
  FAULTS.map((fault) => [fault.name, fault.stage]),
);

/** Whether a fault strikes at a stage. */
export function isFaultOf<S extends FaultStage>(name: FaultName, stage: S): name is FaultOf<S> {
  return STAGE_OF.get(name) === stage;
}
