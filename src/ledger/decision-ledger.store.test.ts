/** The Decision Ledger and its projection: one record an id, and Markdown that only shows. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { type NewDecision, openDecisionLedger } from "./decision-ledger.ts";
import { escapeMarkdown, renderDecisions } from "./decisions-markdown.ts";
import { openLedger } from "./ledger-store.ts";
import { writeProjections } from "./projections-store.ts";

const START = Date.UTC(2026, 4, 18, 21) as EpochMs;
const WAIVE: NewDecision = { id: "D-2026-01", text: "Waive the halt of 15 May.", author: "Ada" };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function open() {
  const ledger = openLedger(openStateStore(":memory:"), "system", fixedClock(START));
  return { ledger, decisions: openDecisionLedger(ledger) };
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (cause) {
    return cause instanceof MeridianError ? cause.code : "another error";
  }
}

describe("the Decision Ledger", () => {
  test("records a decision in the audit chain, under its author's name", () => {
    const { ledger, decisions } = open();
    const recorded = decisions.record({ ...WAIVE, refers: "TE-us-2026-05-14" });
    expect(recorded).toEqual({
      ...WAIVE,
      refers: "TE-us-2026-05-14",
      recordedAt: "2026-05-18T21:00:00.000Z",
      seq: 1,
    });
    expect(ledger.entries()[0]).toMatchObject({ actor: "Ada", kind: "DECISION_RECORDED" });
    expect(decisions.find("D-2026-01")).toEqual(recorded);
    expect(decisions.require("D-2026-01")).toEqual(recorded);
  });

  test("the same decision again writes nothing; other words under its id are refused", () => {
    const { ledger, decisions } = open();
    const recorded = decisions.record(WAIVE);
    expect(decisions.record(WAIVE)).toEqual(recorded);
    for (const other of [{ text: "Else." }, { author: "Eve" }, { refers: "D-2" }]) {
      expect(codeOf(() => decisions.record({ ...WAIVE, ...other }))).toBe("DECISION_EXISTS");
    }
    expect(ledger.head().seq).toBe(1);
    expect(decisions.list()).toEqual([recorded]);
  });

  test("an id that was never recorded is unknown", () => {
    const { decisions } = open();
    expect(decisions.find("D-9")).toBeUndefined();
    expect(codeOf(() => decisions.require("D-9"))).toBe("DECISION_UNKNOWN");
  });

  test("ids are D-…, and text and author are not blank or endless", () => {
    const { decisions } = open();
    const bad: Partial<NewDecision>[] = [
      { id: "X-1" },
      { id: "D-" },
      { id: "D-a b" },
      { text: " " },
      { text: "x".repeat(4001) },
      { author: "" },
      { refers: "" },
    ];
    for (const change of bad) {
      expect(
        codeOf(() => decisions.record({ ...WAIVE, ...change })),
        JSON.stringify(change),
      ).toBe("ARGUMENT_INVALID");
    }
    expect(decisions.list()).toEqual([]);
  });
});

describe("decisions.md", () => {
  test("is rewritten whole from the ledger, and left alone when it says so already", () => {
    const folder = mkdtempSync(join(tmpdir(), "decisions-"));
    folders.push(folder);
    const workspace = workspaceAt(folder);
    const { decisions } = open();
    const path = join(workspace.ledgerDocsDir, "decisions.md");
    expect(writeProjections(workspace, decisions)).toEqual(["decisions.md"]);
    expect(readFileSync(path, "utf8")).toContain("No decision is recorded yet.");
    decisions.record(WAIVE);
    expect(writeProjections(workspace, decisions)).toEqual(["decisions.md"]);
    const written = readFileSync(path, "utf8");
    expect(written).toContain("## D-2026-01\n\n> Waive the halt of 15 May.\n");
    const { mtimeMs, ino } = statSync(path);
    expect(writeProjections(workspace, decisions)).toEqual([]);
    expect(statSync(path)).toMatchObject({ mtimeMs, ino });
    writeFileSync(path, "somebody's edit");
    expect(writeProjections(workspace, decisions)).toEqual(["decisions.md"]);
    expect(readFileSync(path, "utf8")).toBe(written);
  });

  test("shows hostile words as words", () => {
    const text =
      "# big\n<script>alert(1)</script>\r\n[link](http://x) | `code` **b**\n1. list\n- item\n\u0007bell";
    const markdown = renderDecisions([
      { ...WAIVE, text, refers: "D-<b>", recordedAt: "2026-05-18T21:00:00.000Z", seq: 1 },
    ]);
    expect(markdown).not.toContain("<");
    expect(markdown).toContain(String.raw`> \# big`);
    expect(markdown).toContain(String.raw`> \[link\]\(http\://x\) \| \`code\` \*\*b\*\*`);
    expect(markdown).toContain(String.raw`> 1\. list`);
    expect(markdown).toContain(String.raw`> \- item`);
    expect(markdown).toContain(">  bell");
    expect(markdown.match(/^## /gm)).toHaveLength(1);
  });

  test("an escaped line holds no character that could end it or open markup", () => {
    expect(escapeMarkdown("a\nb")).toBe("a b");
    expect(escapeMarkdown("&lt; <")).toBe("&amp;lt; &lt;");
    expect(escapeMarkdown("plain words, 3.5 %")).toBe("plain words, 3.5 %");
  });
});
