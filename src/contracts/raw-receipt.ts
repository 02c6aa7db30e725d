/**
 * The contract of a raw receipt: what was asked of a vendor (or handed in by the operator), when, and
 * which bytes came. It stands beside the bytes as `.meta.json` and never holds a key or a URL.
 */
import { z } from "zod";

/** What a payload holds; decides which parser reads it. */
export const RAW_KINDS = [
  "daily",
  "daily_adjusted",
  "intraday",
  "splits",
  "dividends",
  "series",
  "index_daily",
  "listing",
  "import_daily",
  /** Minute bars of a vendor, asked for by REST; the receipt's endpoint says of which interval. */
  "minutes",
  /** The operator's own minute bars. */
  "import_minutes",
  /** One segment of a streamed session's tick log. */
  "ticks",
  /** The vendor's list of instruments with their tokens. */
  "instruments",
] as const;
export type RawKind = (typeof RAW_KINDS)[number];

/** How prices of an import relate to splits and dividends (decision 12). Vendor daily rows are `raw`. */
export const PRICE_BASES = ["raw", "split", "total"] as const;
export type PriceBasis = (typeof PRICE_BASES)[number];

const dateText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const instantText = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);

export const rawReceiptSchema = z.strictObject({
  version: z.literal(1),
  /** `RAW-` and 16 hex digits of the digest of all other fields but `body`. */
  id: z.string().regex(/^RAW-[0-9a-f]{16}$/),
  market: z.enum(["us", "india"]),
  kind: z.enum(RAW_KINDS),
  /** `alpha_vantage` or `import`; `synthetic` receipts of either say so below. */
  source: z.string().min(1),
  synthetic: z.boolean(),
  /** The vendor's function and parameters without the key; for imports `file` and the options. */
  endpoint: z.strictObject({
    name: z.string().min(1),
    params: z.record(z.string(), z.string()),
  }),
  /** The plain symbol the payload is about; for series the proxy's name; null for the listing. */
  symbol: z.string().min(1).nullable(),
  /** Receipt of the last byte, UTC by the machine's clock. Decides which rows can be whole. */
  fetchedAt: instantText,
  format: z.enum(["csv", "json", "ticks"]),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
  /** Rows of data the payload holds, as counted on receipt. */
  rows: z.int().min(0),
  /** Newest session in the payload whose row was whole on receipt; null when there is none. */
  newestSession: dateText.nullable(),
  /** Path of the bytes relative to `data/raw/<market>`, with `/` between folders. */
  body: z.string().min(1),
  /** Only for imports: how the operator said the numbers are to be read. */
  import: z
    .strictObject({
      fileName: z.string().min(1),
      basis: z.enum(PRICE_BASES),
      basisAsof: dateText.nullable(),
      instrumentClass: z.enum(["stock", "fund", "index"]).nullable(),
      /** Only for minute bars: their length, which end of a bar its stamp is, and the columns by place. */
      interval: z.enum(["1d", "1m", "5m"]).optional(),
      label: z.enum(["start", "end"]).optional(),
      columns: z.array(z.string()).optional(),
    })
    .optional(),
});

export type RawReceipt = z.output<typeof rawReceiptSchema>;
