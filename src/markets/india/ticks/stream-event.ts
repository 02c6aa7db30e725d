/** Reads back what the tick log says about connections. What an event means is the gap book's business. */
import { z } from "zod";
import { GAP_CAUSES, type StreamEvent } from "./tick-source.ts";

const connection = z.int().min(0).max(255);
const says = z.string();

export const streamEventSchema: z.ZodType<StreamEvent> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("CONNECTED"), connection, tokens: z.int().min(0) }),
  z.strictObject({ kind: z.literal("LOST"), connection, cause: z.enum(GAP_CAUSES), says }),
  z.strictObject({
    kind: z.literal("REFUSED"),
    connection,
    status: z.int().nullable(),
    says,
    pauseMs: z.number(),
  }),
  z.strictObject({ kind: z.literal("TEXT"), connection, says }),
  z.strictObject({ kind: z.literal("UNUSABLE"), connection, says }),
  z.strictObject({ kind: z.literal("USABLE"), connection }),
]);
