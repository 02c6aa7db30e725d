/**
 * `india import`: takes the operator's own price files into raw, byte for byte, with what the operator says
 * of them (interval, label, columns, symbol, basis, class). The next build judges their rows like any vendor's.
 */
import type { PriceBasis, RawReceipt } from "#contracts/raw-receipt.ts";
import { newestCompleteSession } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { hasReadableRow, newestWholeSession, unlandedReceipt } from "#curation/import-landing.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import { type ImportPreview, previewImport } from "#curation/preview-import.ts";
import { type ImportFile, listImportFiles, readImportFile } from "#ingestion/import-file-store.ts";
import type { Landing, LandingOutcome } from "#ingestion/raw-store.ts";
import { type BarTable, clearBarTable, createBarTable } from "#lake/bar-table.ts";
import { takeJobLock } from "#platform/job-lock.ts";
import { requireWorkspaceKind } from "#platform/workspace.ts";
import {
  type JudgedMinutes,
  intervalOf,
  judgeMinutePayload,
  minuteCalendarOf,
} from "../candles-build/minute-payload.ts";
import {
  type ImportOptions,
  basisAsofOf,
  columnsOf,
  labelOf,
  symbolsOfFile,
} from "./import-arguments.ts";
import type { ImportField, ImportInterval } from "./import-columns.ts";
import { refuseOffGrid } from "./judge-grid.ts";
import { type ImportSpec, parseImport } from "./parse-import.ts";
import { type MinutesPreview, previewMinutes } from "./preview-minutes.ts";

export type ImportedFile = {
  readonly fileName: string;
  /** Null for a file that was refused before its symbol was known. */
  readonly symbol: string | null;
  readonly raw: string | null;
  readonly outcome: LandingOutcome | "would_import" | "refused";
  readonly refusal: string | null;
  /** What to do about a refusal, where more is known than how files must look. */
  readonly nextStep?: string | undefined;
  /** Of daily files. */
  readonly preview: ImportPreview | null;
  /** Of files of minutes. */
  readonly minutes: MinutesPreview | null;
};

export type ImportReport = {
  readonly dryRun: boolean;
  readonly interval: ImportInterval;
  readonly basis: PriceBasis;
  readonly basisAsof: string | null;
  /** One a symbol of each file. */
  readonly files: readonly ImportedFile[];
};

/**
 * Imports files one by one; a file that is no price history is refused and the others go on.
 * @throws FILE_UNREADABLE, ARGUMENT_INVALID, SYNTHETIC_MIX, JOB_RUNNING; IMPORT_REFUSED when all were refused
 */
export function runImportJob(context: MarketDataContext, options: ImportOptions): ImportReport {
  const files = listImportFiles(options.paths);
  const said: Said = {
    options,
    columns: columnsOf(options),
    label: labelOf(options),
    basisAsof: basisAsofOf(context, options),
    isOnlyFile: files.length === 1,
  };
  const lock = takeJobLock(context.workspace, "india-import", context.clock.wallMs());
  try {
    if (!options.dryRun) context.rawStore.recover();
    const table = createBarTable();
    const done = files.flatMap((file, index) => {
      const imported = importFile(context, said, file, table);
      context.progress.step(file.fileName, index + 1, files.length);
      return imported;
    });
    const [first] = done;
    if (first?.refusal && done.every((one) => one.outcome === "refused")) {
      throw new MeridianError("IMPORT_REFUSED", {
        message: first.refusal,
        facts: { refused: done.length },
        nextStep: first.nextStep,
      });
    }
    const { dryRun, interval, basis } = options;
    return { dryRun, interval, basis, basisAsof: said.basisAsof, files: done };
  } finally {
    lock.release();
  }
}

/** What the operator said, checked. */
type Said = {
  readonly options: ImportOptions;
  readonly columns: readonly ImportField[] | undefined;
  readonly label: "start" | "end";
  readonly basisAsof: string | null;
  readonly isOnlyFile: boolean;
};

function importFile(
  context: MarketDataContext,
  said: Said,
  file: ImportFile,
  table: BarTable,
): ImportedFile[] {
  const { options, columns, label } = said;
  const { fileName } = file;
  const spec: ImportSpec = { fileName, interval: options.interval, label, columns };
  const bytes = readImportFile(file);
  const found = readSymbols(bytes, spec, { said, file, table });
  if ("refusal" in found) return [refusedFile(fileName, null, found.refusal)];
  return found.symbols.map((symbol) => {
    clearBarTable(table);
    parseImport(bytes, spec, table, found.symbols.length > 1 ? symbol : undefined);
    return importSymbol(context, said, { fileName, symbol, table, bytes });
  });
}

/** The symbols whose rows a file holds, or why it holds none; `table` receives all of its rows. */
function readSymbols(
  bytes: Uint8Array,
  spec: ImportSpec,
  of: { readonly said: Said; readonly file: ImportFile; readonly table: BarTable },
): { readonly symbols: readonly string[] } | { readonly refusal: string } {
  clearBarTable(of.table);
  try {
    const facts = parseImport(bytes, spec, of.table);
    if (facts.isMonthFirst) {
      return {
        refusal: `${spec.fileName}: the dates look like MM/DD/YYYY; write them YYYY-MM-DD or DD/MM/YYYY`,
      };
    }
    return { symbols: symbolsOfFile(facts, { ...of.said, file: of.file }) };
  } catch (cause) {
    if (cause instanceof MeridianError && cause.code === "IMPORT_REFUSED") {
      return { refusal: cause.message };
    }
    throw cause;
  }
}

type SymbolImport = {
  readonly fileName: string;
  readonly symbol: string;
  readonly table: BarTable;
  readonly bytes: Uint8Array;
};

function importSymbol(context: MarketDataContext, said: Said, of: SymbolImport): ImportedFile {
  const { options } = said;
  const { calendar, settings, clock } = context;
  const landing = landingOf(said, of, clock.wallMs());
  const role = context.roleOf(of.symbol, [unlandedReceipt("india", landing)]);
  const hasVolume = role.instrumentClass === "stock" || role.instrumentClass === "fund";
  if (role.instrumentClass === "index" && options.basis !== "raw") {
    const why = `${of.fileName}: ${of.symbol} is an index, whose prices know no split: --basis raw`;
    return refusedFile(of.fileName, of.symbol, why);
  }
  if (!hasReadableRow(of.table, hasVolume)) {
    return refusedFile(of.fileName, of.symbol, `${of.fileName} holds no row that can be read`);
  }
  const { fetchedAt } = landing;
  const settle = settings.thresholds.india_settle_minutes;
  const wholeThroughDay = newestCompleteSession(calendar, fetchedAt, settle);
  const whole = newestWholeSession(of.table, { calendar, wholeThroughDay, hasVolume });
  const full: Landing = { ...landing, newestSession: whole };
  const isDaily = options.interval === "1d";
  const judged = isDaily
    ? undefined
    : judgeMinutePayload(unlandedReceipt("india", full), of.bytes, {
        calendar: minuteCalendarOf(calendar),
        hasVolume,
      });
  const offGrid = judged && refuseOffGrid(judged, options.interval === "5m" ? "5m" : "1m");
  if (offGrid) {
    const why = `${of.fileName}: ${offGrid.says}`;
    return { ...refusedFile(of.fileName, of.symbol, why), nextStep: offGrid.nextStep };
  }
  const landed = landOrTry(context, options, full);
  const receipt = landed?.receipt ?? unlandedReceipt("india", full);
  const { thresholds } = settings;
  const judgedBy = { symbol: of.symbol, role, table: of.table, receipt, calendar, thresholds };
  return {
    fileName: of.fileName,
    symbol: of.symbol,
    raw: landed?.receipt.id ?? null,
    outcome: landed?.outcome ?? "would_import",
    refusal: null,
    preview: isDaily ? previewImport({ ...judgedBy, wholeThroughDay, fetchedAt }) : null,
    minutes: judged ? minutesOf(context, receipt, of, judged) : null,
  };
}

/** Lands, or for a dry run only says of the workspace what landing would. @throws SYNTHETIC_MIX, DISK_FULL */
function landOrTry(
  { rawStore, workspace }: MarketDataContext,
  { dryRun }: ImportOptions,
  landing: Landing,
): ReturnType<MarketDataContext["rawStore"]["land"]> | undefined {
  if (!dryRun) return rawStore.land(landing);
  requireWorkspaceKind(workspace, landing.synthetic ? "synthetic" : "vendor");
  return undefined;
}

function minutesOf(
  { calendar }: MarketDataContext,
  receipt: RawReceipt,
  of: SymbolImport,
  judged: JudgedMinutes,
): MinutesPreview {
  return previewMinutes({
    symbol: of.symbol,
    interval: intervalOf(receipt),
    judged,
    calendar,
    minutes: minuteCalendarOf(calendar),
  });
}

function landingOf(said: Said, of: SymbolImport, fetchedAt: Landing["fetchedAt"]): Landing {
  const { options, columns, basisAsof } = said;
  const { interval, basis } = options;
  const label = interval === "1d" ? undefined : said.label;
  return {
    kind: interval === "1d" ? "import_daily" : "import_minutes",
    source: "import",
    synthetic: options.synthetic,
    endpoint: {
      name: "file",
      params: {
        interval,
        basis,
        basisAsof: basisAsof ?? "",
        label: label ?? "",
        columns: columns?.join(",") ?? "",
      },
    },
    symbol: of.symbol,
    fetchedAt,
    format: "csv",
    bytes: of.bytes,
    rows: of.table.length,
    newestSession: null,
    import: {
      fileName: of.fileName,
      basis,
      basisAsof,
      instrumentClass: options.instrumentClass ?? null,
      interval,
      ...(label === undefined ? {} : { label }),
      ...(columns === undefined ? {} : { columns: [...columns] }),
    },
  };
}

function refusedFile(fileName: string, symbol: string | null, refusal: string): ImportedFile {
  return {
    fileName,
    symbol,
    raw: null,
    outcome: "refused",
    refusal,
    preview: null,
    minutes: null,
  };
}
