/** What a build made of one session's minute candles, as the next build finds it again. */
import { z } from "zod";
import { minuteSummarySchema } from "#contracts/snapshot.ts";
import { quarantinedRowSchema } from "./payload-index.ts";

export const dayRecordSchema = z.strictObject({
  /** Digest of everything the session's candles depend on. */
  key: z.string(),
  parts: z.array(
    z.strictObject({ path: z.string(), rows: z.int().positive(), sha256: z.string() }),
  ),
  /** Digest of the rows as text. */
  digest: z.string(),
  parsed: z.int().min(0),
  accepted: z.int().min(0),
  quarantine: z.array(quarantinedRowSchema),
  summaries: z.array(minuteSummarySchema),
});
export type DayRecord = z.output<typeof dayRecordSchema>;
