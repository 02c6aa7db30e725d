/**
 * What commands print: one JSON document or text for people, on stdout; errors on stderr, with the
 * cause and the next step. Every byte passes the secret mask.
 */
import type { ErrorCode } from "#core/error-catalogue.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { SecretMask } from "#platform/secrets.ts";

/** What a command gives back: the document, its text for people, and the exit code. */
export type CommandResult = {
  readonly exitCode: number;
  readonly document: unknown;
  readonly lines: readonly string[];
};

/** What `--json` tells of an error: a code of the catalogue, or `UNEXPECTED`. */
export type ErrorDocument = Pick<MeridianError, "message" | "facts" | "nextStep"> & {
  readonly code: ErrorCode | typeof UNEXPECTED;
};

/** Code of what nobody foresaw. It stands in no catalogue, since it has no cause or next step of its own. */
const UNEXPECTED = "UNEXPECTED";
const REPORT_IT = "Report it with the text on stderr.";

/** Writes the result. */
export function printResult(result: CommandResult, json: boolean, mask: SecretMask): void {
  const text = json ? JSON.stringify(result.document, null, 2) : result.lines.join("\n");
  process.stdout.write(`${mask.apply(text)}\n`);
}

/** Writes an error and returns the exit code it ends the process with. */
export function printError(error: unknown, json: boolean, mask: SecretMask): number {
  if (error instanceof MeridianError) {
    if (json) printErrorDocument(error, mask);
    process.stderr.write(
      mask.apply(`error ${error.code}: ${error.message}.\nnext: ${error.nextStep}\n`),
    );
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (json) {
    const message = error instanceof Error ? error.message : String(error);
    printErrorDocument({ code: UNEXPECTED, message, facts: {}, nextStep: REPORT_IT }, mask);
  }
  process.stderr.write(
    mask.apply(`error: something unexpected happened; please report it.\n${text}\n`),
  );
  return 1;
}

/** Writes the one document that a command ends with when it fails. */
export function printErrorDocument(error: ErrorDocument, mask: SecretMask): void {
  const { code, message, facts, nextStep } = error;
  const document = { error: { code, message, facts, nextStep } };
  process.stdout.write(`${mask.apply(JSON.stringify(document, null, 2))}\n`);
}

/** Lines of aligned columns; the last column is not padded. */
export function table(rows: readonly (readonly string[])[], indent = ""): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    `${indent}${row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join("  ")}`.trimEnd(),
  );
}
