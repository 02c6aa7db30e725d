/**
 * Files that readers may see appear whole or not at all: temporary name, fsync, rename. A reader on
 * Windows can hold the old file for a moment, so replacing retries inside a bound (decision 34).
 */
import {
  closeSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { MeridianError } from "#core/meridian-error.ts";
import { isRunning } from "./running-process.ts";

const RENAME_TRIES_MAX = 20;
const RENAME_PAUSE_MS = 25;
/** Marks files that a writer had not finished. `removeLeftovers` deletes them. */
export const TEMPORARY_SUFFIX = ".part~";

/** A name beside `path` that no other process uses, for a file that is not finished. */
export function temporaryPathOf(path: string): string {
  return `${path}.${process.pid}${TEMPORARY_SUFFIX}`;
}

/** Deletes a folder with all that is in it; it may be absent. */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Writes a file so that `path` holds either its old or its new content. @throws DISK_FULL */
export function writeFileAtomic(path: string, data: Uint8Array | string): void {
  const temporary = temporaryPathOf(path);
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, "w");
    try {
      let written = 0;
      while (written < bytes.length) {
        written += writeSync(file, bytes, written, bytes.length - written);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    publishFile(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw wrapDiskError(cause, path);
  }
}

/** Renames a finished temporary file to its name, and makes the name durable where folders can be synced. */
export function publishFile(temporary: string, path: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(temporary, path);
      break;
    } catch (cause) {
      const code = errorCodeOf(cause);
      const isHeld = code === "EPERM" || code === "EACCES" || code === "EBUSY";
      if (!isHeld || attempt >= RENAME_TRIES_MAX) throw cause;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RENAME_PAUSE_MS);
    }
  }
  syncFolder(dirname(path));
}

/** Makes a file's bytes durable while the caller's thread goes on. */
export async function syncFile(path: string): Promise<void> {
  const file = openSync(path, "r+");
  try {
    await new Promise<void>((resolve, reject) => {
      fsync(file, (cause) => {
        if (cause) reject(cause);
        else resolve();
      });
    });
  } finally {
    closeSync(file);
  }
}

/** The text of a file, or `undefined` when there is none. */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (errorCodeOf(cause) === "ENOENT") return undefined;
    throw cause;
  }
}

/** Deletes what interrupted writers left in one folder; the folder may be absent. */
export function removeLeftovers(folder: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    if (errorCodeOf(cause) !== "ENOENT") throw cause;
  }
  for (const name of names) {
    if (name.endsWith(TEMPORARY_SUFFIX))
      rmSync(join(folder, name), { force: true, recursive: true });
  }
}

/**
 * Deletes what writers of this one file left behind when they died; one that still runs keeps its own.
 * For folders without a lock under which `removeLeftovers` could be called.
 */
export function removeLeftoversOf(path: string): void {
  const [folder, name] = [dirname(path), basename(path)];
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    if (errorCodeOf(cause) !== "ENOENT") throw cause;
  }
  for (const candidate of names) {
    if (!candidate.startsWith(`${name}.`) || !candidate.endsWith(TEMPORARY_SUFFIX)) continue;
    const writer = Number(candidate.slice(name.length + 1, -TEMPORARY_SUFFIX.length));
    if (!isRunning(writer)) rmSync(join(folder, candidate), { force: true });
  }
}

/** Names a full disk as such; anything else is handed back unchanged. */
export function wrapDiskError(cause: unknown, path: string): unknown {
  const code = errorCodeOf(cause);
  const text = cause instanceof Error ? cause.message : "";
  const isFull =
    code === "ENOSPC" ||
    code === "EDQUOT" ||
    code === "EFBIG" ||
    /No space left|disk is full/i.test(text);
  if (!isFull) return cause;
  return new MeridianError("DISK_FULL", {
    message: `no room on the disk to write ${basename(path)}`,
    facts: { file: basename(path) },
    cause,
  });
}

/** The `code` of a system error, or `undefined`. */
export function errorCodeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined;
}

/** Windows cannot sync a folder, and nothing here relies on it: the rename alone is atomic. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
