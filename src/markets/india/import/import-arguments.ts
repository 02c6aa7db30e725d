/** What the operator said at `india import`, checked before any file is taken in. */
import type { PriceBasis } from "#contracts/raw-receipt.ts";
import { localDayOf } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { dateOfDayNumber, parseSessionDate } from "#core/session-date.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import type { ImportFile } from "#ingestion/import-file-store.ts";
import { type ImportField, type ImportInterval, readColumnsOption } from "./import-columns.ts";
import { FILE_SYMBOLS_MAX, type ImportFacts } from "./parse-import.ts";
import { symbolOfFileName, symbolOfName } from "./symbol-names.ts";

export type ImportOptions = {
  readonly paths: readonly string[];
  readonly interval: ImportInterval;
  /** Which end of a bar its stamp is; must be said for minutes. */
  readonly label?: "start" | "end" | undefined;
  /** Fields of the columns by place, comma separated; a header's names tell them when absent. */
  readonly columns?: string | undefined;
  readonly symbol?: string | undefined;
  readonly symbolFromName: boolean;
  readonly basis: Exclude<PriceBasis, "total">;
  /** Day up to which splits are already in the prices; the day of the import when absent. */
  readonly basisAsof?: string | undefined;
  readonly instrumentClass?: "stock" | "fund" | "index" | undefined;
  readonly dryRun: boolean;
  readonly synthetic: boolean;
};

const SYMBOL_LENGTH_MAX = 40;

/** The columns by place, or `undefined` where headers tell them. @throws ARGUMENT_INVALID */
export function columnsOf({
  columns,
  interval,
}: Pick<ImportOptions, "columns" | "interval">): readonly ImportField[] | undefined {
  if (columns === undefined) return undefined;
  const fields = readColumnsOption(columns);
  if (interval === "1d" && fields.includes("time")) {
    throw argument("a daily file has no column of times: name it skip", "--columns");
  }
  return fields;
}

/** Which end of a bar is stamped. @throws ARGUMENT_INVALID when minutes come without a word of it */
export function labelOf({
  label,
  interval,
}: Pick<ImportOptions, "label" | "interval">): "start" | "end" {
  if (label !== undefined || interval === "1d") return label ?? "start";
  throw argument(
    `say which end of a ${interval} bar its stamp is: --label start or --label end`,
    "--label",
  );
}

/** The day up to which splits are in the prices; null for raw ones. @throws ARGUMENT_INVALID */
export function basisAsofOf(
  context: Pick<MarketDataContext, "calendar" | "clock">,
  { basis, basisAsof }: Pick<ImportOptions, "basis" | "basisAsof">,
): string | null {
  if (basis === "raw") {
    if (basisAsof === undefined) return null;
    throw argument("--basis-asof has a meaning only with --basis split", "--basis-asof");
  }
  if (basisAsof === undefined) {
    return dateOfDayNumber(localDayOf(context.calendar, context.clock.wallMs()));
  }
  if (parseSessionDate(basisAsof) !== undefined) return basisAsof;
  throw argument(
    `--basis-asof takes a date written YYYY-MM-DD, found "${basisAsof}"`,
    "--basis-asof",
  );
}

/**
 * The symbols whose rows a file holds: those of its symbol column, else the one that was named, else the
 * one in its name. @throws ARGUMENT_INVALID, IMPORT_REFUSED
 */
export function symbolsOfFile(
  facts: ImportFacts,
  of: { readonly options: ImportOptions; readonly isOnlyFile: boolean; readonly file: ImportFile },
): readonly string[] {
  const { options, file } = of;
  if (facts.namelessLine !== undefined) {
    throw refused(file, `line ${facts.namelessLine} has no symbol in its symbol column`);
  }
  if (facts.symbols.length > FILE_SYMBOLS_MAX) {
    throw refused(file, `it holds more than ${FILE_SYMBOLS_MAX} symbols`);
  }
  const wrong = facts.symbols.find((symbol) => !isSymbol(symbol));
  if (wrong !== undefined) throw refused(file, `"${wrong.slice(0, 60)}" is no symbol`);
  if (facts.symbols.length > 0) return facts.symbols;
  if (options.symbol !== undefined && !of.isOnlyFile) {
    throw argument("--symbol names one symbol, but there are more files than one", "--symbol");
  }
  const isNamed = options.symbolFromName || file.fromFolder;
  const symbol =
    options.symbol === undefined
      ? isNamed
        ? symbolOfFileName(file.fileName)
        : undefined
      : symbolOfName(options.symbol);
  if (symbol === undefined) {
    throw argument(
      `say whose prices ${file.fileName} holds: --symbol S or --symbol-from-name`,
      "--symbol",
    );
  }
  if (!isSymbol(symbol)) throw argument(`"${symbol}" is no symbol`, "--symbol");
  return [symbol];
}

function isSymbol(symbol: string): boolean {
  return symbol !== "" && symbol.length <= SYMBOL_LENGTH_MAX && !/[\u0000-\u001F]/.test(symbol);
}

function refused(file: ImportFile, why: string): MeridianError {
  return new MeridianError("IMPORT_REFUSED", {
    message: `${file.fileName}: ${why}`,
    facts: { file: file.fileName },
  });
}

function argument(message: string, option: string): MeridianError {
  return new MeridianError("ARGUMENT_INVALID", { message, facts: { option } });
}
