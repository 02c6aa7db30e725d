/**
 * Snapshots on the disk: immutable part files, one manifest and one report each, and the pointer
 * `current.json` that is swapped in one rename. A reader sees the old snapshot or the new, whole.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import {
  type BuildReport,
  type SnapshotManifest,
  buildReportSchema,
  snapshotManifestSchema,
  snapshotPointerSchema,
} from "#contracts/snapshot.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { must } from "#core/assert.ts";
import {
  readTextIfThere,
  removeLeftovers,
  removeLeftoversOf,
  writeFileAtomic,
} from "#platform/atomic-file.ts";
import { sha256Hex } from "#platform/digest.ts";
import { digestOfFile } from "./file-digest-store.ts";
import { partSize } from "./part-store.ts";

/** Folders below `data/analytics/<market>` that hold parts. */
export const PART_FOLDERS = {
  daily: "prices/frequency=1d",
  intraday5m: "prices/frequency=5min",
  events: "events",
  series: "series",
  candles1m: "candles/interval=1m",
  candles5m: "candles/interval=5m",
} as const;

/** The snapshot in force, or `undefined` before the first build. @throws FILE_DAMAGED */
export function readPointedSnapshot(analyticsDir: string): string | undefined {
  const text = readTextIfThere(join(analyticsDir, "current.json"));
  if (text === undefined) return undefined;
  return parseStored(snapshotPointerSchema, text, "current.json").snapshot;
}

/** Makes a snapshot the one in force. Writes nothing when it already is; a damaged pointer is replaced. */
export function pointToSnapshot(analyticsDir: string, snapshot: string): void {
  const path = join(analyticsDir, "current.json");
  const text = `${canonicalJson({ snapshot })}\n`;
  // A build that finds its snapshot there cleans up nothing else, and may follow one that died here.
  removeLeftoversOf(path);
  if (readTextIfThere(path) !== text) writeFileAtomic(path, text);
}

/** The manifest of a snapshot, or `undefined` when it was never published. @throws FILE_DAMAGED */
export function readManifest(analyticsDir: string, snapshot: string): SnapshotManifest | undefined {
  const text = readTextIfThere(join(analyticsDir, "manifests", `${snapshot}.json`));
  return text === undefined
    ? undefined
    : parseStored(snapshotManifestSchema, text, `manifests/${snapshot}.json`);
}

/** The report of a published snapshot. @throws FILE_DAMAGED when it is absent or not as published. */
export function readReport(analyticsDir: string, manifest: SnapshotManifest): BuildReport {
  const name = `reports/${manifest.snapshot}.json`;
  const text = readTextIfThere(join(analyticsDir, name));
  if (text === undefined || sha256Hex(text) !== manifest.reportSha256) throw damaged(name);
  return parseStored(buildReportSchema, text, name);
}

/** Publishes report and manifest; the parts must be there. The pointer is not moved. */
export function publishSnapshot(
  analyticsDir: string,
  manifest: Omit<SnapshotManifest, "reportSha256">,
  report: BuildReport,
): SnapshotManifest {
  const reportText = `${canonicalJson(buildReportSchema.parse(report))}\n`;
  const whole = snapshotManifestSchema.parse({
    ...manifest,
    reportSha256: sha256Hex(reportText),
  });
  writeFileAtomic(join(analyticsDir, "reports", `${manifest.snapshot}.json`), reportText);
  writeFileAtomic(
    join(analyticsDir, "manifests", `${manifest.snapshot}.json`),
    `${canonicalJson(whole)}\n`,
  );
  return whole;
}

/**
 * The manifest of a snapshot that is there whole: manifest and report as published, every part with
 * some content (sizes only; see `scrubSnapshot`). `undefined` for any other, which is to be built again.
 */
export function findWholeSnapshot(
  analyticsDir: string,
  snapshot: string,
): SnapshotManifest | undefined {
  const text = readTextIfThere(join(analyticsDir, "manifests", `${snapshot}.json`));
  if (text === undefined) return undefined;
  const { success, data } = snapshotManifestSchema.safeParse(jsonOf(text));
  if (!success) return undefined;
  const report = readTextIfThere(join(analyticsDir, "reports", `${snapshot}.json`));
  const isWhole =
    report !== undefined &&
    sha256Hex(report) === data.reportSha256 &&
    data.files.every((file) => (partSize(analyticsDir, file.path) ?? 0) > 0);
  return isWhole ? data : undefined;
}

/** Paths of parts whose bytes are not those of the manifest. */
export function scrubSnapshot(analyticsDir: string, manifest: SnapshotManifest): string[] {
  return manifest.files
    .filter((file) => {
      const isThere = partSize(analyticsDir, file.path) !== undefined;
      return !isThere || digestOfFile(join(analyticsDir, file.path)).sha256 !== file.sha256;
    })
    .map((file) => file.path);
}

/**
 * What a failed read of a snapshot's parts was: FILE_DAMAGED with the parts that do not have their
 * digests, or the failure itself when all have. Reads every part, so only after a failure.
 */
export function nameDamagedParts(
  cause: unknown,
  analyticsDir: string,
  manifest: SnapshotManifest,
): unknown {
  const parts = scrubSnapshot(analyticsDir, manifest);
  if (parts.length === 0) return cause;
  return new MeridianError("FILE_DAMAGED", {
    message: `${parts.join(", ")} ${parts.length === 1 ? "is" : "are"} absent or damaged below data/analytics/${manifest.market}`,
    facts: { files: parts, snapshot: manifest.snapshot },
    nextStep: `Run \`${manifest.market} build\`; it makes damaged parts again from raw.`,
    cause,
  });
}

/** Ids of all published snapshots, sorted. */
export function listSnapshots(analyticsDir: string): string[] {
  return namesIn(join(analyticsDir, "manifests"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

/**
 * Deletes snapshots that are not in `keep`, and parts that no kept manifest names. Returns the
 * paths it deleted.
 */
export function dropUnnamedParts(analyticsDir: string, keep: ReadonlySet<string>): string[] {
  const dropped: string[] = [];
  const named = new Set<string>();
  for (const snapshot of listSnapshots(analyticsDir)) {
    if (keep.has(snapshot)) {
      const manifest = must(readManifest(analyticsDir, snapshot), "a listed manifest is there");
      for (const file of manifest.files) named.add(file.path);
    } else {
      dropped.push(`manifests/${snapshot}.json`, `reports/${snapshot}.json`);
    }
  }
  for (const folder of Object.values(PART_FOLDERS)) {
    for (const name of namesIn(join(analyticsDir, folder))) {
      if (!named.has(`${folder}/${name}`)) dropped.push(`${folder}/${name}`);
    }
  }
  for (const path of dropped) rmSync(join(analyticsDir, path), { force: true });
  return dropped;
}

/** Removes what an interrupted build left behind. */
export function removeUnfinishedParts(analyticsDir: string): void {
  const folders = [...Object.values(PART_FOLDERS), "manifests", "reports", "."];
  for (const folder of folders) removeLeftovers(join(analyticsDir, folder));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function parseStored<T>(schema: z.ZodType<T>, text: string, name: string): T {
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) throw damaged(name, parsed.error);
  return parsed.data;
}

/** `undefined` for text that is no JSON, which no schema takes. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(name: string, cause?: unknown): MeridianError {
  return new MeridianError("FILE_DAMAGED", {
    message: `${name} is absent or not as it was published`,
    facts: { file: name },
    cause,
  });
}
