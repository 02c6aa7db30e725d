/** `us import` at the command line. */
import { PRICE_BASES } from "#contracts/raw-receipt.ts";
import { must } from "#core/assert.ts";
import { type ImportReport, runImportJob } from "#markets/us/import/import-job.ts";
import type { RunCommand } from "../command-spec.ts";
import { flagOption, requiredOption, textOption } from "../option-values.ts";
import { type CommandResult, table } from "../output.ts";
import { openMarket } from "../market-open.ts";

const CLASSES = ["stock", "fund", "index"] as const;

/** Imports files, or tells what an import would do. Exit 5 when some files were refused. */
export const runUsImport: RunCommand = async (context, input) => {
  const us = openMarket(context, "us");
  try {
    const basis = requiredOption(input, "basis");
    const report = runImportJob(us, {
      paths: input.operands,
      symbol: textOption(input, "symbol"),
      symbolFromName: flagOption(input, "symbolFromName"),
      basis: must(
        PRICE_BASES.find((one) => one === basis),
        "commander checks the choices",
      ),
      basisAsof: textOption(input, "basisAsof"),
      instrumentClass: CLASSES.find((one) => one === textOption(input, "class")),
      dryRun: flagOption(input, "dryRun"),
      synthetic: flagOption(input, "synthetic"),
    });
    return describeImport(report);
  } finally {
    us.close();
  }
};

function describeImport(report: ImportReport): CommandResult {
  const rows = report.files.map(({ fileName, symbol, raw, outcome, preview, refusal }) =>
    preview
      ? [
          fileName,
          symbol,
          raw ?? "not stored",
          outcome.replaceAll("_", " "),
          `${preview.rows} rows`,
          `${preview.from ?? "-"} to ${preview.to ?? "-"}`,
          `${preview.missingSessions} missing`,
          `${preview.quarantined} quarantined`,
          `${preview.parked} parked`,
          `${preview.largeMoves.length} large moves`,
        ]
      : [fileName, symbol, `refused: ${refusal ?? ""}`],
  );
  const refused = report.files.filter((file) => file.outcome === "refused").length;
  const parked = report.files.flatMap((file) =>
    (file.preview?.parkedRows ?? []).map(({ session, rule }) => [file.symbol, session, rule]),
  );
  const next = report.dryRun ? "the same command without --dry-run" : "meridian us build";
  return {
    exitCode: refused > 0 ? 5 : 0,
    document: report,
    lines: [
      report.dryRun
        ? "nothing was written (--dry-run)"
        : `basis ${report.basis}${report.basisAsof ? ` as of ${report.basisAsof}` : ""}`,
      ...table(rows),
      ...(parked.length > 0
        ? [
            "",
            `${report.dryRun ? "would be" : "will be"} parked, judged on each file alone: ${parked.length}`,
            ...table(parked.slice(0, 20), "  "),
          ]
        : []),
      "",
      `next: ${next}`,
    ],
  };
}
