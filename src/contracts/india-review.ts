/**
 * The contract of `review.json`, the end-of-day report of an Indian session. Minutes are starts in IST
 * with their offset, prices rupees, volumes shares; numbers have 10 significant digits. Lists with a
 * limit stand beside the whole count. It holds no time of the machine.
 */
import { z } from "zod";

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const dateText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const minuteText = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\+05:30$/);
const count = z.int().min(0);
const percent = z.number().nullable();

/** The largest and the sum of the absolute differences of one field. */
const difference = z.strictObject({ max: z.number().min(0), sum: z.number().min(0) });

/** Prices of a minute in rupees, volume in shares or `null` where it is not known. */
const minutePrices = z.strictObject({
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number().nullable(),
});

const symbolCandles = z.strictObject({
  symbol: z.string(),
  isIndex: z.boolean(),
  /** Minutes of continuous trading; without a print a minute has no candle, and that is no fault. */
  expected: count,
  minutes: count,
  stream: count,
  rest: count,
  import: count,
  incomplete: count,
  /** Minutes without a candle that touch a gap: whether there was a print is not known. */
  unknown: count,
  first: minuteText.nullable(),
  last: minuteText.nullable(),
  /** Sum over the minutes whose volume is known; `null` where none is. */
  volume: z.number().nullable(),
  auction: z.strictObject({ price: z.number(), volume: z.number().nullable() }).nullable(),
});
export type ReviewSymbolCandles = z.output<typeof symbolCandles>;

const gap = z.strictObject({
  /** Times of the exchange, of the day, IST. */
  from: z.string(),
  to: z.string(),
  connection: count,
  cause: z.string(),
  /** Minutes of the session that it touches. */
  minutes: count,
  symbols: count,
  symbolsListed: z.array(z.string()),
  /** Rise of cumulative volume across it, which belongs to no minute. */
  volumes: z.array(z.strictObject({ symbol: z.string(), volume: z.number() })),
  volumeSymbols: count,
  missingBySequence: count.nullable(),
});
export type ReviewGap = z.output<typeof gap>;

/** Why a minute of the canonical candles is not what was sealed live. */
export const SEAL_CHANGES = [
  /** It is from REST or an import: the stream's is in doubt, or is not there. */
  "RECOVERED",
  /** Packets came after the seal, perhaps the minute's first. */
  "LATE_PACKETS",
  /** What was sealed came from REST, and a whole streamed minute took its place. */
  "OTHER_SOURCE",
  /** Only whether it is in doubt changed. */
  "COMPLETENESS",
  /** Another value on no more packets, e.g. because packets came in another order. */
  "VALUES",
  /** Nothing in the canonical day stands for it. */
  "ONLY_SEALED",
] as const;

const restSymbol = z.strictObject({
  symbol: z.string(),
  /** Streamed minutes that both sides have. */
  compared: count,
  differing: count,
  /** Of those, how many are marked as in doubt here. */
  differingIncomplete: count,
  onlyHere: count,
  onlyRest: count,
  /** Minutes that are here from REST or an import, and so prove nothing. */
  recovered: count,
  open: difference,
  high: difference,
  low: difference,
  close: difference,
  /** Over the minutes whose volume both sides know. */
  volume: z.strictObject({ compared: count, differing: count, ...difference.shape }),
  listed: z.array(z.strictObject({ minute: minuteText, here: minutePrices, rest: minutePrices })),
});
export type ReviewRestSymbol = z.output<typeof restSymbol>;

const observation = z.strictObject({
  id: z.string().regex(/^MOM-\d{4}-\d{2}-\d{2}-[0-9a-f]{12}$/),
  session: dateText,
  symbol: z.string(),
  minute: minuteText,
  close: z.number(),
  reference_high: z.number(),
  reference_high_certain: z.boolean(),
  reference_vwap: z.number(),
  hod_distance_percent: z.number(),
  volume: z.number(),
  volume_ratio: z.number(),
  candles: count,
  confidence: z.number().gt(0).lt(1),
  thresholds: z.record(z.string(), z.number()),
  outcome: z.strictObject({
    grade: z.enum(["A", "B", "C", "D", "UNGRADED"]),
    outcome: z.enum(["CLEAN", "CHOPPY", "FALSE"]).nullable(),
    is_surge: z.boolean().nullable(),
    close_change_t5_percent: percent,
    close_change_t15_percent: percent,
    volume_change_t5_percent: percent,
    reason: z.string().nullable(),
    is_final: z.boolean(),
  }),
});
export type ReviewObservation = z.output<typeof observation>;

export const indiaReviewSchema = z.strictObject({
  version: z.literal(1),
  market: z.literal("india"),
  session: dateText,
  /** The word every reader must show when it is true. */
  synthetic: z.boolean(),
  /** The snapshot that holds the canonical candles, or `null` when none was published. */
  snapshot: z.string().nullable(),
  plan: z.strictObject({
    calendar: z.string(),
    mode: z.enum(["ltp", "quote", "snap_quote"]),
    opens: minuteText,
    closes: minuteText,
    auction: z.strictObject({ from: minuteText, to: minuteText }).nullable(),
    sealDelayMs: count,
    clock: z.enum(["machine", "feed"]),
    symbols: count,
  }),
  inputs: z.array(z.strictObject({ name: z.string(), sha256: hex64 })),
  use: z.strictObject({ tokens: count, headroom: count, connections: count }).nullable(),
  coverageGaps: z.array(
    z.strictObject({ symbol: z.string(), role: z.string().nullable(), reason: z.string() }),
  ),
  packets: z.strictObject({
    received: count,
    duplicates: count,
    late: count,
    reordered: count,
    missing: count.nullable(),
    missingReason: z.string().nullable(),
  }),
  gaps: z.strictObject({ count, listed: z.array(gap) }),
  candles: z.array(symbolCandles),
  sealed: z.strictObject({
    compared: count,
    same: count,
    changes: z.array(z.strictObject({ cause: z.enum(SEAL_CHANGES), minutes: count })),
    listed: z.array(
      z.strictObject({ symbol: z.string(), minute: minuteText, cause: z.enum(SEAL_CHANGES) }),
    ),
  }),
  rest: z.strictObject({
    symbols: z.array(restSymbol),
    missing: z.array(z.strictObject({ symbol: z.string(), reason: z.string() })),
  }),
  momentum: z.strictObject({
    state: z.enum(["OBSERVED", "INSUFFICIENT_DATA"]),
    judged: count,
    insufficient: z.array(z.strictObject({ reason: z.string(), candles: count, symbols: count })),
    thresholds: z.record(z.string(), z.number()),
    count,
    grades: z.record(z.enum(["A", "B", "C", "D", "UNGRADED"]), count),
    observations: z.array(observation),
  }),
  anomalies: z.array(z.strictObject({ code: z.string(), count, examples: z.array(z.string()) })),
  /** What happened to connections and recovery, as the session put it down. */
  notes: z.array(z.string()),
  /** What this report cannot say, and why. */
  unknown: z.array(z.strictObject({ code: z.string(), says: z.string() })),
  charts: z.array(z.strictObject({ symbol: z.string(), file: z.string() })),
  /** Symbols that would have a chart but for the limit. */
  chartsLeftOut: count,
});
export type IndiaReview = z.output<typeof indiaReviewSchema>;
