/**
 * Counts the operations of this process that touch the disk, and carries out the plan at the chosen
 * ones. Which functions are operations, and how each is torn or refused, is for the `patch-*` files.
 */
import { writeFileSync } from "node:fs";
import type { FaultPlan, FaultReport, Strike } from "./fault-plan.ts";

/** One call of a function that touches the disk. */
export type Operation<T> = {
  /** e.g. `rename data/analytics/us/current.json`. */
  readonly label: string;
  readonly perform: () => T;
  /** Leaves half of the operation's bytes behind; absent when it writes none. */
  readonly tear?: (() => void) | undefined;
  /** The error when there is no room on the disk; absent when the operation needs none. */
  readonly refuse?: (() => Error) | undefined;
};

export interface OperationCounter {
  /** Runs an operation under the plan. One that runs inside another is part of it. */
  through<T>(operation: Operation<T>): T;
  /** The same for an operation that ends later. */
  throughLater<T>(operation: Operation<Promise<T>>): Promise<T>;
  /** Wall clock of this process minus the machine's. */
  clockShiftMs(): number;
}

/** Made before anything is patched, so that its own file operations are the real ones. */
export function createOperationCounter(plan: FaultPlan): OperationCounter {
  const strikes = new Map(plan.strikes.map((strike) => [strike.at, strike]));
  const report: { operations: string[]; struck: FaultReport["struck"][number][] } = {
    operations: [],
    struck: [],
  };
  const writeReport = writeFileSync;
  let isInside = false;
  let isFull = false;
  let clockShiftMs = plan.clockShiftMs;
  const save = (): void => writeReport(plan.reportPath, JSON.stringify(report));
  const die = (): never => {
    save();
    process.kill(process.pid, "SIGKILL");
    throw new Error("a killed process does not go on");
  };
  process.once("exit", save);

  /** Notes the operation and returns what is to happen to it. */
  const meet = (label: string): Strike | undefined => {
    report.operations.push(label);
    const strike = strikes.get(report.operations.length);
    if (strike !== undefined) {
      report.struck.push({ at: strike.at, action: strike.action, label });
    }
    return strike;
  };

  /** Does what comes before the operation itself. */
  const prepare = (operation: Operation<unknown>, strike: Strike | undefined): void => {
    if (strike?.action === "kill_before") die();
    if (strike?.action === "tear") {
      operation.tear?.();
      die();
    }
    if (strike?.action === "jump") clockShiftMs += strike.jumpMs ?? 0;
    if (strike?.action === "hold") {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, strike.holdMs ?? 0);
    }
    if (strike?.action === "full_on") isFull = true;
    if ((isFull || strike?.action === "full_once") && operation.refuse !== undefined) {
      operation.tear?.();
      throw operation.refuse();
    }
  };

  return {
    through: (operation) => {
      if (isInside) return operation.perform();
      isInside = true;
      try {
        const strike = meet(operation.label);
        prepare(operation, strike);
        const result = operation.perform();
        if (strike?.action === "kill_after") die();
        return result;
      } finally {
        isInside = false;
      }
    },
    throughLater: async (operation) => {
      const strike = meet(operation.label);
      isInside = true;
      try {
        prepare(operation, strike);
      } finally {
        isInside = false;
      }
      const result = await operation.perform();
      if (strike?.action === "kill_after") die();
      return result;
    },
    clockShiftMs: () => clockShiftMs,
  };
}
