/**
 * What commands print: one JSON document or text for people, on stdout; errors on stderr, with the
 * cause and the next step. Every byte passes the secret mask.
 */
import { MeridianError } from "#core/meridian-error.ts";
import type { SecretMask } from "#platform/secrets.ts";

/** What a command gives back: the document, its text for people, and the exit code. */
export type CommandResult = {
  readonly exitCode: number;
  readonly document: unknown;
  readonly lines: readonly string[];
};

/** Writes the result. */
export function printResult(result: CommandResult, json: boolean, mask: SecretMask): void {
  const text = json ? JSON.stringify(result.document, null, 2) : result.lines.join("\n");
  process.stdout.write(`${mask.apply(text)}\n`);
}

/** Writes an error and returns the exit code it ends the process with. */
export function printError(error: unknown, json: boolean, mask: SecretMask): number {
  if (error instanceof MeridianError) {
    if (json) {
      const { code, message, facts, nextStep } = error;
      process.stdout.write(
        `${mask.apply(JSON.stringify({ error: { code, message, facts, nextStep } }, null, 2))}\n`,
      );
    }
    process.stderr.write(
      mask.apply(`error ${error.code}: ${error.message}.\nnext: ${error.nextStep}\n`),
    );
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    mask.apply(`error: something unexpected happened; please report it.\n${text}\n`),
  );
  return 1;
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
