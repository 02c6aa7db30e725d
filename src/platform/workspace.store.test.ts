/** Where things lie, and that vendor and SYNTHETIC data never share a folder. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolders } from "./temporary-folder.testing.ts";
import { claimWorkspaceKind, readWorkspaceKind, workspaceAt } from "./workspace.ts";

const makeFolder = temporaryFolders();

describe("a workspace", () => {
  test("is named without touching the disk, and lies in its folder whole", () => {
    const root = join(makeFolder(), "absent");
    const workspace = workspaceAt(root);
    const places = [
      workspace.settingsPath,
      workspace.envPath,
      workspace.kindPath,
      workspace.logsDir,
      workspace.statePath("us"),
      workspace.statePath("system"),
      workspace.rawDir("us"),
      workspace.stagingDir("us"),
      workspace.analyticsDir("india"),
      workspace.quarantineDir("us"),
      workspace.truthDir("us"),
      workspace.ledgerDocsDir,
    ];
    for (const place of places) {
      const inside = relative(root, place);
      expect(isAbsolute(inside) || inside.startsWith("..")).toBe(false);
    }
    expect(new Set(places).size).toBe(places.length);
    expect(existsSync(root)).toBe(false);
  });

  test("of a relative folder has an absolute place", () => {
    expect(isAbsolute(workspaceAt("somewhere").root)).toBe(true);
  });
});

describe("the kind of a workspace", () => {
  test("is empty until data claims it, and stays what was claimed first", () => {
    const workspace = workspaceAt(join(makeFolder(), "new"));
    expect(readWorkspaceKind(workspace)).toBe("empty");
    claimWorkspaceKind(workspace, "synthetic");
    claimWorkspaceKind(workspace, "synthetic");
    expect(readWorkspaceKind(workspace)).toBe("synthetic");
  });

  test.each([
    ["vendor", "synthetic"],
    ["synthetic", "vendor"],
  ] as const)("%s is never mixed with %s", (held, offered) => {
    const workspace = workspaceAt(makeFolder());
    claimWorkspaceKind(workspace, held);
    expect(() => claimWorkspaceKind(workspace, offered)).toThrow(
      expect.objectContaining({ code: "SYNTHETIC_MIX", facts: { holds: held, offered } }),
    );
    expect(readWorkspaceKind(workspace)).toBe(held);
  });

  test("that is no known word is damage, not an empty workspace", () => {
    const workspace = workspaceAt(makeFolder());
    mkdirSync(dirname(workspace.kindPath), { recursive: true });
    writeFileSync(workspace.kindPath, "real\n");
    expect(() => claimWorkspaceKind(workspace, "vendor")).toThrow(
      expect.objectContaining({ code: "FILE_DAMAGED" }),
    );
  });
});
