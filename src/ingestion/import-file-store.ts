/** Finds and reads the operator's files for an import, in a fixed order and inside a size limit. */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { MeridianError } from "#core/meridian-error.ts";

/** Largest file that is read; 50 years of daily rows are under 2 MB. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;
const FILES_MAX = 20_000;

export type ImportFile = {
  readonly path: string;
  readonly fileName: string;
  /** Whether the path was found in a folder rather than named. */
  readonly fromFolder: boolean;
};

/** The `.csv` files named, and those directly in folders named, sorted. @throws FILE_UNREADABLE */
export function listImportFiles(paths: readonly string[]): ImportFile[] {
  const files = paths.flatMap((path) => {
    const about = statSync(path, { throwIfNoEntry: false });
    if (about === undefined) throw unreadable(path, "does not exist");
    if (!about.isDirectory()) return [{ path, fileName: basename(path), fromFolder: false }];
    const names = readdirSync(path).filter((name) => name.toLowerCase().endsWith(".csv"));
    return names
      .sort()
      .map((name) => ({ path: join(path, name), fileName: name, fromFolder: true }));
  });
  if (files.length === 0) throw unreadable(paths.join(", "), "holds no .csv file");
  if (files.length > FILES_MAX)
    throw unreadable(paths.join(", "), `holds more than ${FILES_MAX} files`);
  return files;
}

/** The bytes of a file. @throws FILE_UNREADABLE */
export function readImportFile(file: ImportFile): Uint8Array {
  const bytes = statSync(file.path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > FILE_BYTES_MAX) throw unreadable(file.path, `is larger than ${FILE_BYTES_MAX} bytes`);
  try {
    return readFileSync(file.path);
  } catch (cause) {
    throw unreadable(file.path, "cannot be read", cause);
  }
}

function unreadable(path: string, why: string, cause?: unknown): MeridianError {
  return new MeridianError("FILE_UNREADABLE", {
    message: `${path} ${why}`,
    facts: { path },
    cause,
  });
}
