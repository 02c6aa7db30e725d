/** `truth status`: one screen that answers why time is not moving. */
import type { RunCommand } from "../command-spec.ts";
import { marketOf } from "../market-open.ts";
import { describeTruth, readTruth } from "../truth-view.ts";

/** Exit 0 whatever the state: the question was answered. */
export const runTruthStatus: RunCommand = async (context, input) => {
  const truth = await readTruth(context, marketOf(input));
  return { exitCode: 0, document: truth, lines: describeTruth(truth) };
};
