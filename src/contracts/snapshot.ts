/**
 * The contracts of a lake snapshot: the recipe it is a function of, the manifest that names its
 * files, and the pointer to the one in force. None of them holds a time of the machine.
 */
import { z } from "zod";
import { calendarCorrectionSchema } from "./calendar-correction.ts";
import { PRICE_BASES } from "./raw-receipt.ts";

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const dateText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
export const snapshotIdSchema = z.string().regex(/^SNAP-[0-9a-f]{16}$/);

/**
 * Everything a snapshot is computed from (decision 11). The id is the digest of all fields but the
 * two `…ThroughSeq`, which only say how far to read the registry and the ledger to find the inputs.
 */
export const snapshotRecipeSchema = z.strictObject({
  market: z.enum(["us", "india"]),
  builder: z.string().min(1),
  /** Corrections on top of the published facts, so that the recipe can be followed later. */
  calendar: z.strictObject({
    version: z.string().min(1),
    digest: hex64,
    corrections: z.array(calendarCorrectionSchema),
    /**
     * The published facts below the corrections. Later facts, cut to this range, give the same calendar
     * while no day of it was changed. Absent in recipes from before it was written down.
     */
    base: z.strictObject({ version: z.string().min(1), from: dateText, to: dateText }).optional(),
  }),
  rawThroughSeq: z.int().min(0),
  rawDigest: hex64,
  eventsThroughSeq: z.int().min(0),
  eventsDigest: hex64,
  /** Classes of symbols that do not follow from raw data, and the roles that are required. */
  roles: z.array(
    z.strictObject({
      symbol: z.string(),
      role: z.string(),
      blocking: z.boolean(),
      instrumentClass: z.enum(["stock", "fund", "index", "series"]),
    }),
  ),
  thresholds: z.record(z.string(), z.number()),
});
export type SnapshotRecipe = z.output<typeof snapshotRecipeSchema>;

const rowCounts = z.strictObject({
  parsed: z.int().min(0),
  accepted: z.int().min(0),
  quarantined: z.int().min(0),
  parked: z.int().min(0),
});
export type RowCounts = z.output<typeof rowCounts>;

export const snapshotManifestSchema = z.strictObject({
  version: z.literal(1),
  snapshot: snapshotIdSchema,
  market: z.enum(["us", "india"]),
  /** The word every reader must show when it is true. */
  synthetic: z.boolean(),
  contentDigest: hex64,
  recipe: snapshotRecipeSchema,
  counts: z.record(z.string(), rowCounts),
  files: z.array(z.strictObject({ path: z.string(), rows: z.int().positive(), sha256: hex64 })),
  /** Report and quarantined rows of this build, beside the manifest and below `data/quarantine`. */
  reportSha256: hex64,
  quarantineSha256: hex64,
});
export type SnapshotManifest = z.output<typeof snapshotManifestSchema>;

export const snapshotPointerSchema = z.strictObject({ snapshot: snapshotIdSchema });

/** Rules that park a row, a session or a symbol until a person decides. */
export const PARK_RULES = [
  "DRIFT_REQUIRED",
  "DRIFT_GAUGE",
  "DRIFT_UNCORROBORATED",
  "BASIS_MISMATCH",
] as const;
export type ParkRule = (typeof PARK_RULES)[number];

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const parkedRowSchema = z.strictObject({
  id: z.string().regex(/^REV-[0-9a-f]{12}$/),
  symbol: z.string(),
  session: dateText,
  rule: z.enum(PARK_RULES),
  facts,
  decision: z.enum(["open", "approved", "rejected"]),
});
export type ParkedRow = z.output<typeof parkedRowSchema>;

const symbolSessionNote = z.strictObject({ symbol: z.string(), session: dateText, facts });

/** What a session's minute candles of one symbol are, first that holds. */
const MINUTE_JUDGEMENTS = [
  "EMPTY",
  "GAPS",
  "LATE_START",
  "EARLY_END",
  "INCOMPLETE",
  "WHOLE",
] as const;

/** What the minute candles of one symbol and session amount to: reported, and holding nothing. */
export const minuteSummarySchema = z.strictObject({
  symbol: z.string(),
  session: dateText,
  interval: z.enum(["1m", "5m"]),
  judgement: z.enum(MINUTE_JUDGEMENTS),
  /** The judgement in words, with its numbers. */
  reason: z.string(),
  /** Codes for what else a reader should know, such as EXTENDED_SESSION. */
  notes: z.array(z.string()),
  /** Candles that readers see, an auction's print not counted. */
  bars: z.int().min(0),
  /** Candles that the session's hours hold, breaks left out. */
  expected: z.int().min(0),
  /** Of those, how many there are not: at the start, in the middle and at the end. */
  missing: z.int().min(0),
  missingAtStart: z.int().min(0),
  missingAtEnd: z.int().min(0),
  /** Candles that are there and marked incomplete. */
  incomplete: z.int().min(0),
  /** Refused rows of the session, and of those the repeated and those outside its hours. */
  quarantined: z.int().min(0),
  duplicates: z.int().min(0),
  outside: z.int().min(0),
  /** Start of the first and of the last candle in the exchange's local time, HH:MM. */
  first: localTime.nullable(),
  last: localTime.nullable(),
  /** Candles by where they came from. */
  sources: z.strictObject({
    stream: z.int().min(0),
    rest: z.int().min(0),
    import: z.int().min(0),
  }),
});
export type MinuteSummary = z.output<typeof minuteSummarySchema>;

/** What a build found, besides the rows: read by `truth reviews`, gate 1 and the summaries. */
export const buildReportSchema = z.strictObject({
  version: z.literal(1),
  snapshot: snapshotIdSchema,
  reviews: z.array(parkedRowSchema),
  /** Large moves that were admitted and are listed (LARGE_MOVE). */
  largeMoves: z.array(symbolSessionNote),
  /** Bars that a later payload changed (RESTATED); facts hold the old and the new close. */
  restated: z.array(symbolSessionNote),
  eventConflicts: z.array(symbolSessionNote),
  /** Quarantined rows by rule, and the first examples of each. */
  quarantineByRule: z.record(z.string(), z.int().positive()),
  symbols: z.array(
    z.strictObject({
      symbol: z.string(),
      instrumentClass: z.enum(["stock", "fund", "index", "series"]),
      basis: z.enum([...PRICE_BASES, "mixed"]).nullable(),
      firstAccepted: dateText.nullable(),
      newestAccepted: dateText.nullable(),
      newestReceived: dateText.nullable(),
      accepted: z.int().min(0),
      /** Sessions between first accepted and newest received with no row at all. */
      missing: z.int().min(0),
      /** The newest of them, at most `MISSING_LISTED_MAX`. */
      missingNewest: z.array(dateText),
      /** Sessions whose only rows were quarantined, newest first, at most `MISSING_LISTED_MAX`. */
      rejectedNewest: z.array(z.strictObject({ session: dateText, rules: z.array(z.string()) })),
    }),
  ),
  /** Absent where the market has no minute candles. */
  minutes: z.array(minuteSummarySchema).optional(),
  /** Summaries of older sessions that the list has no room for. */
  minutesLeftOut: z.int().min(0).optional(),
});
export type BuildReport = z.output<typeof buildReportSchema>;
export type SymbolReport = BuildReport["symbols"][number];

/** Longest list of sessions that a symbol's report spells out; the counts are always whole. */
export const MISSING_LISTED_MAX = 20;
