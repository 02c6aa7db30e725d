/** `india import` at the command line. */
import { must } from "#core/assert.ts";
import type { ImportOptions } from "#markets/india/import/import-arguments.ts";
import {
  type ImportReport,
  type ImportedFile,
  runImportJob,
} from "#markets/india/import/import-job.ts";
import type { RunCommand } from "../command-spec.ts";
import { openMarket } from "../market-open.ts";
import { flagOption, requiredOption, textOption } from "../option-values.ts";
import { type CommandResult, table } from "../output.ts";

const INTERVALS = ["1d", "1m", "5m"] as const;
const BASES = ["raw", "split"] as const;
const CLASSES = ["stock", "fund", "index"] as const;
const LABELS = ["start", "end"] as const;

/** Sessions and parked rows that the screen lists. */
const LISTED_MAX = 20;
const EXIT_PARTLY = 5;

/** Imports files, or tells what an import would do. Exit 5 when some files were refused. */
export const runIndiaImport: RunCommand = async (context, input) => {
  const india = openMarket(context, "india");
  try {
    const report = runImportJob(india, {
      paths: input.operands,
      interval: choiceOf(INTERVALS, requiredOption(input, "interval")),
      label: LABELS.find((one) => one === textOption(input, "label")),
      columns: textOption(input, "columns"),
      symbol: textOption(input, "symbol"),
      symbolFromName: flagOption(input, "symbolFromName"),
      basis: choiceOf(BASES, requiredOption(input, "basis")),
      basisAsof: textOption(input, "basisAsof"),
      instrumentClass: CLASSES.find((one) => one === textOption(input, "class")),
      dryRun: flagOption(input, "dryRun"),
      synthetic: flagOption(input, "synthetic"),
    } satisfies ImportOptions);
    return describeImport(report);
  } finally {
    india.close();
  }
};

function choiceOf<T extends string>(choices: readonly T[], text: string): T {
  return must(
    choices.find((one) => one === text),
    "commander checks the choices",
  );
}

function describeImport(report: ImportReport): CommandResult {
  const { files, dryRun, basis, basisAsof } = report;
  const refused = files.filter((file) => file.outcome === "refused").length;
  const parked = files.flatMap((file) =>
    (file.preview?.parkedRows ?? []).map(({ session, rule }) => [file.symbol ?? "", session, rule]),
  );
  const notWhole = files.flatMap((file) =>
    (file.minutes?.notWhole ?? []).map(({ session, judgement, reason }) => [
      file.symbol ?? "",
      session,
      judgement,
      reason,
    ]),
  );
  return {
    exitCode: refused > 0 ? EXIT_PARTLY : 0,
    document: report,
    lines: [
      dryRun
        ? "nothing was written (--dry-run)"
        : `basis ${basis}${basisAsof ? ` as of ${basisAsof}` : ""}`,
      ...table(files.map(describeFile)),
      ...section(`${dryRun ? "would be" : "will be"} parked, judged on each file alone`, parked),
      ...section("sessions that are not whole, judged on each file alone", notWhole),
      "",
      `next: ${dryRun ? "the same command without --dry-run" : "meridian india build"}`,
    ],
  };
}

function describeFile(file: ImportedFile): string[] {
  const { fileName, symbol, raw, outcome, preview, minutes, refusal, nextStep } = file;
  const head = [fileName, symbol ?? "-"];
  if (outcome === "refused") {
    return [...head, `refused: ${refusal ?? ""}${nextStep === undefined ? "" : `. ${nextStep}`}`];
  }
  const landed = [...head, raw ?? "not stored", outcome.replaceAll("_", " ")];
  if (minutes) {
    return [
      ...landed,
      `${minutes.rows} rows`,
      `${minutes.from ?? "-"} to ${minutes.to ?? "-"}`,
      `${minutes.sessions} sessions`,
      `${minutes.missingSessions} missing`,
      `${minutes.quarantined} quarantined`,
    ];
  }
  if (!preview) return landed;
  return [
    ...landed,
    `${preview.rows} rows`,
    `${preview.from ?? "-"} to ${preview.to ?? "-"}`,
    `${preview.missingSessions} missing`,
    `${preview.quarantined} quarantined`,
    `${preview.parked} parked`,
    `${preview.largeMoves.length} large moves`,
  ];
}

function section(title: string, rows: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  return ["", `${title}: ${rows.length}`, ...table(rows.slice(0, LISTED_MAX), "  ")];
}
