/**
 * Says which snapshot the staging folder belongs to and whether it is whole. The mark is written last
 * and names every part with its digest; a folder without it is half of something and is made again.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { snapshotIdSchema } from "#contracts/snapshot.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import { digestOfFile } from "#lake/file-digest-store.ts";
import { type WrittenPart, partSize } from "#lake/part-store.ts";
import {
  errorCodeOf,
  readTextIfThere,
  removeFolder,
  writeFileAtomic,
} from "#platform/atomic-file.ts";

const MARK_FILE = "snapshot.json";
/** What a system says of a file that a reader holds. */
const HELD_CODES = new Set(["EPERM", "EACCES", "EBUSY", "ENOTEMPTY"]);

const markSchema = z.strictObject({
  snapshot: snapshotIdSchema,
  parts: z.array(z.strictObject({ path: z.string(), sha256: z.string() })),
});

/** Names the snapshot of a staging folder whose parts are all there. @throws DISK_FULL */
export function markStaging(
  stagingDir: string,
  snapshot: string,
  written: readonly WrittenPart[],
): void {
  const parts = written.map(({ path, sha256 }) => ({ path, sha256 }));
  writeFileAtomic(join(stagingDir, MARK_FILE), `${canonicalJson({ snapshot, parts })}\n`);
}

/** Whether the folder holds the staging of this snapshot with every byte as it was written. */
export function isStagingWhole(stagingDir: string, snapshot: string): boolean {
  const text = readTextIfThere(join(stagingDir, MARK_FILE));
  if (text === undefined) return false;
  const mark = parseMark(text);
  return (
    mark?.snapshot === snapshot &&
    mark.parts.every(
      ({ path, sha256 }) =>
        partSize(stagingDir, path) !== undefined &&
        digestOfFile(join(stagingDir, path)).sha256 === sha256,
    )
  );
}

/**
 * Deletes a staging folder, its mark first, but for paths that begin as `kept` says. What a reader
 * holds open stays: no mark names it, and the next build deletes it.
 */
export function removeStaging(stagingDir: string, kept: readonly string[] = []): void {
  try {
    rmSync(join(stagingDir, MARK_FILE), { force: true });
    for (const path of kept.length === 0 ? [""] : pathsToRemove(stagingDir, kept)) {
      removeFolder(join(stagingDir, path));
    }
  } catch (cause) {
    if (!HELD_CODES.has(errorCodeOf(cause) ?? "")) throw cause;
  }
}

/** The topmost paths with nothing to keep in them. */
function pathsToRemove(stagingDir: string, kept: readonly string[], within = ""): string[] {
  return namesIn(join(stagingDir, within)).flatMap((name) => {
    const path = `${within}${name}`;
    if (kept.some((beginning) => path.startsWith(beginning))) return [];
    const holdsKept = kept.some((beginning) => beginning.startsWith(`${path}/`));
    return holdsKept ? pathsToRemove(stagingDir, kept, `${path}/`) : [path];
  });
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function parseMark(text: string): z.output<typeof markSchema> | undefined {
  try {
    return markSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
