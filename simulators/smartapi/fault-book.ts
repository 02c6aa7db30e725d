/**
 * Which faults are switched on and when they are due. Rules come from tests and over the control path, so
 * their form is checked here; what a fault does is the feed's and the answers' business.
 */
import { z } from "zod";
import { secondOfDay } from "../synthetic-market/tick-session.ts";
import { FAULT_NAMES, type FaultName, GARBAGE_SHAPES, stageOf } from "./fault-list.ts";

const RULES_MAX = 5000;
const count = z.int().min(0).max(1_000_000);

const faultArgsSchema = z.strictObject({
  /** Event time. */
  seconds: count.optional(),
  packets: count.optional(),
  times: z.int().min(1).max(1000).optional(),
  shares: z.int().min(1).max(1_000_000_000).optional(),
  last: z.boolean().optional(),
  shape: z.enum(GARBAGE_SHAPES).optional(),
  /** Part of the calls, 0 to 1. */
  share: z.number().min(0).max(1).optional(),
  code: z.string().max(20).optional(),
  refresh: z.enum(["works", "refused"]).optional(),
  /** Time of the machine. */
  pauseMs: z.int().min(0).max(600_000).optional(),
  /** Only calls whose path ends so, e.g. `getCandleData`. */
  call: z.string().max(100).optional(),
});

export const faultRuleSchema = z.strictObject({
  fault: z.enum(FAULT_NAMES),
  /** Event time `HH:MM:SS` from which it is due; at once without `at` and `nth`. */
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/)
    .optional(),
  /** Due from the nth packet that passed the feed, 1 for the first. */
  nth: z.int().min(1).max(1_000_000_000).optional(),
  /** How many packets or calls it strikes; 1 without it. */
  count: z.int().min(1).max(1_000_000).optional(),
  /** Number of the connection, 0 for the first; any without it. */
  connection: z.int().min(0).max(1_000_000).optional(),
  /** Only packets of this token. */
  token: z.string().max(25).optional(),
  args: faultArgsSchema.optional(),
});

export type FaultRule = z.output<typeof faultRuleSchema>;

/** A rule in force. `left` counts down what it may still strike. */
export type SwitchedFault = {
  readonly id: number;
  readonly rule: FaultRule;
  /** Second of the day from which it is due; -1 for at once. */
  readonly second: number;
  readonly nth: number;
  left: number;
  struck: number;
};

/** Keeps the rules of one simulator. */
export class FaultBook {
  #nextId = 1;
  #waiting: SwitchedFault[] = [];
  #all: SwitchedFault[] = [];

  /** Switches a fault on after checking its form; returns its id. */
  add(rule: FaultRule): number {
    if (this.#all.length >= RULES_MAX) throw new Error(`no more than ${RULES_MAX} fault rules`);
    const parsed = faultRuleSchema.parse(rule);
    const switched: SwitchedFault = {
      id: this.#nextId++,
      rule: parsed,
      second: parsed.at === undefined ? -1 : secondOfDay(parsed.at),
      nth: parsed.nth ?? 0,
      left: parsed.count ?? 1,
      struck: 0,
    };
    this.#all.push(switched);
    this.#waiting.push(switched);
    this.#waiting.sort((a, b) => a.second - b.second || a.nth - b.nth || a.id - b.id);
    return switched.id;
  }

  /** Switches one fault off, or all. */
  clear(id?: number): void {
    const stays = (one: SwitchedFault): boolean => id !== undefined && one.id !== id;
    for (const one of this.#all) if (!stays(one)) one.left = 0;
    this.#all = this.#all.filter(stays);
    this.#waiting = this.#waiting.filter(stays);
  }

  list(): readonly SwitchedFault[] {
    return this.#all;
  }

  /** First second at which a rule of the stream is due by its time. */
  nextSecond(): number {
    return this.#waiting.find((one) => one.nth === 0 && !isRest(one))?.second ?? Infinity;
  }

  /** First number of packets at which a rule is due by it. */
  nextNth(): number {
    const due = this.#waiting.filter((one) => one.nth > 0 && !isRest(one)).map(({ nth }) => nth);
    return Math.min(Infinity, ...due);
  }

  /** Takes the rules of the stream that are due out of waiting. */
  takeDue(second: number, packetsPassed: number): SwitchedFault[] {
    const isDue = (one: SwitchedFault): boolean =>
      !isRest(one) && one.second <= second && one.nth <= packetsPassed;
    const due = this.#waiting.filter(isDue);
    if (due.length > 0) this.#waiting = this.#waiting.filter((one) => !isDue(one));
    return due;
  }

  /** A rule found nobody to strike and stays due. */
  putBack(rule: SwitchedFault): void {
    this.#waiting.unshift(rule);
  }

  /** The first rule of these faults that is due for a call at this event time; counts it. */
  strikeCall(
    faults: readonly FaultName[],
    path: string,
    second: number,
    chance: number,
  ): SwitchedFault | undefined {
    const striking = this.#waiting.find(
      (one) =>
        faults.includes(one.rule.fault) &&
        one.left > 0 &&
        one.second <= second &&
        path.endsWith(one.rule.args?.call ?? "") &&
        chance < (one.rule.args?.share ?? 1),
    );
    if (striking) {
      striking.left -= 1;
      striking.struck += 1;
    }
    return striking;
  }
}

function isRest(one: SwitchedFault): boolean {
  return stageOf(one.rule.fault) === "rest";
}
