/**
 * Which faults are switched on, for which requests, and how often they still strike. Rules come from
 * tests and over the control path, so their form is checked here.
 */
import { z } from "zod";
import { FAULT_NAMES, type FaultName } from "./fault-list.ts";
import type { VendorQuery } from "./vendor-query.ts";

const RULES_MAX = 1000;
const count = z.int().min(0).max(1_000_000);

const faultArgsSchema = z.strictObject({
  /** `YYYY-MM-DD`: the row of this session, where it is in the answer. */
  session: z.string().max(10).optional(),
  /** 0 is the newest row. */
  rowsBack: count.optional(),
  rowCount: count.optional(),
  /** Plain column name, e.g. `close`. */
  column: z.string().max(40).optional(),
  text: z.string().max(1000).optional(),
  /** Part of the body or of the rows, 0 to 1. */
  share: z.number().min(0).max(1).optional(),
  retryAfterSeconds: count.optional(),
  delayMs: count.optional(),
  chunkBytes: z.int().min(1).max(1_000_000).optional(),
  afterBytes: count.optional(),
  bytes: z
    .int()
    .min(0)
    .max(2 ** 31)
    .optional(),
});

export const faultRuleSchema = z.strictObject({
  fault: z.enum(FAULT_NAMES),
  /** Only requests of this function; likewise for symbol and key. */
  function: z.string().max(60).optional(),
  symbol: z.string().max(60).optional(),
  apiKey: z.string().max(200).optional(),
  /** Only requests with these parameters, e.g. `{outputsize: "full"}`. */
  where: z.record(z.string(), z.string()).optional(),
  /** The fault starts with the nth request that fits (1 = the first). */
  nth: z.int().min(1).max(1_000_000).optional(),
  /** It strikes this often; without it, until it is cleared. */
  count: z.int().min(1).max(1_000_000).optional(),
  args: faultArgsSchema.optional(),
});

export type FaultRule = z.output<typeof faultRuleSchema>;
export type FaultArgs = z.output<typeof faultArgsSchema>;

/** A rule in force. */
export type SwitchedFault = {
  readonly id: number;
  readonly rule: FaultRule;
  /** Requests that fitted, and those it struck. */
  readonly fitted: number;
  readonly struck: number;
};

/** A fault that strikes one request. */
export type StrikingFault = { readonly fault: FaultName; readonly args: FaultArgs };

/** Keeps the rules and counts down. */
export class FaultBook {
  #nextId = 1;
  #rules: { id: number; rule: FaultRule; fitted: number; struck: number }[] = [];

  /** Switches a fault on and returns the id by which it can be cleared. */
  add(rule: FaultRule): number {
    if (this.#rules.length >= RULES_MAX) throw new Error(`no more than ${RULES_MAX} fault rules`);
    const id = this.#nextId++;
    this.#rules.push({ id, rule, fitted: 0, struck: 0 });
    return id;
  }

  /** Switches one fault off, or all. */
  clear(id?: number): void {
    this.#rules = id === undefined ? [] : this.#rules.filter((one) => one.id !== id);
  }

  list(): readonly SwitchedFault[] {
    return this.#rules.map((one) => ({ ...one }));
  }

  /** The faults that strike this request, in the order they were switched on. Counts each of them. */
  strike(query: VendorQuery): StrikingFault[] {
    const striking: StrikingFault[] = [];
    for (const one of this.#rules) {
      if (!fits(one.rule, query)) continue;
      one.fitted += 1;
      const isDue = one.fitted >= (one.rule.nth ?? 1);
      if (!isDue || one.struck >= (one.rule.count ?? Number.POSITIVE_INFINITY)) continue;
      one.struck += 1;
      striking.push({ fault: one.rule.fault, args: one.rule.args ?? {} });
    }
    return striking;
  }
}

function fits(rule: FaultRule, query: VendorQuery): boolean {
  if (rule.function !== undefined && rule.function !== query.functionName) return false;
  if (rule.symbol !== undefined && rule.symbol !== query.params.get("symbol")) return false;
  if (rule.apiKey !== undefined && rule.apiKey !== query.apiKey) return false;
  return Object.entries(rule.where ?? {}).every(
    ([name, value]) => query.params.get(name.toLowerCase()) === value,
  );
}
