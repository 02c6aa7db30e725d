/** The commands of the Indian market: fetch, stream, import, build. */
import type { CommandSpec } from "./command-spec.ts";
import { OPERATOR_OPTION, REASON_OPTION } from "./shared-options.ts";

export const INDIA_COMMANDS: readonly CommandSpec[] = [
  {
    name: "india history",
    description:
      "fetch daily candles for the proxies and the watchlist, five years and then what is new",
    example: "meridian india history",
    load: async () => (await import("./commands/india-history.ts")).runIndiaHistory,
  },
  {
    name: "india instruments",
    description: "fetch the instrument master, and find the tokens of proxies and watchlist",
    options: [{ form: "--force", says: "fetch although today's copy is here" }],
    example: "meridian india instruments",
    load: async () => (await import("./commands/india-instruments.ts")).runIndiaInstruments,
  },
  {
    name: "india stream",
    description: "stream the session: ticks to candles, until 15:45 IST or `india stop`",
    clocks: ["feed"],
    example: "meridian india stream",
    load: async () => (await import("./commands/india-stream.ts")).runIndiaStream,
  },
  {
    name: "india stop",
    description: "end the stream of another terminal: seal, publish the day, review",
    example: "meridian india stop",
    load: async () => (await import("./commands/india-stop.ts")).runIndiaStop,
  },
  {
    name: "india recover",
    description: "fetch minute candles by REST: the last minutes, or a whole session",
    options: [
      { form: "--session <date>", says: "all minutes of this session (default: the last ones)" },
      { form: "--minutes <count>", says: "how many last minutes", fallback: "5" },
    ],
    example: "meridian india recover --session 2026-06-12",
    load: async () => (await import("./commands/india-recover.ts")).runIndiaRecover,
  },
  {
    name: "india review",
    description: "the end-of-day report of a streamed session, compared with the vendor's candles",
    options: [
      { form: "--session <date>", says: "which session (default: the newest that was streamed)" },
      { form: "--offline", says: "compare with what was received before; ask nobody" },
    ],
    example: "meridian india review --session 2026-06-12",
    load: async () => (await import("./commands/india-review.ts")).runIndiaReview,
  },
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
