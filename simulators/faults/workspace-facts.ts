/**
 * What two workspaces are compared by: everything that is about the data and the decisions, and nothing
 * that is about the machine's time or the order of attempts.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import {
  type MarketName,
  type StoredManifest,
  analyticsOf,
  digestOf,
  listBodies,
  rawOf,
  readIfThere,
  readManifests,
  readMetas,
  readPointer,
  readRows,
} from "./workspace-files.ts";

/** Facts by name; each is compared as text. */
export type WorkspaceFacts = {
  /** Content digest that the snapshot in force names. */
  readonly contentDigest: string;
  /** Number of rows and a digest of them by folder, read from the files themselves. */
  readonly content: string;
  readonly truthTime: string;
  readonly ledger: string;
  readonly decisions: string;
  readonly decisionsPage: string;
  readonly receipts: string;
  readonly bodies: string;
  readonly retryQueue: string;
};

/** What an order of events that was not the same leaves equal. */
export const LASTING_FACTS = [
  "contentDigest",
  "content",
  "truthTime",
  "decisions",
  "bodies",
  "retryQueue",
] as const satisfies readonly (keyof WorkspaceFacts)[];

export type FactName = keyof WorkspaceFacts;

const DIGEST_SHOWN = 16;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
/** Fields of a recipe that name receipts, whose ids hold the instant at which they came. */
const BY_INSTANT = /"(rawDigest|verdictDigest)":"[0-9a-f]{64}"/g;

export interface FactReader {
  /** The facts of one market, and the decisions that are made about all. */
  read(workspace: string, market?: MarketName): Promise<WorkspaceFacts>;
  close(): void;
}

/** Opens a reader; it keeps a database in memory for reading Parquet. */
export async function openFactReader(): Promise<FactReader> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  return {
    read: async (workspace, market = "us") => {
      const manifests = readManifests(workspace, market);
      const pointer = readPointer(workspace, market);
      const pointed = manifests.find(({ snapshot }) => snapshot === pointer);
      return {
        contentDigest: pointed?.contentDigest ?? "no snapshot",
        content:
          pointed === undefined
            ? "no snapshot"
            : await contentOf(connection, join(workspace, analyticsOf(market)), pointed),
        truthTime: nameless(
          readIfThere(workspace, `data/truth/${market}/temporal_state.json`),
          manifests,
        ),
        ledger: ledgerOf(workspace, market, manifests),
        decisions: ledgerOf(workspace, "system", manifests),
        decisionsPage: nameless(
          readIfThere(workspace, "docs/epistemic/ledger/decisions.md"),
          manifests,
        ),
        receipts: receiptsOf(workspace, market),
        bodies: bodiesOf(workspace, market),
        retryQueue: rowsAsText(
          readRows(workspace, market, "SELECT call, failure FROM retry_queue ORDER BY call_key"),
        ),
      };
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** The facts in which two workspaces differ, as sentences. */
export function differencesOf(
  expected: WorkspaceFacts,
  actual: WorkspaceFacts,
  names: readonly FactName[] = FACT_NAMES,
): string[] {
  return names.flatMap((name) => {
    if (expected[name] === actual[name]) return [];
    const [wanted, found] = [expected[name].split("\n"), actual[name].split("\n")];
    const lacks = wanted.filter((line) => !found.includes(line));
    const extra = found.filter((line) => !wanted.includes(line));
    const shown = [...lacks.map((line) => `- ${line}`), ...extra.map((line) => `+ ${line}`)];
    const lines = shown.length === 0 ? ["the same lines in another number or order"] : shown;
    return [`${name} differs from the undisturbed run:\n    ${lines.slice(0, 8).join("\n    ")}`];
  });
}

const FACT_NAMES: readonly FactName[] = [
  "contentDigest",
  "content",
  "truthTime",
  "ledger",
  "decisions",
  "decisionsPage",
  "receipts",
  "bodies",
  "retryQueue",
];

/** Rows and their digest by folder; `known_at` is the machine's time and left out. */
async function contentOf(
  connection: DuckDBConnection,
  analytics: string,
  manifest: StoredManifest,
): Promise<string> {
  const byFolder = Map.groupBy(manifest.files, ({ path }) => path.slice(0, path.lastIndexOf("/")));
  const lines: string[] = [];
  for (const [folder, files] of [...byFolder].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const paths = files.map(({ path }) => `'${join(analytics, path).replaceAll("'", "''")}'`);
    const reader = await connection.runAndReadAll(
      `SELECT count(*)::VARCHAR AS rows, sum(hash(one)::HUGEINT)::VARCHAR AS digest
       FROM (SELECT COLUMNS(lambda name: name <> 'known_at') FROM read_parquet([${paths.join(", ")}],
         hive_partitioning = false)) AS one`,
    );
    lines.push(`${folder}: rows and digest ${JSON.stringify(reader.getRowsJson())}`);
  }
  return lines.join("\n");
}

function ledgerOf(workspace: string, owner: string, manifests: readonly StoredManifest[]): string {
  const sql = "SELECT kind, market, actor, payload FROM ledger ORDER BY seq";
  return nameless(rowsAsText(readRows(workspace, owner, sql)), manifests).replaceAll(
    BY_INSTANT,
    '"$1":"…"',
  );
}

/** Text with snapshots named by their content instead of their id, and without instants. */
function nameless(text: string | undefined, manifests: readonly StoredManifest[]): string {
  const named = manifests.reduce(
    (done, { snapshot, contentDigest }) => done.replaceAll(snapshot, `content ${contentDigest}`),
    text ?? "",
  );
  // Markdown escapes the colons.
  return named.replaceAll("\\:", ":").replaceAll(INSTANT, "some time");
}

function receiptsOf(workspace: string, market: MarketName): string {
  return readMetas(workspace, market)
    .map(({ kind, symbol, endpoint, sha256, rows, newestSession }) => {
      const asked = JSON.stringify(endpoint);
      return [kind, symbol, asked, sha256.slice(0, DIGEST_SHOWN), rows, newestSession].join(" ");
    })
    .toSorted()
    .join("\n");
}

/** Digests of all bodies, not of their places: the folder is that of the first receipt. */
function bodiesOf(workspace: string, market: MarketName): string {
  return listBodies(workspace, market)
    .map(
      (path) =>
        `${path.split("/")[1] ?? ""} ${digestOf(workspace, `${rawOf(market)}/${path}`) ?? ""}`,
    )
    .toSorted()
    .join("\n");
}

function rowsAsText(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return rows.map((row) => Object.values(row).map(String).join(" ")).join("\n");
}

/** How a key is named in the stores of the product. */
function keyLabelOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 8);
}

/** Calls that the budget has counted for a key on the day it is in. */
export function readCallsUsed(workspace: string, key: string): number {
  const rows = readRows(workspace, "us", "SELECT key_label, used FROM call_budget_keys");
  const row = rows.find(({ key_label: label }) => label === keyLabelOf(key));
  return Number(row?.["used"] ?? 0);
}

/** Milliseconds between the permits that the budget remembers for a key, by the machine's own clock. */
export function readGrantSpacings(workspace: string, key: string): number[] {
  const sql = "SELECT key_label, granted_at_ms FROM call_budget_grants ORDER BY granted_at_ms";
  const instants = readRows(workspace, "us", sql)
    .filter(({ key_label: label }) => label === keyLabelOf(key))
    .map((row) => Number(row["granted_at_ms"]));
  return instants.slice(1).map((instant, index) => instant - (instants[index] ?? 0));
}
