/**
 * Writes the rows that gate 1 refused, each with its place in the raw bytes, its text and every
 * rule it failed: `data/quarantine/<market>/<snapshot>.ndjson`, one line a row.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { SnapshotManifest } from "#contracts/snapshot.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import { digestOfFile } from "#lake/file-digest-store.ts";
import {
  publishFile,
  removeLeftovers,
  temporaryPathOf,
  wrapDiskError,
} from "#platform/atomic-file.ts";

const BUFFER_CHARACTERS = 1 << 16;

export type QuarantinedRow = {
  readonly dataset: string;
  readonly symbol: string;
  /** Session of the row, or null when its date could not be read. */
  readonly session: string | null;
  readonly raw: string;
  readonly line: number;
  readonly text: string;
  readonly rules: readonly string[];
};

export interface QuarantineWriter {
  write(row: QuarantinedRow): void;
  /** Makes the file visible and returns its digest. */
  publish(): string;
  abandon(): void;
}

/** Starts the quarantine file of a snapshot; it becomes visible only when published. */
export function startQuarantine(quarantineDir: string, snapshot: string): QuarantineWriter {
  mkdirSync(quarantineDir, { recursive: true });
  removeLeftovers(quarantineDir);
  const path = join(quarantineDir, `${snapshot}.ndjson`);
  const temporary = temporaryPathOf(path);
  const file = openSync(temporary, "w");
  const hash = createHash("sha256");
  let buffered = "";
  let isOpen = true;
  const flush = (): void => {
    const bytes = new TextEncoder().encode(buffered);
    buffered = "";
    hash.update(bytes);
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(file, bytes, done, bytes.length - done);
      }
    } catch (cause) {
      throw wrapDiskError(cause, path);
    }
  };
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    write: (row) => {
      buffered += `${canonicalJson(row)}\n`;
      if (buffered.length >= BUFFER_CHARACTERS) flush();
    },
    publish: () => {
      flush();
      fsyncSync(file);
      close();
      publishFile(temporary, path);
      return hash.digest("hex");
    },
    abandon: () => {
      close();
      removeLeftovers(quarantineDir);
    },
  };
}

/** Whether the refused rows of a snapshot are there as they were written. */
export function isQuarantineWhole(quarantineDir: string, manifest: SnapshotManifest): boolean {
  const path = join(quarantineDir, `${manifest.snapshot}.ndjson`);
  return existsSync(path) && digestOfFile(path).sha256 === manifest.quarantineSha256;
}

/** Deletes the refused rows of snapshots that are not in `keep`. Returns the names it deleted. */
export function dropQuarantine(quarantineDir: string, keep: ReadonlySet<string>): string[] {
  if (!existsSync(quarantineDir)) return [];
  const dropped = readdirSync(quarantineDir).filter(
    (name) => name.endsWith(".ndjson") && !keep.has(name.slice(0, -".ndjson".length)),
  );
  for (const name of dropped) rmSync(join(quarantineDir, name), { force: true });
  return dropped;
}
