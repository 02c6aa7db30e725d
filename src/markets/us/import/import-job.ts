/**
 * `us import`: takes the operator's own price files into raw, byte for byte, with what the operator
 * says of them (symbol, basis, class). The next build judges their rows like any vendor's.
 */
import type { PriceBasis } from "#contracts/raw-receipt.ts";
import { localDayOf, newestCompleteSession } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type SessionDate, dateOfDayNumber, parseSessionDate } from "#core/session-date.ts";
import type { EpochMs } from "#core/clock.ts";
import { type ImportFile, listImportFiles, readImportFile } from "#ingestion/import-file-store.ts";
import type { Landing, LandingOutcome } from "#ingestion/raw-store.ts";
import { hasReadableRow, newestWholeSession, unlandedReceipt } from "#curation/import-landing.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import { type ImportPreview, previewImport } from "#curation/preview-import.ts";
import { type BarTable, clearBarTable, createBarTable } from "#lake/bar-table.ts";
import { takeJobLock } from "#platform/job-lock.ts";
import { requireWorkspaceKind } from "#platform/workspace.ts";
import { parseImport } from "./parse-import.ts";

export type ImportOptions = {
  readonly paths: readonly string[];
  readonly symbol?: string | undefined;
  readonly symbolFromName: boolean;
  readonly basis: PriceBasis;
  /** Day up to which splits are already in the prices; the day of the import when absent. */
  readonly basisAsof?: string | undefined;
  readonly instrumentClass?: "stock" | "fund" | "index" | undefined;
  readonly dryRun: boolean;
  readonly synthetic: boolean;
};

export type ImportedFile = {
  readonly fileName: string;
  readonly symbol: string;
  readonly raw: string | null;
  readonly outcome: LandingOutcome | "would_import" | "refused";
  readonly refusal: string | null;
  readonly preview: ImportPreview | null;
};

export type ImportReport = {
  readonly dryRun: boolean;
  readonly basis: PriceBasis;
  readonly basisAsof: string | null;
  readonly files: readonly ImportedFile[];
};

const SYMBOL_LENGTH_MAX = 40;

/**
 * Imports files one by one; a file that is no price history is refused and the others go on.
 * @throws FILE_UNREADABLE, ARGUMENT_INVALID, SYNTHETIC_MIX, JOB_RUNNING; IMPORT_REFUSED when all were refused
 */
export function runImportJob(context: MarketDataContext, options: ImportOptions): ImportReport {
  const files = listImportFiles(options.paths);
  const symbols = symbolsOf(files, options);
  const basisAsof = basisAsofOf(context, options);
  const lock = takeJobLock(context.workspace, "us-import", context.clock.wallMs());
  try {
    if (!options.dryRun) context.rawStore.recover();
    const table = createBarTable();
    const done = files.map((file, index) => {
      const symbol = symbols[index] ?? "";
      const imported = importFile(context, { ...options, basisAsof, file, symbol, table });
      context.progress.step(file.fileName, index + 1, files.length);
      return imported;
    });
    const [first] = done;
    if (first?.refusal && done.every((one) => one.outcome === "refused")) {
      throw new MeridianError("IMPORT_REFUSED", {
        message: first.refusal,
        facts: { refused: done.length },
      });
    }
    return { dryRun: options.dryRun, basis: options.basis, basisAsof, files: done };
  } finally {
    lock.release();
  }
}

type FileImport = Omit<ImportOptions, "basisAsof"> & {
  readonly basisAsof: string | null;
  readonly file: ImportFile;
  readonly symbol: string;
  readonly table: BarTable;
};

function importFile(context: MarketDataContext, of: FileImport): ImportedFile {
  const { file, symbol, table } = of;
  const bytes = readImportFile(file);
  const refusal = refusalOf(bytes, file, table);
  if (refusal !== undefined) {
    return {
      fileName: file.fileName,
      symbol,
      raw: null,
      outcome: "refused",
      refusal,
      preview: null,
    };
  }
  const fetchedAt = context.clock.wallMs();
  const settle = context.settings.thresholds.us_settle_minutes;
  const wholeThroughDay = newestCompleteSession(context.calendar, fetchedAt, settle);
  const newestSession = newestWholeSession(table, {
    calendar: context.calendar,
    wholeThroughDay,
    hasVolume: true,
  });
  const landing = landingOf(of, { bytes, fetchedAt, newestSession });
  if (of.dryRun) requireWorkspaceKind(context.workspace, of.synthetic ? "synthetic" : "vendor");
  const landed = of.dryRun ? undefined : context.rawStore.land(landing);
  const receipt = landed?.receipt ?? unlandedReceipt("us", landing);
  const preview = previewImport({
    symbol,
    role: context.roleOf(symbol, [receipt]),
    table,
    receipt,
    calendar: context.calendar,
    wholeThroughDay,
    fetchedAt,
    thresholds: context.settings.thresholds,
  });
  return {
    fileName: file.fileName,
    symbol,
    raw: landed?.receipt.id ?? null,
    outcome: landed?.outcome ?? "would_import",
    refusal: null,
    preview,
  };
}

/** Parses the file into `table`, or says why it is no price history. */
function refusalOf(bytes: Uint8Array, file: ImportFile, table: BarTable): string | undefined {
  clearBarTable(table);
  try {
    if (parseImport(bytes, file.fileName, table).isDayFirst) {
      return `${file.fileName}: the dates look like DD/MM/YYYY; write them YYYY-MM-DD or MM/DD/YYYY`;
    }
  } catch (cause) {
    if (cause instanceof MeridianError) return cause.message;
    throw cause;
  }
  return hasReadableRow(table, true) ? undefined : `${file.fileName} holds no row that can be read`;
}

function landingOf(
  of: FileImport,
  received: {
    readonly bytes: Uint8Array;
    readonly fetchedAt: EpochMs;
    readonly newestSession: SessionDate | null;
  },
): Landing {
  const { file, symbol, table, basis, basisAsof } = of;
  return {
    kind: "import_daily",
    source: "import",
    synthetic: of.synthetic,
    endpoint: { name: "file", params: { basis, basisAsof: basisAsof ?? "" } },
    symbol,
    fetchedAt: received.fetchedAt,
    format: "csv",
    bytes: received.bytes,
    rows: table.length,
    newestSession: received.newestSession,
    import: {
      fileName: file.fileName,
      basis,
      basisAsof,
      instrumentClass: of.instrumentClass ?? null,
    },
  };
}

function symbolsOf(files: readonly ImportFile[], options: ImportOptions): string[] {
  if (options.symbol !== undefined && files.length > 1) {
    throw argument("--symbol names one symbol, but there are more files than one", "--symbol");
  }
  return files.map((file) => {
    const isNamed = options.symbolFromName || file.fromFolder;
    const symbol = options.symbol ?? (isNamed ? file.fileName.replace(/\.[^.]*$/, "") : undefined);
    if (symbol === undefined) {
      throw argument(
        `say whose prices ${file.fileName} holds: --symbol S or --symbol-from-name`,
        "--symbol",
      );
    }
    if (symbol === "" || symbol.length > SYMBOL_LENGTH_MAX || /[\u0000-\u001F]/.test(symbol)) {
      throw argument(`"${symbol}" is no symbol`, "--symbol");
    }
    return symbol.toUpperCase();
  });
}

function basisAsofOf(context: MarketDataContext, options: ImportOptions): string | null {
  const { basis, basisAsof } = options;
  if (basis === "raw") {
    if (basisAsof === undefined) return null;
    throw argument("--basis-asof has a meaning only with --basis split or total", "--basis-asof");
  }
  if (basisAsof === undefined) {
    return dateOfDayNumber(localDayOf(context.calendar, context.clock.wallMs()));
  }
  if (parseSessionDate(basisAsof) === undefined) {
    throw argument(
      `--basis-asof takes a date written YYYY-MM-DD, found "${basisAsof}"`,
      "--basis-asof",
    );
  }
  return basisAsof;
}

function argument(message: string, option: string): MeridianError {
  return new MeridianError("ARGUMENT_INVALID", { message, facts: { option } });
}
