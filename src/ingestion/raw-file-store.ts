/**
 * Raw payloads as files: where a body and its meta lie, writing them so that a body without a meta is
 * invisible, and reading what lies there. Which receipts exist is the registry's business.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  type Dirent,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import type { ZodError } from "zod";
import { type RawReceipt, rawReceiptSchema } from "#contracts/raw-receipt.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import type { MarketId } from "#core/market-definition.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { errorCodeOf, removeLeftovers, writeFileAtomic } from "#platform/atomic-file.ts";
import { digestOfJson, sha256Hex } from "#platform/digest.ts";
import { encodePathName } from "#platform/path-name.ts";
import type { Workspace } from "#platform/workspace.ts";

/** A receipt before it has its id and the place of its bytes. */
export type ReceiptFields = Omit<RawReceipt, "id" | "body">;

/** A file below the market's raw folder that is not what its name says. */
export type DamagedFile = { readonly path: string; readonly why: string };

/** What lies in one folder: receipts by meta path, bodies, and metas that cannot be read. */
export type RawFolder = {
  readonly metas: readonly { readonly path: string; readonly receipt: RawReceipt }[];
  readonly bodies: readonly string[];
  readonly damaged: readonly DamagedFile[];
};

/** Paths are relative to the market's raw folder, with `/` between folders. */
export interface RawFiles {
  writeBody(path: string, bytes: Uint8Array): void;
  writeMeta(path: string, receipt: RawReceipt): void;
  /** The bytes of a receipt. @throws FILE_DAMAGED when they are missing or not those received */
  readBody(receipt: RawReceipt): Uint8Array;
  /** Digest of a body as it lies there, in bounded memory; `undefined` when there is none. */
  digestBody(path: string): string | undefined;
  /** Where a body lies on the disk. */
  absolutePath(path: string): string;
  /** Digest and length of a body, in bounded memory; `undefined` when there is none. */
  measureBody(path: string): MeasuredBody | undefined;
  /** Whether a body of the recorded length lies where the receipt says. */
  hasBody(receipt: RawReceipt): boolean;
  /** All folders `<date>/<kind>` of that date or later; all folders when it is null. */
  listFolders(fromDate: string | null): string[];
  /** Reads one folder but for the metas that `isKnown`, and removes what interrupted writers left. */
  readFolder(folder: string, isKnown: (metaPath: string) => boolean): RawFolder;
  /** An error that names the file by its path in the workspace. */
  damage(file: DamagedFile, others?: number): MeridianError;
}

/** What a body is known by. */
export type MeasuredBody = { readonly sha256: string; readonly bytes: number };

const BLOCK_BYTES = 1 << 20;
const META_SUFFIX = ".meta.json";
/** Folder and file name of payloads that are about no one symbol, such as the listing. */
const NO_SYMBOL = "_market";
const DIGEST_LENGTH_IN_NAME = 12;
const ID_LENGTH_IN_NAME = 8;
const ID_LENGTH = 16;

/** The id of a receipt: a digest of all its fields but the place of its bytes. */
export function receiptIdOf(fields: ReceiptFields): string {
  return `RAW-${digestOfJson(fields).slice(0, ID_LENGTH)}`;
}

/** `<UTC date of receipt>/<kind>`. */
export function folderOf(fields: ReceiptFields): string {
  return `${fields.fetchedAt.slice(0, 10)}/${fields.kind}`;
}

/** Where the body of a new payload lies. */
export function bodyPathOf(fields: ReceiptFields): string {
  return `${stemOf(fields)}.${fields.format}`;
}

/** Where the meta of a receipt lies: in the folder of its own date, also when its body is older. */
export function metaPathOf(receipt: RawReceipt): string {
  return `${stemOf(receipt)}.${receipt.id.slice(-ID_LENGTH_IN_NAME)}${META_SUFFIX}`;
}

function stemOf(fields: ReceiptFields): string {
  const name = fields.symbol === null ? NO_SYMBOL : encodePathName(fields.symbol);
  return `${folderOf(fields)}/${name}.${fields.sha256.slice(0, DIGEST_LENGTH_IN_NAME)}`;
}

/** The raw files of one market. */
export function rawFilesOf(workspace: Workspace, market: MarketId): RawFiles {
  const root = workspace.rawDir(market);
  const at = (path: string) => join(root, ...path.split("/"));
  const damage = ({ path, why }: DamagedFile, others = 0) => {
    const file = `data/raw/${market}/${path}`;
    const more = others === 0 ? "" : `; ${others} more files beside it are damaged`;
    return new MeridianError("FILE_DAMAGED", {
      message: `${file} ${why}${more}`,
      facts: { file, others },
    });
  };
  return {
    damage,
    absolutePath: at,
    measureBody: (path) => measureIfThere(at(path)),
    digestBody: (path) => measureIfThere(at(path))?.sha256,
    writeBody: (path, bytes) => writeFileAtomic(at(path), bytes),
    writeMeta: (path, receipt) => writeFileAtomic(at(path), `${canonicalJson(receipt)}\n`),
    readBody: (receipt) => {
      const bytes = readIfThere(at(receipt.body));
      if (bytes === undefined) throw damage({ path: receipt.body, why: "is missing" });
      if (sha256Hex(bytes) === receipt.sha256) return bytes;
      const why = `does not have the digest that was recorded on receipt (${receipt.id})`;
      throw damage({ path: receipt.body, why });
    },
    hasBody: (receipt) =>
      statSync(at(receipt.body), { throwIfNoEntry: false })?.size === receipt.bytes,
    listFolders: (fromDate) =>
      listEntries(root)
        .filter((date) => date.isDirectory() && date.name >= (fromDate ?? ""))
        .flatMap((date) =>
          listEntries(join(root, date.name))
            .filter((kind) => kind.isDirectory())
            .map((kind) => `${date.name}/${kind.name}`),
        ),
    readFolder: (folder, isKnown) => {
      removeLeftovers(at(folder));
      const names = listEntries(at(folder))
        .filter((entry) => entry.isFile())
        .map((entry) => `${folder}/${entry.name}`)
        .sort();
      const metaPaths = names.filter((name) => name.endsWith(META_SUFFIX) && !isKnown(name));
      const read = metaPaths.map((path) => readMeta(path, readIfThere(at(path))));
      return {
        metas: read.flatMap((meta) => ("receipt" in meta ? [meta] : [])),
        damaged: read.flatMap((meta) => ("why" in meta ? [meta] : [])),
        bodies: names.filter((name) => !name.endsWith(META_SUFFIX)),
      };
    },
  };
}

/** Checks a meta against the contract, its own id and its own name. */
function readMeta(
  path: string,
  bytes: Uint8Array | undefined,
): { readonly path: string; readonly receipt: RawReceipt } | DamagedFile {
  const parsed = rawReceiptSchema.safeParse(jsonOf(bytes));
  if (!parsed.success) return { path, why: `is no receipt: ${firstIssue(parsed.error)}` };
  const { id, body, ...fields } = parsed.data;
  if (receiptIdOf(fields) !== id)
    return { path, why: `does not have the content its id ${id} names` };
  if (metaPathOf(parsed.data) !== path)
    return { path, why: `is not the file of its receipt ${id}` };
  if (body.split("/").some((part) => part === ".." || part === "" || part.includes("\\"))) {
    return { path, why: `names a body outside the raw folder` };
  }
  return { path, receipt: parsed.data };
}

function firstIssue(error: ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? "unknown" : `${issue.path.join(".")} ${issue.message}`.trim();
}

function jsonOf(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (errorCodeOf(cause) === "ENOENT") return undefined;
    throw cause;
  }
}

function measureIfThere(path: string): MeasuredBody | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (cause) {
    if (errorCodeOf(cause) === "ENOENT") return undefined;
    throw cause;
  }
  const hash = createHash("sha256");
  const block = new Uint8Array(BLOCK_BYTES);
  let bytes = 0;
  try {
    for (;;) {
      const count = readSync(file, block, 0, BLOCK_BYTES, null);
      if (count === 0) return { sha256: hash.digest("hex"), bytes };
      hash.update(block.subarray(0, count));
      bytes += count;
    }
  } finally {
    closeSync(file);
  }
}

function listEntries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    if (errorCodeOf(cause) === "ENOENT") return [];
    throw cause;
  }
}
