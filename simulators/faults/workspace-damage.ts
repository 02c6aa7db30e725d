/**
 * Looks for what no reader may ever see, also right after a process died: a snapshot that is not whole, a
 * receipt without its bytes, a state file that does not hold together, a decision recorded twice.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  MARKETS,
  type MarketName,
  analyticsOf,
  digestOf,
  listFiles,
  quarantineOf,
  rawOf,
  readIfThere,
  readManifests,
  readMetas,
  readPointer,
  readRows,
  unfinishedFiles,
} from "./workspace-files.ts";

/** Everything that is wrong, as sentences. A file that cannot be read at all is one of them. */
export function findDamage(workspace: string): string[] {
  return [
    ...MARKETS.flatMap((market) => [
      ...attempt(`the snapshot of ${market}`, () => snapshotDamage(workspace, market)),
      ...attempt(`raw of ${market}`, () => rawDamage(workspace, market)),
    ]),
    ...attempt("the state files", () => stateDamage(workspace)),
    ...attempt("the small files", () => smallFileDamage(workspace)),
  ];
}

/** What a run that ended well leaves none of. */
export function findLeftovers(workspace: string): string[] {
  const unregistered = MARKETS.flatMap((market) => registryDifferences(workspace, market));
  const open = MARKETS.flatMap((market) =>
    readRows(workspace, market, "SELECT job FROM job_runs WHERE ended_at_ms IS NULL"),
  );
  return [
    ...unfinishedFiles(workspace).map((path) => `the unfinished file ${path} was left over`),
    ...unregistered,
    ...open.map(({ job }) => `the run of ${String(job)} never ended`),
  ];
}

function attempt(what: string, look: () => string[]): string[] {
  try {
    return look();
  } catch (error) {
    return [`${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function snapshotDamage(workspace: string, market: MarketName): string[] {
  const manifests = readManifests(workspace, market);
  const pointer = readPointer(workspace, market);
  const isPublished =
    pointer === undefined || manifests.some((manifest) => manifest.snapshot === pointer);
  const wrong = (path: string, sha256: string): string[] => {
    const found = digestOf(workspace, path);
    if (found === sha256) return [];
    return [`${path} ${found === undefined ? "is missing" : "has another digest than published"}`];
  };
  return [
    ...(isPublished ? [] : [`current.json points to ${pointer}, which was not published`]),
    ...manifests.flatMap((manifest) => [
      ...manifest.files.flatMap(({ path, sha256 }) =>
        wrong(`${analyticsOf(market)}/${path}`, sha256),
      ),
      ...wrong(`${analyticsOf(market)}/reports/${manifest.snapshot}.json`, manifest.reportSha256),
      ...wrong(`${quarantineOf(market)}/${manifest.snapshot}.ndjson`, manifest.quarantineSha256),
    ]),
  ];
}

function rawDamage(workspace: string, market: MarketName): string[] {
  return readMetas(workspace, market).flatMap((meta) => {
    const found = digestOf(workspace, `${rawOf(market)}/${meta.body}`);
    if (found === meta.sha256) return [];
    const how = found === undefined ? "has no body" : "has a body of another digest";
    return [`the receipt ${meta.path} ${how}`];
  });
}

/** Receipts that the registry lacks, and receipts of which it alone knows. */
function registryDifferences(workspace: string, market: MarketName): string[] {
  const stored = new Set(readMetas(workspace, market).map(({ id }) => id));
  const rows = readRows(workspace, market, "SELECT id FROM raw_receipts");
  const registered = new Set(rows.map(({ id }) => String(id)));
  return [
    ...[...stored].filter((id) => !registered.has(id)).map((id) => `${id} is not registered`),
    ...[...registered].filter((id) => !stored.has(id)).map((id) => `${id} has no meta`),
  ];
}

function stateDamage(workspace: string): string[] {
  return [...MARKETS, "system"].flatMap((owner) => {
    if (!existsSync(join(workspace, "data", "state", `${owner}.sqlite`))) return [];
    const integrity = readRows(workspace, owner, "PRAGMA integrity_check");
    const says = integrity.flatMap((row) => Object.values(row).map(String));
    const rows = readRows(workspace, owner, "SELECT seq, kind, payload FROM ledger ORDER BY seq");
    const texts = rows.map(({ kind, payload }) => `${String(kind)} ${String(payload)}`);
    const repeated = texts.filter((text, index) => texts.indexOf(text) !== index);
    const gaps = rows.filter(({ seq }, index) => seq !== index + 1);
    return [
      ...says.filter((text) => text !== "ok").map((text) => `${owner}.sqlite: ${text}`),
      ...repeated.map((text) => `the ledger of ${owner} says twice: ${text.slice(0, 200)}`),
      ...gaps.map(({ seq }) => `the ledger of ${owner} has a hole before row ${String(seq)}`),
    ];
  });
}

/** Small files that are replaced as a whole are never empty or cut. */
function smallFileDamage(workspace: string): string[] {
  const jsonFiles = listFiles(workspace, "data").filter(
    (name) => name.endsWith(".json") && !name.endsWith(".meta.json"),
  );
  const kind = readIfThere(workspace, "data/workspace-kind");
  return [
    ...jsonFiles.flatMap((name) =>
      attempt(`data/${name}`, () => {
        JSON.parse(readIfThere(workspace, `data/${name}`) ?? "");
        return [];
      }),
    ),
    ...(kind === "synthetic\n" ? [] : [`data/workspace-kind says ${JSON.stringify(kind)}`]),
  ];
}
