/**
 * The words that the house does not write, and how they are found. tests/tidy.test.ts applies them to
 * every file but this one.
 */

/** Time words that do not say which time they mean, alone or with no more than a unit. */
const VAGUE_IDENTIFIER = /^(?:latest|current|now|today)(?:Ms|Date|Time|At|Iso|Value)?$/;

/** Comments, strings and templates, which are no identifiers. */
const NOT_CODE =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;

/** Properties of the platform's own objects, which we did not name. */
const FOREIGN_NAMES = /\b(?:performance|Temporal|Date|process)\??\.\w+/g;

/** Vague identifiers of a TypeScript file, each with its line. */
export function findVagueIdentifiers(source: string): string[] {
  const code = source
    .replaceAll(NOT_CODE, (text) => text.replaceAll(/[^\n]/g, " "))
    .replaceAll(FOREIGN_NAMES, " ");
  return code
    .split("\n")
    .flatMap((line, index) =>
      (line.match(/[A-Za-z_$][\w$]*/g) ?? [])
        .filter((name) => VAGUE_IDENTIFIER.test(name))
        .map((name) => `${index + 1}: ${name}`),
    );
}

export type BannedText = { readonly why: string; readonly pattern: RegExp };

/** This file, which has to write what nobody else may. */
export const WORD_LIST_FILES = [
  "tests/support/house-words.ts",
  "tests/support/house-words.test.ts",
];

/** Not allowed in any TypeScript file. */
export const BANNED_IN_CODE: readonly BannedText[] = [
  { why: "a note to self belongs in the tracker", pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/ },
  { why: "a test that runs alone hides the others", pattern: /\b(?:test|it|describe)\.only\(/ },
  { why: "a test that does not run proves nothing", pattern: /\b(?:test|it|describe)\.skip\(/ },
  {
    why: "a re-export hides who owns a thing",
    pattern: /^export\s+(?:type\s+)?(?:\*|\{[^}]*\})(?:\s+as\s+\w+)?\s+from\s/m,
  },
  { why: "a double assertion switches the compiler off", pattern: /\bas unknown as\b/ },
  {
    why: "it points to a document that is not here; docs/vendors and docs/reference are",
    pattern: /\b(?:architecture|domain|style|vendors)\.md\b/,
  },
  { why: "a suppressed check hides a mistake", pattern: /@ts-(?:ignore|nocheck)/ },
];

const NOT_OUR_BUSINESS = "how the product is developed is not its business";

/** Not allowed in any file at all. */
export const BANNED_EVERYWHERE: readonly BannedText[] = [
  { why: "a path of somebody's machine", pattern: /(?<![\w.~}-])\/(?:work|root|home)\/[\w.-]/ },
  { why: "a path of somebody's machine", pattern: /\b[A-Z]:\\Users\\/ },
  {
    why: "the host of a package registry",
    pattern:
      /\b(?:registry\.(?:npm|yarn)\w*|npmjs\.(?:org|com)|pypi\.org|crates\.io|deb\.debian\.org)/i,
  },
  { why: NOT_OUR_BUSINESS, pattern: /(?<!user-)\b(?:sub-?)?agents?\b/i },
  { why: NOT_OUR_BUSINESS, pattern: /\b(?:LLM|language model)s?\b/i },
  { why: NOT_OUR_BUSINESS, pattern: /\bissue #?\d+\b/i },
];

/** `line: "text" - why` for the first place of each banned text. */
export function findBanned(text: string, banned: readonly BannedText[]): string[] {
  return banned.flatMap(({ why, pattern }) => {
    const match = pattern.exec(text);
    if (match === null) return [];
    const line = text.slice(0, match.index).split("\n").length;
    return [`${line}: "${match[0].trim()}" - ${why}`];
  });
}
