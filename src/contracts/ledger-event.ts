/**
 * The contract of ledger entries: the closed list of kinds and the payload of each. The ledger checks
 * a payload against it before writing and after reading; what follows from an entry is its stage's business.
 */
import { z } from "zod";
import { parseSessionDate } from "#core/session-date.ts";

const dateText = z
  .string()
  .refine((text) => parseSessionDate(text) !== undefined, { error: "a date written YYYY-MM-DD" });
const digestText = z.string().regex(/^[0-9a-f]{64}$/);
const someText = z.string().min(1).max(4000);
const nameText = z.string().min(1).max(200);
const factsObject = z.record(z.string(), z.json());

/** Set by `appendOnce`: entries of one kind and key are repeated only when something changed. */
const key = nameText.optional();

/** One review as a decision about it names it. `id` is the review's, `rule` what parked the row. */
const reviewRef = z.strictObject({
  id: nameText,
  symbol: nameText,
  session: dateText,
  rule: nameText,
});
const reviewDecision = z.strictObject({
  key,
  reviews: z.array(reviewRef).min(1).max(100_000),
  reason: someText,
});

/** How a row of the chain can be broken, as verification names it. */
export const CHAIN_FAULTS = [
  "changed",
  "removed",
  "inserted",
  "swapped",
  "tail_cut",
  "unreadable",
] as const;
export type ChainFault = (typeof CHAIN_FAULTS)[number];

/** Payload schemas by kind. The person who decided is the entry's `actor`. */
export const LEDGER_PAYLOADS = {
  /** A snapshot was published; `recipe` is what makes it again (decision 11). */
  SNAPSHOT_BUILT: z.strictObject({
    key,
    snapshot: nameText,
    contentDigest: digestText,
    recipe: factsObject,
  }),
  /** Canonical Truth Time moved to `session`; `previous` is null on the first load. */
  CTT_ADVANCED: z.strictObject({
    key,
    session: dateText,
    previous: dateText.nullable(),
    snapshot: nameText,
    verdictDigest: digestText,
  }),
  /** Gate 1 held or rejected; `rules` are the ids of its reasons, in the verdict's order. */
  GATE1_REFUSED: z.strictObject({
    key,
    outcome: z.enum(["hold", "reject"]),
    ctt: dateText.nullable(),
    rdt: dateText.nullable(),
    snapshot: nameText.nullable(),
    rules: z.array(nameText).max(10_000),
    verdictDigest: digestText,
  }),
  REVIEW_APPROVED: reviewDecision,
  REVIEW_REJECTED: reviewDecision,
  REVIEW_REOPENED: reviewDecision,
  /** Truth time may pass this rejected or missing row of a required symbol; the row stays missing. */
  SESSION_WAIVED: z.strictObject({
    key,
    symbol: nameText,
    session: dateText,
    reason: someText,
    decision: nameText,
  }),
  /** `raw` is the id of a receipt that builds ignore from here on; its bytes stay. */
  RAW_WITHDRAWN: z.strictObject({ key, raw: nameText, reason: someText }),
  CALENDAR_CORRECTED: z.strictObject({ key, correction: factsObject, decision: nameText }),
  /** An entry of the Decision Ledger; only in the governance ledger (`system`). */
  DECISION_RECORDED: z.strictObject({
    key,
    id: nameText,
    text: someText,
    author: nameText,
    refers: nameText.optional(),
  }),
  /**
   * First row of a new segment after a broken chain. Its `prev_hash` is not that of the row before
   * but `brokenDigest`, the digest of all rows before it as they were found, so that they stay so.
   */
  SEGMENT_REANCHORED: z.strictObject({
    key,
    brokenSeq: z.int().min(0),
    fault: z.enum(CHAIN_FAULTS),
    says: someText,
    brokenDigest: digestText,
    decision: nameText,
  }),
} as const satisfies Record<string, z.ZodType>;

export type LedgerKind = keyof typeof LEDGER_PAYLOADS;
export type LedgerPayload<K extends LedgerKind> = z.output<(typeof LEDGER_PAYLOADS)[K]>;

/** Whether the text names a kind of this product version. */
export function isLedgerKind(text: string): text is LedgerKind {
  return Object.hasOwn(LEDGER_PAYLOADS, text);
}
