/**
 * Loaded into a child process before the product (`node --import`): puts everything by which it touches
 * the disk, and the wall clock it sees, under the plan. The product itself knows nothing of it.
 */
import { syncBuiltinESMExports } from "node:module";
import { PLAN_VARIABLE, faultPlanSchema } from "./fault-plan.ts";
import { createOperationCounter } from "./operation-counter.ts";
import { patchFiles, replace } from "./patch-files.ts";
import { patchDuckDb, patchSqlite } from "./patch-stores.ts";

const planText = process.env[PLAN_VARIABLE];
if (planText !== undefined) install(planText);

function install(text: string): void {
  const plan = faultPlanSchema.parse(JSON.parse(text));
  const counter = createOperationCounter(plan);
  patchDuckDb(counter, plan.workspace);
  patchSqlite(counter);
  patchFiles(counter, plan.workspace);
  replace(Temporal.Now, "instant", (original) => () => {
    const instant = original.call(Temporal.Now);
    if (!(instant instanceof Temporal.Instant)) throw new Error("this Node tells no instant");
    return instant.add({ milliseconds: counter.clockShiftMs() });
  });
  syncBuiltinESMExports();
}
