/**
 * What may be asked of a running simulator besides data: one JSON object per POST to `/control`.
 * The vendor has no such path; nothing in the product ever calls it.
 */
import { z } from "zod";
import { PLANS } from "./call-meter.ts";
import { faultRuleSchema } from "./fault-book.ts";

/** Path of the control endpoint. */
export const CONTROL_PATH = "/control";
/** Path of the vendor's endpoint. */
export const QUERY_PATH = "/query";

const instantText = z.iso.datetime({ offset: true });

/** All commands. Each answers with `{ok: true, …}`; a wrong one with 400 and `{ok: false, error}`. */
export const controlCommandSchema = z.discriminatedUnion("command", [
  /** Answers `ids`, by which single faults can be cleared. */
  z.strictObject({ command: z.literal("add_faults"), faults: z.array(faultRuleSchema).max(100) }),
  z.strictObject({ command: z.literal("clear_faults"), id: z.int().optional() }),
  z.strictObject({ command: z.literal("move_clock"), to: instantText }),
  z.strictObject({ command: z.literal("advance_clock"), seconds: z.number().min(0).max(1e9) }),
  z.strictObject({ command: z.literal("reset_budgets") }),
  z.strictObject({
    command: z.literal("set_plan"),
    apiKey: z.string().min(1).max(200),
    plan: z.enum(PLANS),
  }),
  /** Answers `requests`, oldest first; `after` leaves out sequence numbers up to it. */
  z.strictObject({ command: z.literal("requests"), after: z.int().min(0).optional() }),
  /** Answers `clock`, `faults` and the calls of the day of each key seen. */
  z.strictObject({ command: z.literal("state") }),
  /** Stops the server. */
  z.strictObject({ command: z.literal("close") }),
]);

export type ControlCommand = z.input<typeof controlCommandSchema>;
export type ParsedControlCommand = z.output<typeof controlCommandSchema>;

/** One request to the vendor's path as the simulator saw it. */
export type RequestRecord = {
  /** 1 for the first request of this server. */
  readonly sequence: number;
  /** Simulated time of arrival, ISO 8601 UTC. */
  readonly simulatedAt: string;
  readonly functionName: string;
  readonly symbol: string | undefined;
  /** All parameters but the key. */
  readonly params: Readonly<Record<string, string>>;
  readonly apiKey: string;
  /** Names of the faults that struck, in order. */
  readonly faults: readonly string[];
  /** `data`, the name of a refusal, or of the fault that stood in for an answer. */
  readonly outcome: string;
  readonly status: number;
  /** Bytes of the body before faults on the way. */
  readonly bytes: number;
};
