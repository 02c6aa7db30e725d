/** Measures how much room the data folder takes, by looking at each file once. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export type DataSize = {
  readonly bytes: number;
  /** False when there were more than `FILES_MAX` files and the rest was not counted. */
  readonly isWhole: boolean;
};

const FILES_MAX = 300_000;

/** Sizes below `dataDir`; a file that goes away meanwhile counts nothing. */
export function measureData(dataDir: string): DataSize {
  let bytes = 0;
  let files = 0;
  const folders = [dataDir];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of entriesOf(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        folders.push(path);
        continue;
      }
      if (++files > FILES_MAX) return { bytes, isWhole: false };
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    }
  }
  return { bytes, isWhole: true };
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
