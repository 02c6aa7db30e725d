/** The commands of the US market: fetch, import, build. */
import type { CommandSpec } from "./command-spec.ts";
import { OPERATOR_OPTION, REASON_OPTION } from "./shared-options.ts";

export const US_COMMANDS: readonly CommandSpec[] = [
  {
    name: "us daily",
    description: "fetch daily closes, series and events that are due",
    example: "meridian us daily",
    load: async () => (await import("./commands/us-fetch.ts")).runUsDaily,
  },
  {
    name: "us symbols",
    description: "fetch the listing of all US symbols (weekly)",
    options: [{ form: "--delisted", says: "also fetch the delisted ones" }],
    example: "meridian us symbols",
    load: async () => (await import("./commands/us-fetch.ts")).runUsSymbols,
  },
  {
    name: "us intraday",
    description: "fetch 5-minute bars with the calls that the daily close leaves",
    example: "meridian us intraday",
    load: async () => (await import("./commands/us-fetch.ts")).runUsIntraday,
  },
  {
    name: "us backfill",
    description: "fetch full history (what the plan allows)",
    options: [
      { form: "--symbols <list>", says: "only these, comma separated" },
      { form: "--resume", says: "skip what an earlier backfill completed" },
    ],
    example: "meridian us backfill --symbols SPY,QQQ --resume",
    load: async () => (await import("./commands/us-fetch.ts")).runUsBackfill,
  },
  {
    name: "us retry",
    description: "try every queued call again, but for those that wait for a quota's reset",
    example: "meridian us retry",
    load: async () => (await import("./commands/us-fetch.ts")).runUsRetry,
  },
  {
    name: "us build",
    description: "raw to staging to analytics",
    options: [
      { form: "--snapshot <id>", says: "make an earlier snapshot again, beside the one in force" },
    ],
    example: "meridian us build",
    load: async () => {
      const { runBuild } = await import("./commands/market-build.ts");
      return (context, input) => runBuild("us", context, input);
    },
  },
  {
    name: "us import",
    description: "take your own CSV price history into raw",
    operands: [{ form: "<paths...>", says: "CSV files, or folders of them" }],
    options: [
      { form: "--symbol <symbol>", says: "whose prices the one file holds" },
      {
        form: "--symbol-from-name",
        says: "take the symbol from the file's name (always so in a folder)",
      },
      {
        form: "--basis <basis>",
        says: "what the prices are adjusted for",
        choices: ["raw", "split", "total"],
        required: true,
      },
      {
        form: "--basis-asof <date>",
        says: "day up to which splits are in the prices (default: the day of the import)",
      },
      {
        form: "--class <class>",
        says: "what the symbol is, where no listing says",
        choices: ["stock", "fund", "index"],
      },
      { form: "--dry-run", says: "tell what would happen and write nothing" },
      { form: "--synthetic", says: "the files hold SYNTHETIC data" },
    ],
    example: "meridian us import ./history --basis split --basis-asof 2021-02-05 --dry-run",
    load: async () => (await import("./commands/us-import.ts")).runUsImport,
  },
  {
    name: "us raw",
    description: "the raw files that were received, newest first, with their ids",
    options: [
      { form: "--symbol <symbol>", says: "only files about this symbol" },
      { form: "--limit <count>", says: "how many", fallback: "20" },
    ],
    example: "meridian us raw --symbol SPY",
    load: async () => {
      const { runRaw } = await import("./commands/market-raw.ts");
      return (context, input) => runRaw("us", context, input);
    },
  },
  {
    name: "us withdraw",
    description: "make builds ignore a wrong raw file; its bytes stay",
    operands: [{ form: "<raw-id>", says: "id of the raw receipt, RAW-…" }],
    options: [OPERATOR_OPTION, REASON_OPTION],
    example:
      'meridian us withdraw RAW-0123456789abcdef --operator "A. Person" --reason "wrong file"',
    load: async () => {
      const { runWithdraw } = await import("./commands/market-build.ts");
      return (context, input) => runWithdraw("us", context, input);
    },
  },
];
