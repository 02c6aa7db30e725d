/** The commands of the Indian market: fetch, stream, import, build. */
import type { CommandSpec } from "./command-spec.ts";
import { OPERATOR_OPTION, REASON_OPTION } from "./shared-options.ts";

export const INDIA_COMMANDS: readonly CommandSpec[] = [
  {
    name: "india build",
    description: "raw to staging to analytics",
    options: [
      { form: "--snapshot <id>", says: "make an earlier snapshot again, beside the one in force" },
    ],
    example: "meridian india build",
    load: async () => {
      const { runBuild } = await import("./commands/market-build.ts");
      return (context, input) => runBuild("india", context, input);
    },
  },
  {
    name: "india raw",
    description: "the raw files that were received, newest first, with their ids",
    options: [
      { form: "--symbol <symbol>", says: "only files about this symbol" },
      { form: "--limit <count>", says: "how many", fallback: "20" },
    ],
    example: 'meridian india raw --symbol "Nifty 50"',
    load: async () => {
      const { runRaw } = await import("./commands/market-raw.ts");
      return (context, input) => runRaw("india", context, input);
    },
  },
  {
    name: "india withdraw",
    description: "make builds ignore a wrong raw file; its bytes stay",
    operands: [{ form: "<raw-id>", says: "id of the raw receipt, RAW-…" }],
    options: [OPERATOR_OPTION, REASON_OPTION],
    example:
      'meridian india withdraw RAW-0123456789abcdef --operator "A. Person" --reason "wrong file"',
    load: async () => {
      const { runWithdraw } = await import("./commands/market-build.ts");
      return (context, input) => runWithdraw("india", context, input);
    },
  },
];
