/**
 * Reads a workspace as a stranger would: its files, and the rows of its state files. It shares no reader
 * with the product, whose mistakes it is there to find.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

const pointerSchema = z.strictObject({ snapshot: z.string() });
const manifestSchema = z.looseObject({
  snapshot: z.string(),
  contentDigest: z.string(),
  files: z.array(z.object({ path: z.string(), rows: z.int(), sha256: z.string() })),
  reportSha256: z.string(),
  quarantineSha256: z.string(),
});
export type StoredManifest = z.output<typeof manifestSchema>;

const metaSchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  symbol: z.string().nullable(),
  endpoint: z.looseObject({ name: z.string() }),
  body: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  rows: z.int(),
  newestSession: z.string().nullable(),
});
export type StoredMeta = z.output<typeof metaSchema>;

/** The markets, by the names of their folders and state files. */
export const MARKETS = ["us", "india"] as const;
export type MarketName = (typeof MARKETS)[number];

const META_SUFFIX = ".meta.json";
/** Ends the name of a file that its writer has not finished. */
const UNFINISHED_SUFFIX = ".part~";

export function analyticsOf(market: MarketName): string {
  return `data/analytics/${market}`;
}

export function quarantineOf(market: MarketName): string {
  return `data/quarantine/${market}`;
}

export function rawOf(market: MarketName): string {
  return `data/raw/${market}`;
}

/** All files below a folder of the workspace, with `/`, sorted; none when it is absent. */
export function listFiles(workspace: string, folder = "."): string[] {
  const root = join(workspace, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((name) => name.split(sep).join("/"))
    .filter((name) => statSync(join(root, name)).isFile())
    .toSorted();
}

/** SHA-256 of a file in hexadecimal; undefined when it is absent. */
export function digestOf(workspace: string, path: string): string | undefined {
  const file = join(workspace, path);
  if (!existsSync(file)) return undefined;
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Files that a writer left unfinished. */
export function unfinishedFiles(workspace: string): string[] {
  return listFiles(workspace).filter((name) => name.includes(UNFINISHED_SUFFIX));
}

/** The snapshot that readers are pointed to; undefined before the first build. */
export function readPointer(workspace: string, market: MarketName): string | undefined {
  const text = readIfThere(workspace, `${analyticsOf(market)}/current.json`);
  return text === undefined ? undefined : pointerSchema.parse(JSON.parse(text)).snapshot;
}

/** All published manifests. */
export function readManifests(workspace: string, market: MarketName): StoredManifest[] {
  const folder = `${analyticsOf(market)}/manifests`;
  return listFiles(workspace, folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const text = readFileSync(join(workspace, folder, name), "utf8");
      return manifestSchema.parse(JSON.parse(text));
    });
}

/** All receipts of raw payloads as their metas tell them. */
export function readMetas(
  workspace: string,
  market: MarketName,
): (StoredMeta & { readonly path: string })[] {
  return listFiles(workspace, rawOf(market))
    .filter((name) => name.endsWith(META_SUFFIX))
    .map((path) => {
      const text = readFileSync(join(workspace, rawOf(market), path), "utf8");
      return { ...metaSchema.parse(JSON.parse(text)), path };
    });
}

/** Bodies of raw payloads, below the raw folder. */
export function listBodies(workspace: string, market: MarketName): string[] {
  return listFiles(workspace, rawOf(market)).filter(
    (name) => !name.endsWith(META_SUFFIX) && !name.includes(UNFINISHED_SUFFIX),
  );
}

export function readIfThere(workspace: string, path: string): string | undefined {
  const file = join(workspace, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

export type StateRow = Readonly<Record<string, unknown>>;

/** Rows of a table of a state file (a market, `system`); none when the file or the table is absent. */
export function readRows(workspace: string, owner: string, sql: string): StateRow[] {
  const file = join(workspace, "data", "state", `${owner}.sqlite`);
  if (!existsSync(file)) return [];
  const database = new DatabaseSync(file);
  try {
    const table = /FROM (\w+)/.exec(sql)?.[1] ?? "";
    const find = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?");
    return table === "" || find.get(table) !== undefined ? database.prepare(sql).all() : [];
  } finally {
    database.close();
  }
}
