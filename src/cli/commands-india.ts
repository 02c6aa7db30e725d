/** The commands of the Indian market: fetch, stream, import, build. */
import type { CommandSpec } from "./command-spec.ts";
import { OPERATOR_OPTION, REASON_OPTION } from "./shared-options.ts";

export const INDIA_COMMANDS: readonly CommandSpec[] = [
  {
    name: "india import",
    description: "take your own CSV price history into raw, daily or of minutes",
    operands: [{ form: "<paths...>", says: "CSV files, or folders of them" }],
    options: [
      {
        form: "--interval <interval>",
        says: "length of the bars",
        choices: ["1d", "1m", "5m"],
        required: true,
      },
      {
        form: "--label <end>",
        says: "which end of a bar its stamp is; must be said for minutes",
        choices: ["start", "end"],
      },
      {
        form: "--columns <list>",
        says: "what the columns are by place, for files without a header or with other names: symbol, date, time, open, high, low, close, volume, skip",
      },
      {
        form: "--symbol <symbol>",
        says: "whose prices the one file holds, where no column of it says",
      },
      {
        form: "--symbol-from-name",
        says: "take the symbol from the file's name (always so in a folder)",
      },
      {
        form: "--basis <basis>",
        says: "what the prices are adjusted for",
        choices: ["raw", "split"],
        fallback: "raw",
      },
      {
        form: "--basis-asof <date>",
        says: "day up to which splits are in the prices (default: the day of the import)",
      },
      {
        form: "--class <class>",
        says: "what the symbol is, where no proxy role says",
        choices: ["stock", "fund", "index"],
      },
      { form: "--dry-run", says: "tell what would happen and write nothing" },
      { form: "--synthetic", says: "the files hold SYNTHETIC data" },
    ],
    example:
      "meridian india import NIFTY_1min.csv --interval 1m --label end --columns symbol,date,time,open,high,low,close,skip,skip",
    load: async () => (await import("./commands/india-import.ts")).runIndiaImport,
  },
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
