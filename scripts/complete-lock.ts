/**
 * Completes package-lock.json after `npm install`: a registry mirror that lacks the binaries of other
 * platforms leaves their entries out, and `npm ci` then refuses the whole lock file. The entries
 * added here name version and platform only; npm skips them wherever the platform does not match.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import * as z from "zod";

const lockEntrySchema = z.looseObject({
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockSchema = z.looseObject({ packages: z.record(z.string(), lockEntrySchema) });

type LockEntry = z.infer<typeof lockEntrySchema>;

/** The parsed lock file; only what is needed here is typed, everything else is kept as it is. */
export type LockFile = z.infer<typeof lockSchema>;

/** A platform package that some package may want and for which the lock file has no entry. */
export type MissingBinary = {
  readonly name: string;
  readonly version: string;
  readonly isDev: boolean;
};

const PLATFORM_PATTERN =
  /(?<os>aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(?<cpu>[a-z0-9]+)(?:-(?<abi>[a-z]+))?$/;

/** Checks the text and returns it as it is: zod's own copy would reorder the keys. */
export function parseLockFile(text: string): LockFile {
  const raw: unknown = JSON.parse(text);
  if (!isLockFile(raw)) throw new Error("package-lock.json is not of the form that npm 11 writes");
  return raw;
}

/** Optional dependencies that the lock file mentions but does not describe. */
export function findMissingBinaries(lock: LockFile): MissingBinary[] {
  const missing: MissingBinary[] = [];
  for (const entry of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (`node_modules/${name}` in lock.packages || !PLATFORM_PATTERN.test(name)) continue;
      missing.push({ name, version, isDev: entry.dev ?? false });
    }
  }
  return missing;
}

/** The lock file with an entry for every platform package, its keys in npm's order. */
export function completeLockFile(lock: LockFile): LockFile {
  const added = findMissingBinaries(lock).map(
    (binary) => [`node_modules/${binary.name}`, entryOf(binary)] as const,
  );
  const sorted = [...Object.entries(lock.packages), ...added].toSorted(([a], [b]) =>
    a.localeCompare(b, "en"),
  );
  return { ...lock, packages: Object.fromEntries<LockEntry>(sorted) };
}

function isLockFile(raw: unknown): raw is LockFile {
  return lockSchema.safeParse(raw).success;
}

function entryOf({ name, version, isDev }: MissingBinary): LockEntry {
  const platform = PLATFORM_PATTERN.exec(name)?.groups ?? {};
  const libc = libcOf(name, platform["os"], platform["abi"]);
  return {
    version,
    cpu: [platform["cpu"]],
    ...(isDev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [platform["os"]],
  };
}

/** The C library a Linux binary is for. DuckDB names only musl and leaves glibc unsaid. */
function libcOf(name: string, os: string | undefined, abi: string | undefined) {
  if (os !== "linux") return undefined;
  if (abi?.startsWith("musl")) return "musl";
  return abi?.startsWith("gnu") || name.startsWith("@duckdb/") ? "glibc" : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const path = new URL("../package-lock.json", import.meta.url);
  const lock = parseLockFile(readFileSync(path, "utf8"));
  const missing = findMissingBinaries(lock);
  if (missing.length > 0) {
    writeFileSync(path, `${JSON.stringify(completeLockFile(lock), undefined, 2)}\n`);
  }
  console.log(`package-lock.json: ${missing.length} platform packages added`);
}
