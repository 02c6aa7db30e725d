/**
 * What the driver tells a child process to suffer, and what the child reports back. The plan travels as
 * JSON in one environment variable; the report is a file outside the workspace.
 */
import { z } from "zod";

/** Name of the environment variable that holds the plan; without it the preload does nothing. */
export const PLAN_VARIABLE = "MERIDIAN_FAULT_PLAN";

/**
 * What happens at an operation. `tear`: half of its bytes reach the disk, then the process dies (an
 * operation that writes no bytes of its own is not begun). `full_once`, `full_on`: there is no room
 * for it, or for it and all that follow. `hold`: it begins late. `jump`: the wall clock is set.
 */
const STRIKE_ACTIONS = [
  "kill_before",
  "kill_after",
  "tear",
  "full_once",
  "full_on",
  "hold",
  "jump",
] as const;

const strikeSchema = z.strictObject({
  /** Number of the operation, from 1. */
  at: z.int().min(1),
  action: z.enum(STRIKE_ACTIONS),
  /** For `hold`. */
  holdMs: z.number().min(0).optional(),
  /** For `jump`: by how much the wall clock is set forward, or back when negative. */
  jumpMs: z.number().optional(),
});
export type Strike = z.output<typeof strikeSchema>;

export const faultPlanSchema = z.strictObject({
  /** Operations are named by their path below this folder. */
  workspace: z.string(),
  reportPath: z.string(),
  strikes: z.array(strikeSchema).max(1000),
  /** Wall clock of the child minus the machine's, at its start. */
  clockShiftMs: z.number().default(0),
});
export type FaultPlan = z.output<typeof faultPlanSchema>;

const operationSchema = z.strictObject({
  /** e.g. `rename data/analytics/us/current.json`. */
  label: z.string(),
  needsRoom: z.boolean(),
});
export type CountedOperation = z.output<typeof operationSchema>;

/** What a child did, in order; how many operations found no room on the disk. */
export const faultReportSchema = z.strictObject({
  operations: z.array(operationSchema),
  refused: z.int().min(0),
  /** Whether it killed itself, which Windows does not tell from any other end. */
  died: z.boolean(),
});
export type FaultReport = z.output<typeof faultReportSchema>;
