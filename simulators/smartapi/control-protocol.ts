/**
 * What may be asked of a running simulator besides what the vendor answers: one JSON object per POST to
 * `/control`. The vendor has no such path; nothing in the product ever calls it.
 */
import { z } from "zod";
import { faultRuleSchema } from "./fault-book.ts";

/** Path of the control endpoint. */
export const CONTROL_PATH = "/control";

/** All commands. Each answers with `{ok: true, …}`; a wrong one with 400 and `{ok: false, error}`. */
export const controlCommandSchema = z.discriminatedUnion("command", [
  /** Answers `ids`. */
  z.strictObject({ command: z.literal("add_faults"), faults: z.array(faultRuleSchema).max(1000) }),
  z.strictObject({ command: z.literal("clear_faults"), id: z.int().optional() }),
  /** Lets the feed begin, whatever is subscribed. */
  z.strictObject({ command: z.literal("start") }),
  /** Lets packets before this event time pass, all without it; for a feed with a holding point. */
  z.strictObject({
    command: z.literal("advance"),
    to: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/)
      .optional(),
  }),
  /** Answers `state` when the feed stands at its holding point, has ended, or after `timeoutMs`. */
  z.strictObject({
    command: z.literal("wait"),
    timeoutMs: z.int().min(0).max(25_000).optional(),
  }),
  /** Answers `state`: where the feed is. */
  z.strictObject({ command: z.literal("state") }),
  /** Answers `report`: what was delivered and what was not. */
  z.strictObject({ command: z.literal("report") }),
  /** Answers `minutes` and `auction`: true candles of a token up to the feed's event time. */
  z.strictObject({ command: z.literal("truth"), token: z.string() }),
  /** Answers `requests`, oldest first; `after` leaves out sequence numbers up to it. */
  z.strictObject({ command: z.literal("requests"), after: z.int().min(0).optional() }),
  z.strictObject({ command: z.literal("reset_limits") }),
  /** Stops the server. */
  z.strictObject({ command: z.literal("close") }),
]);

export type ControlCommand = z.input<typeof controlCommandSchema>;
export type ParsedControlCommand = z.output<typeof controlCommandSchema>;

/** One call over REST as the simulator saw it. No secret is kept. */
export type RequestRecord = {
  /** 1 for the first request of this server. */
  readonly sequence: number;
  readonly method: string;
  readonly path: string;
  /** `data`, a code, or the fault that stood in for an answer. */
  readonly outcome: string;
  readonly status: number;
  readonly eventTime: string;
};
