/** Runs dependency-cruiser over a tree with the boundary table that lies in it. */
import * as z from "zod";
import { runTool } from "./planted-tree.ts";

const ruleSchema = z.object({ name: z.string(), comment: z.string(), severity: z.string() });

const cruiseSchema = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    ruleSetUsed: z.object({ forbidden: z.array(ruleSchema) }),
    violations: z.array(
      z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) }),
    ),
  }),
});

export type Cruise = {
  /** The table as the tool understood it. */
  readonly rules: readonly z.infer<typeof ruleSchema>[];
  /** Paths of all modules that were read or reached, with forward slashes. */
  readonly modules: readonly string[];
  readonly violations: readonly {
    readonly rule: string;
    readonly from: string;
    readonly to: string;
  }[];
};

export async function cruise(root: string, folders: readonly string[]): Promise<Cruise> {
  const { stdout } = await runTool(root, "dependency-cruiser/bin/dependency-cruiser.mjs", [
    "--output-type=json",
    ...folders,
  ]);
  const { modules, summary } = cruiseSchema.parse(JSON.parse(stdout));
  return {
    rules: summary.ruleSetUsed.forbidden,
    modules: modules.map(({ source }) => source),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
