/**
 * A small copy of the project in a temporary folder: the real settings of the tools and a few files
 * written for one test, so that a rule can be seen to fire. Leaves running the tools to its callers.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));

const SETTINGS_FILES = [
  "package.json",
  "tsconfig.json",
  ".dependency-cruiser.mjs",
  ".oxlintrc.json",
];
const TOOL_OUTPUT_BYTES_MAX = 64 * 2 ** 20;

export type PlantedTree = { readonly root: string; remove(): void };

/** Writes `files` (path below the root to text) beside the project's own settings. */
export function plantTree(files: Readonly<Record<string, string>>): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), "meridian-planted-"));
  for (const name of SETTINGS_FILES) cpSync(join(PROJECT_ROOT, name), join(root, name));
  // A junction, because Windows makes other links only for administrators.
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(root, "node_modules"), "junction");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Runs a tool of node_modules in `root` and returns what it printed, whatever its exit code. */
export function runTool(
  root: string,
  tool: string,
  toolArguments: readonly string[],
): Promise<{ readonly stdout: string; readonly exitCode: number }> {
  const script = join(PROJECT_ROOT, "node_modules", tool);
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [script, ...toolArguments],
      // Tools may start the machine's own Node, which need not understand our options.
      { cwd: root, maxBuffer: TOOL_OUTPUT_BYTES_MAX, env: { ...process.env, NODE_OPTIONS: "" } },
      (_, stdout) => resolve({ stdout, exitCode: child.exitCode ?? 1 }),
    );
  });
}
