/**
 * Counts the operations of this process that touch the disk, and carries out the plan at the chosen
 * ones. Which functions are operations, and how each is torn or refused, is for the `patch-*` files.
 */
import { renameSync, writeFileSync } from "node:fs";
import type { CountedOperation, FaultPlan, FaultReport, Strike } from "./fault-plan.ts";

/** One call of a function that touches the disk. `T` is a promise where it ends later. */
export type Operation<T> = {
  /** e.g. `rename data/analytics/us/current.json`. */
  readonly label: string;
  readonly perform: () => T;
  /** Leaves half of the operation's bytes behind; absent when it writes none. */
  readonly tear?: (() => T extends Promise<unknown> ? Promise<void> : void) | undefined;
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

/** To be made before anything is patched, so that its own file operations are the real ones. */
export function createOperationCounter(plan: FaultPlan): OperationCounter {
  const fate = createFate(plan);
  let isInside = false;
  return {
    through: (operation) => {
      if (isInside) return operation.perform();
      isInside = true;
      try {
        const course = fate.meet(operation);
        if (course === "torn" || course === "refused") operation.tear?.();
        if (course === "torn") return fate.die();
        if (course === "refused") throw fate.refusalOf(operation);
        const result = operation.perform();
        return course === "then_die" ? fate.die() : result;
      } finally {
        isInside = false;
      }
    },
    throughLater: async (operation) => {
      const course = fate.meet(operation);
      if (course === "torn" || course === "refused") await operation.tear?.();
      if (course === "torn") return fate.die();
      if (course === "refused") throw fate.refusalOf(operation);
      const result = await operation.perform();
      return course === "then_die" ? fate.die() : result;
    },
    clockShiftMs: () => fate.clockShiftMs(),
  };
}

/** How an operation goes on, once what comes before it was done. */
type Course = "whole" | "then_die" | "torn" | "refused";

/** Notes operations and decides their course by the plan. */
function createFate(plan: FaultPlan) {
  const strikes = new Map(plan.strikes.map((strike) => [strike.at, strike]));
  const operations: CountedOperation[] = [];
  const [write, rename] = [writeFileSync, renameSync];
  let refused = 0;
  let isFull = false;
  /** For the next operation that needs room. */
  let isFullOnce = false;
  let clockShiftMs = plan.clockShiftMs;

  /** A process that is killed from outside meanwhile leaves no report rather than half of one. */
  const save = (died: boolean): void => {
    const report: FaultReport = { operations, refused, died };
    write(`${plan.reportPath}~`, JSON.stringify(report));
    rename(`${plan.reportPath}~`, plan.reportPath);
  };
  const die = (): never => {
    save(true);
    process.kill(process.pid, "SIGKILL");
    throw new Error("a killed process does not go on");
  };
  process.once("exit", () => save(false));

  const meet = (operation: Operation<unknown>): Course => {
    const needsRoom = operation.refuse !== undefined;
    operations.push({ label: operation.label, needsRoom });
    const strike = strikes.get(operations.length);
    switch (strike?.action) {
      case "kill_before":
        return die();
      case "tear":
        return operation.tear === undefined ? die() : "torn";
      case "kill_after":
        return "then_die";
      case "full_once":
        isFullOnce = true;
        break;
      case "full_on":
        isFull = true;
        break;
      case "hold":
      case "jump":
        clockShiftMs += strike.jumpMs ?? 0;
        hold(strike);
        break;
      case undefined:
    }
    if (!needsRoom || !(isFull || isFullOnce)) return "whole";
    isFullOnce = false;
    return "refused";
  };

  const refusalOf = (operation: Operation<unknown>): Error => {
    refused += 1;
    return operation.refuse?.() ?? new Error(`there is always room for ${operation.label}`);
  };
  return { meet, die, refusalOf, clockShiftMs: () => clockShiftMs };
}

/** Stops this process for a while, as a slow disk would. */
function hold({ holdMs = 0 }: Strike): void {
  if (holdMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, holdMs);
}
