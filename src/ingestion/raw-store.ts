/**
 * Raw landing: keeps every payload as received, once, with a receipt of what was asked and when
 * (decision 13). The source decides what is data, the lake parses it; here it is kept and found again.
 *
 * A landing writes the body, then its meta, then the registry's row, all under the state file's write
 * lock. So a body without a meta is invisible, a meta without a row is registered by `recover`, and
 * two processes never land the same bytes twice.
 */
import type { DatabaseSync } from "node:sqlite";
import type { RawKind, RawReceipt } from "#contracts/raw-receipt.ts";
import { assert } from "#core/assert.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import type { MarketId } from "#core/market-definition.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { SessionDate } from "#core/session-date.ts";
import { sha256Hex } from "#platform/digest.ts";
import { inTransaction } from "#platform/state-store.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { type Workspace, claimWorkspaceKind } from "#platform/workspace.ts";
import {
  type DamagedFile,
  type MeasuredBody,
  type RawFiles,
  type ReceiptFields,
  bodyPathOf,
  folderOf,
  metaPathOf,
  rawFilesOf,
  receiptIdOf,
} from "./raw-file-store.ts";
import {
  type RawRegistry,
  type ReceiptFilter,
  type StoredReceipt,
  openRawRegistry,
} from "./raw-registry-store.ts";

/** A payload to keep. The caller guarantees that it is data and holds no configured secret. */
export type Landing = {
  readonly kind: RawKind;
  /** `alpha_vantage`, `import`. */
  readonly source: string;
  readonly synthetic: boolean;
  /** What was asked, without the key. */
  readonly endpoint: {
    readonly name: string;
    readonly params: { readonly [name: string]: string };
  };
  readonly symbol: string | null;
  /** Receipt of the last byte by the machine's clock. */
  readonly fetchedAt: EpochMs;
  readonly format: "csv" | "json";
  readonly bytes: Uint8Array;
  /** Rows of data in the payload. */
  readonly rows: number;
  /** Newest session whose row was whole on receipt; null when there is none. */
  readonly newestSession: SessionDate | null;
  readonly import?: RawReceipt["import"];
};

/** A body that lies in the raw folder already, written there piece by piece, of which no more is written. */
export type Adoption = Omit<Landing, "bytes" | "format" | "import"> & {
  readonly format: "ticks";
  /** Relative to the market's raw folder, with `/` between folders. */
  readonly path: string;
};

/**
 * `stored`: new bytes. `same_bytes`: a new receipt for bytes that are there. `known`: a receipt of the
 * same question, bytes and whole sessions exists; nothing was written.
 */
export type LandingOutcome = "stored" | "same_bytes" | "known";

/** Contract, implementer: what `land` returned is there after any crash; bytes are never edited. */
export interface RawStore {
  /** @throws SYNTHETIC_MIX, DISK_FULL, STORE_BUSY; then nothing of the payload is visible */
  land(landing: Landing): { readonly receipt: RawReceipt; readonly outcome: LandingOutcome };
  /**
   * Gives a receipt to a body that lies there, however long. The same body twice has one receipt. @throws
   * FILE_DAMAGED when there is none; SYNTHETIC_MIX, STORE_BUSY
   */
  adopt(adoption: Adoption): { readonly receipt: RawReceipt; readonly outcome: LandingOutcome };
  /** Paths of bodies of a kind that have no receipt, sorted: of a writer that runs, or died. */
  listUnadopted(kind: RawKind): string[];
  /** Where the bytes of a receipt lie on the disk, for those that are not to be read at once. */
  bodyPath(receipt: RawReceipt): string;
  /** Receipts in the order in which they came. */
  receipts(filter?: ReceiptFilter): StoredReceipt[];
  find(id: string): StoredReceipt | undefined;
  /** The bytes as received. @throws FILE_DAMAGED when they are missing or have another digest */
  readBody(receipt: RawReceipt): Uint8Array;
  /** Newest whole session in payloads of these kinds; `except` names receipts that do not count. */
  newestSession(kinds: readonly RawKind[], except: ReadonlySet<string>): string | null;
  /** Place of the newest receipt; 0 when there is none. */
  newestSeq(): number;
  /**
   * Brings the registry up to the files after a crash or the loss of the state file, and removes what
   * interrupted writers left. To be called at the start of each job. @throws FILE_DAMAGED for a
   * meta that cannot be read, once all others are registered
   */
  recover(): void;
}

/** A concurrent `recover` may close a folder just before a landing; it does not do so many times. */
const OPEN_TRIES_MAX = 20;
const TICKS_SUFFIX = ".ticks";
const NONE: ReadonlySet<string> = new Set();

/** Opens the raw store of a market. */
export function openRawStore(options: {
  readonly workspace: Workspace;
  readonly market: MarketId;
  readonly database: DatabaseSync;
  readonly clock: Clock;
  /** Ids that builds ignore: what answers to one of them is new when it comes again. */
  readonly withdrawn?: (() => ReadonlySet<string>) | undefined;
}): RawStore {
  const { workspace, market, database, clock, withdrawn = () => NONE } = options;
  const registry = openRawRegistry(database, clock);
  const files = rawFilesOf(workspace, market);
  return {
    receipts: (filter = {}) => registry.list(filter),
    find: (id) => registry.find(id),
    readBody: (receipt) => files.readBody(receipt),
    newestSession: (kinds, except) => registry.newestSession(kinds, except),
    newestSeq: () => registry.newestSeq(),
    land: (landing) => {
      assert(!database.isTransaction, "a landing is a transaction of its own");
      assert(landing.bytes.length > 0, "an empty payload is no data");
      claimWorkspaceKind(workspace, landing.synthetic ? "synthetic" : "vendor");
      const { bytes } = landing;
      const fields = fieldsOf(landing, market, { sha256: sha256Hex(bytes), bytes: bytes.length });
      const except = withdrawn();
      const known = findKnown(registry, fields, except);
      if (known !== undefined) return { receipt: known, outcome: "known" };
      return inOpenFolder(database, registry, folderOf(fields), () =>
        place(files, registry, { fields, bytes, except }),
      );
    },
    adopt: (adoption) => {
      assert(!database.isTransaction, "an adoption is a transaction of its own");
      claimWorkspaceKind(workspace, adoption.synthetic ? "synthetic" : "vendor");
      const measured = files.measureBody(adoption.path);
      if (measured === undefined) throw files.damage({ path: adoption.path, why: "is missing" });
      assert(measured.bytes > 0, "an empty payload is no data");
      const fields = fieldsOf(adoption, market, measured);
      return inOpenFolder(database, registry, folderOf(fields), () =>
        placeAdopted(files, registry, { fields, path: adoption.path }),
      );
    },
    listUnadopted: (kind) =>
      files
        .listFolders(null)
        .filter((folder) => folder.endsWith(`/${kind}`))
        .flatMap((folder) => files.readFolder(folder, () => true).bodies)
        .filter((path) => !registry.hasBodyPath(path)),
    bodyPath: (receipt) => files.absolutePath(receipt.body),
    recover: () => {
      const damaged = inTransaction(database, () => recover(files, registry));
      const first = damaged[0];
      if (first !== undefined) throw files.damage(first, damaged.length - 1);
    },
  };
}

function fieldsOf(
  landing: Omit<Landing, "bytes" | "format"> & Pick<ReceiptFields, "format">,
  market: MarketId,
  measured: MeasuredBody,
): ReceiptFields {
  const { kind, source, synthetic, endpoint, symbol, format, rows, newestSession } = landing;
  return {
    version: 1,
    market,
    kind,
    source,
    synthetic,
    endpoint: { name: endpoint.name, params: { ...endpoint.params } },
    symbol,
    fetchedAt: isoOfInstant(landing.fetchedAt),
    format,
    ...measured,
    rows,
    newestSession,
    ...(landing.import === undefined ? {} : { import: landing.import }),
  };
}

/** What makes a payload nothing new: the newest answer to its question, or itself, landed before. */
function findKnown(
  registry: RawRegistry,
  fields: ReceiptFields,
  except: ReadonlySet<string>,
): RawReceipt | undefined {
  return registry.findKnown(fields, except) ?? registry.find(receiptIdOf(fields));
}

/** Does the work while the folder is known as one into which something may have been written. */
function inOpenFolder<T>(
  database: DatabaseSync,
  registry: RawRegistry,
  folder: string,
  work: () => T,
): T {
  for (let attempt = 0; attempt < OPEN_TRIES_MAX; attempt++) {
    inTransaction(database, () => registry.openFolder(folder));
    const done = inTransaction(database, () =>
      registry.isFolderOpen(folder) ? { result: work() } : undefined,
    );
    if (done !== undefined) return done.result;
  }
  throw new MeridianError("STORE_BUSY", {
    message: `the raw folder ${folder} was being repaired at each of ${OPEN_TRIES_MAX} tries to land in it`,
    facts: { folder },
  });
}

/** Writes the meta of a body that lies there. Runs under the write lock. */
function placeAdopted(
  files: RawFiles,
  registry: RawRegistry,
  { fields, path }: { readonly fields: ReceiptFields; readonly path: string },
): { readonly receipt: RawReceipt; readonly outcome: LandingOutcome } {
  const known = registry.find(receiptIdOf(fields));
  if (known !== undefined) return { receipt: known, outcome: "known" };
  const outcome = registry.hasBytes(fields.sha256) ? "same_bytes" : "stored";
  const receipt: RawReceipt = { ...fields, id: receiptIdOf(fields), body: path };
  files.writeMeta(metaPathOf(receipt), receipt);
  registry.addReceipt(receipt);
  return { receipt, outcome };
}

/** Writes what is new of a payload. Runs under the write lock, so no other process lands meanwhile. */
function place(
  files: RawFiles,
  registry: RawRegistry,
  placed: {
    readonly fields: ReceiptFields;
    readonly bytes: Uint8Array;
    readonly except: ReadonlySet<string>;
  },
): { readonly receipt: RawReceipt; readonly outcome: LandingOutcome } {
  const { fields, bytes, except } = placed;
  const known = findKnown(registry, fields, except);
  if (known !== undefined) return { receipt: known, outcome: "known" };
  const outcome = registry.hasBytes(fields.sha256) ? "same_bytes" : "stored";
  const body = registry.findBodyPath(fields.sha256) ?? bodyPathOf(fields);
  // Also when they should be there: bytes that were lost or damaged are restored by receiving them again.
  if (files.digestBody(body) !== fields.sha256) files.writeBody(body, bytes);
  const receipt: RawReceipt = { ...fields, id: receiptIdOf(fields), body };
  files.writeMeta(metaPathOf(receipt), receipt);
  registry.addReceipt(receipt);
  return { receipt, outcome };
}

/** Registers what lies in the folders where something may be missing; returns what cannot be read. */
function recover(files: RawFiles, registry: RawRegistry): DamagedFile[] {
  const newestDate = registry.newestDate();
  const open = registry.listOpenFolders();
  const folders = new Set([...files.listFolders(newestDate), ...open]);
  const damaged: DamagedFile[] = [];
  // Dates ascend and a folder's date is that of its receipts: so the order is that of fetching.
  for (const [, ofOneDay] of Map.groupBy([...folders].sort(), (folder) => folder.slice(0, 10))) {
    const read = ofOneDay.map((folder) => ({
      folder,
      ...files.readFolder(folder, (path) => registry.hasMeta(path)),
    }));
    const found = read.flatMap(({ metas }) => metas).sort(byFetchThenId);
    const bodiless = found.filter(({ receipt }) => !files.hasBody(receipt));
    for (const meta of found) if (!bodiless.includes(meta)) registry.addReceipt(meta.receipt);
    for (const path of read.flatMap(({ bodies }) => bodies)) addOrphan(files, registry, path);
    const unreadable = [...read.flatMap((folder) => folder.damaged), ...bodiless.map(withoutBody)];
    damaged.push(...unreadable);
    for (const { folder } of read) {
      // A folder with damage stays open, so that each later job reports it too.
      if (unreadable.some(({ path }) => path.startsWith(`${folder}/`))) registry.openFolder(folder);
      else registry.closeFolder(folder);
    }
  }
  return damaged;
}

/** A body whose meta was never written: kept in mind, so that the same bytes are not stored twice. */
function addOrphan(files: RawFiles, registry: RawRegistry, path: string): void {
  // A tick log belongs to a stream that runs or died; the next stream adopts it.
  if (path.endsWith(TICKS_SUFFIX) || registry.hasBodyPath(path)) return;
  const sha256 = files.digestBody(path);
  if (sha256 !== undefined) registry.addBody(sha256, path);
}

type FoundMeta = { readonly path: string; readonly receipt: RawReceipt };

function withoutBody({ path, receipt }: FoundMeta): DamagedFile {
  return { path, why: `names the body ${receipt.body}, which is missing or of another length` };
}

function byFetchThenId({ receipt: a }: FoundMeta, { receipt: b }: FoundMeta): number {
  const [keyA, keyB] = [`${a.fetchedAt} ${a.id}`, `${b.fetchedAt} ${b.id}`];
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0;
}
