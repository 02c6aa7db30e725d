/** Digests all files below a folder, so that a benchmark can say which of them a command changed. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { digestOfFile } from "#lake/file-digest-store.ts";

/** What SQLite keeps beside its files while they are open, and who holds a lock: no data. */
const NO_DATA = /(-wal|-shm|-journal|\.lock|\.holder\.json|\.log)$/;

/** SHA-256 by path relative to `folder`, with `/`. */
export function digestTree(folder: string): { readonly [path: string]: string } {
  const digests: { [path: string]: string } = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || NO_DATA.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    digests[relative(folder, path).replaceAll("\\", "/")] = digestOfFile(path).sha256;
  }
  return digests;
}

/** Paths that are in one tree only or differ, sorted. */
export function changedFiles(
  before: { readonly [path: string]: string },
  after: { readonly [path: string]: string },
): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter((path) => before[path] !== after[path]).sort();
}
