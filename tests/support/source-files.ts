/** Lists the files of the project for the tests that read all of them; judges nothing. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Folders that hold what tools and runs leave behind. */
const LEFT_OUT = new Set(["node_modules", ".git", "coverage", "workspace", "demo-workspace"]);

/** Paths of all files of the project below `folder`, relative to the root, with forward slashes. */
export function listFiles(folder = ""): string[] {
  const entries = readdirSync(join(PROJECT_ROOT, folder), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : listFiles(path);
      return entry.isFile() ? [path] : [];
    })
    .toSorted();
}

export function readProjectFile(path: string): string {
  return readFileSync(join(PROJECT_ROOT, path), "utf8");
}
