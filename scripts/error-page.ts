/**
 * Writes the error catalogue as a page for operators. tests/tidy.test.ts holds the page in docs equal
 * to what this renders; `npm run docs` writes it.
 */
import type { ErrorEntry } from "#core/error-catalogue.ts";

export const ERROR_PAGE_PATH = "docs/reference/errors.md";

const HEAD = `<!-- Generated from src/core/error-catalogue.ts by \`npm run docs\`; do not edit. -->

# Errors

Every error that a command reports has one of these codes. With \`--json\` the document on stdout
holds \`code\`, \`message\`, \`facts\` and \`nextStep\`; without it stderr says the same in words. A gate
that refuses is not an error: \`truth status\` says what holds and which command answers it. What
nobody foresaw has the code \`UNEXPECTED\`, exit code 1, and the place where it arose on stderr.

Exit codes: 0 done; 1 unexpected failure; 2 usage or configuration; 3 a gate refused or the system
halted; 4 waiting for a manual review; 5 done in part, the rest waits in the retry queue.
`;

/** The page as Markdown, with one section a code, in alphabetical order. */
export function renderErrorPage(catalogue: Readonly<Record<string, ErrorEntry>>): string {
  const sections = Object.entries(catalogue)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) => renderEntry(code, entry));
  return [HEAD, ...sections].join("\n");
}

function renderEntry(code: string, { exitCode, retryable, meaning, nextStep }: ErrorEntry): string {
  const again = retryable ? "trying again can help" : "trying again does not help";
  return `## ${code}

${meaning}

- Exit code ${exitCode}; ${again}.
- Next step: ${nextStep}
`;
}
