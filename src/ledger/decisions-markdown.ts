/**
 * The Decision Ledger as Markdown for people. The text of a decision is somebody's words: every
 * character that Markdown or HTML would read as more than text is escaped (decision 36).
 */
import type { Decision } from "./decision-ledger.ts";

const HEAD = [
  "# Decision Ledger",
  "",
  "A projection of the audit ledger, rewritten whole by each `ledger decide`. It is never read back:",
  "an edit here is lost and decides nothing.",
  "",
];

/** All decisions, in the order given, as one Markdown text with a final line feed. */
export function renderDecisions(decisions: readonly Decision[]): string {
  const sections =
    decisions.length === 0 ? ["No decision is recorded yet.", ""] : decisions.flatMap(section);
  return `${[...HEAD, ...sections].join("\n").trimEnd()}\n`;
}

function section(decision: Decision): string[] {
  const { id, author, recordedAt, refers, seq, text } = decision;
  return [
    `## ${escapeMarkdown(id)}`,
    "",
    ...text.split(/\r\n|\r|\n/).map((line) => `> ${escapeMarkdown(line)}`.trimEnd()),
    "",
    `- Decided by: ${escapeMarkdown(author)}`,
    `- Recorded: ${escapeMarkdown(recordedAt)} (UTC), governance ledger row ${seq}`,
    ...(refers === null ? [] : [`- Refers to: ${escapeMarkdown(refers)}`]),
    "",
  ];
}

/** One line of text that Markdown shows as it is. Control characters become spaces. */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replaceAll(/\p{Cc}/gu, " ")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll(/[\\`*_{}[\]()#!|~]/g, String.raw`\$&`)
      // Before a word it can make a link of an address; before a space, or in a time, it is a colon.
      .replaceAll(/(?<!\d):(?=\S)|:(?=[^\s\d])/g, String.raw`\$&`)
      // What means a list or an underline means so at the start of a line only.
      .replace(/^(\s*)([-+=])/, String.raw`$1\$2`)
      .replace(/^(\s*\d+)\./, String.raw`$1\.`)
  );
}
