/**
 * Decides whether a ledger's chain holds: every row's own hash, its link to the row before, and no
 * place left out. Names the first row that does not and how, as far as the bytes tell. Pure: rows are
 * handed in as stored; reading them is the store's business.
 */
import { createHash } from "node:crypto";
import { type ChainFault, LEDGER_PAYLOADS } from "#contracts/ledger-event.ts";
import { GENESIS_HASH, type StoredRow, addRowTo, rowHasher, textOf } from "./ledger-row.ts";

/** The first row at which a chain does not hold. */
export type ChainBreak = {
  /** The place in the chain; for a removed row where it should be, for a cut tail after the last row. */
  readonly seq: number;
  readonly how: ChainFault;
  /** A whole sentence for the operator. */
  readonly says: string;
};

/** A broken chain that was taken up again by a decision; reported for ever. */
export type ReanchoredSegment = {
  /** First row of the new segment. */
  readonly seq: number;
  readonly brokenSeq: number;
  readonly fault: ChainFault;
  readonly decision: string;
};

export type ChainJudgement = {
  readonly rows: number;
  /** The last row up to which the chain holds; the genesis hash at 0 when there is none. */
  readonly intactHead: { readonly seq: number; readonly hash: string };
  readonly broken: ChainBreak | null;
  readonly reanchored: readonly ReanchoredSegment[];
  /** Where the kept head stands in the chain; null when it is not there or none was given. */
  readonly keptHeadSeq: number | null;
};

/** Finds a stored row by its place. */
export type RowLookup = (seq: number) => StoredRow | undefined;

/** How far from its place the former place of a moved row is looked for. */
const MOVE_DISTANCE_MAX = 10_000;

type Link = { readonly seq: number; readonly hash: string };

/** Judges rows in ascending order of `seq`. `keptHead` is a head hash the operator kept elsewhere. */
export function judgeChain(
  rows: Iterable<StoredRow>,
  lookup: RowLookup,
  keptHead: string | undefined,
): ChainJudgement {
  const genesis: Link = { seq: 0, hash: GENESIS_HASH };
  const stored = createHash("sha256");
  const reanchored: ReanchoredSegment[] = [];
  let previous = genesis;
  let broken: ChainBreak | null = null;
  let keptHeadSeq: number | null = keptHead === GENESIS_HASH ? 0 : null;
  let count = 0;
  for (const row of rows) {
    const segment = segmentOf(row, broken, () => stored.copy().digest("hex"));
    if (segment !== undefined) {
      reanchored.push(segment);
      broken = null;
    } else if (broken === null) broken = breakAt(row, previous, lookup);
    if (broken === null) {
      previous = { seq: row.seq, hash: hashTextOf(row) };
      if (previous.hash === keptHead) keptHeadSeq = row.seq;
    }
    addRowTo(stored, row);
    count += 1;
  }
  if (broken === null && keptHead !== undefined && keptHeadSeq === null) {
    broken = tailCut(previous.seq, keptHead);
  }
  return { rows: count, intactHead: previous, broken, reanchored, keptHeadSeq };
}

/** The new segment that this row begins, when it does: it seals all rows before it as they lie there. */
function segmentOf(
  row: StoredRow,
  broken: ChainBreak | null,
  storedDigest: () => string,
): ReanchoredSegment | undefined {
  if (textOf(row.columns.kind) !== "SEGMENT_REANCHORED" || !isWhole(row)) return undefined;
  const sealed = storedDigest();
  const payload = LEDGER_PAYLOADS.SEGMENT_REANCHORED.safeParse(jsonOf(textOf(row.columns.payload)));
  if (!payload.success || payload.data.brokenDigest !== sealed) return undefined;
  if (textOf(row.columns.prev_hash) !== sealed) return undefined;
  const { brokenSeq, fault, decision } = payload.data;
  const namesTheBreak = broken === null ? fault === "tail_cut" : brokenSeq === broken.seq;
  return namesTheBreak ? { seq: row.seq, brokenSeq, fault, decision } : undefined;
}

/** What is wrong with a row after `previous`, or null when it continues the chain. */
function breakAt(row: StoredRow, previous: Link, lookup: RowLookup): ChainBreak | null {
  const isLinked = textOf(row.columns.prev_hash) === previous.hash;
  if (row.seq <= previous.seq) return inserted(row.seq, row.seq);
  if (row.seq > previous.seq + 1) return removed(previous.seq + 1, row.seq - 1);
  if (isWhole(row)) return isLinked ? null : brokenLink(row, previous, lookup);
  return brokenRow(row, isLinked, lookup);
}

/** The row fits its own hash, but the row before is not the one it points to. */
function brokenLink(row: StoredRow, previous: Link, lookup: RowLookup): ChainBreak {
  const next = lookup(row.seq + 1);
  const isBelieved = next === undefined || textOf(next.columns.prev_hash) === hashTextOf(row);
  return changed(isBelieved && previous.seq > 0 ? previous.seq : row.seq);
}

/** The row does not fit its own hash: it was edited, or it stands at another place than it was written for. */
function brokenRow(row: StoredRow, isLinked: boolean, lookup: RowLookup): ChainBreak {
  const origin = originOf(row);
  if (origin === undefined) {
    const next = lookup(row.seq + 1);
    const pushedOn = next !== undefined && rowHasher(next)(row.seq) === hashTextOf(next);
    const isAppended = next === undefined && !isLinked;
    return pushedOn || isAppended ? inserted(row.seq, row.seq) : changed(row.seq);
  }
  const other = lookup(origin);
  if (other !== undefined && rowHasher(other)(row.seq) === hashTextOf(other)) {
    return swapped(row.seq, origin);
  }
  const isCopy = other !== undefined && hashTextOf(other) === hashTextOf(row);
  if (isCopy) return inserted(row.seq, row.seq);
  return origin > row.seq ? removed(row.seq, origin - 1) : inserted(origin, row.seq - 1);
}

/** The place for which a moved row was written, nearest first. */
function originOf(row: StoredRow): number | undefined {
  const hashAt = rowHasher(row);
  const hash = hashTextOf(row);
  for (let distance = 1; distance <= MOVE_DISTANCE_MAX; distance++) {
    if (hashAt(row.seq + distance) === hash) return row.seq + distance;
    if (row.seq > distance && hashAt(row.seq - distance) === hash) return row.seq - distance;
  }
  return undefined;
}

function isWhole(row: StoredRow): boolean {
  return rowHasher(row)(row.seq) === hashTextOf(row);
}

/** The row's own hash; never equal to a hash when it is not stored as text. */
function hashTextOf(row: StoredRow): string {
  return textOf(row.columns.hash) ?? "";
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function changed(seq: number): ChainBreak {
  return { seq, how: "changed", says: `row ${seq} was changed after it was written` };
}

function removed(from: number, to: number): ChainBreak {
  const what = from === to ? `row ${from} was` : `rows ${from} to ${to} were`;
  return { seq: from, how: "removed", says: `${what} removed` };
}

function inserted(from: number, to: number): ChainBreak {
  const what = from === to ? `row ${from} was` : `rows ${from} to ${to} were`;
  return { seq: from, how: "inserted", says: `${what} inserted and not appended by the ledger` };
}

function swapped(seq: number, other: number): ChainBreak {
  return { seq, how: "swapped", says: `rows ${seq} and ${other} were swapped` };
}

function tailCut(lastSeq: number, keptHead: string): ChainBreak {
  const where = lastSeq === 0 ? "the ledger is empty" : `the last intact row is ${lastSeq}`;
  return {
    seq: lastSeq + 1,
    how: "tail_cut",
    says: `the kept head ${keptHead.slice(0, 16)}… is not in the chain: its end was cut off or written anew; ${where}`,
  };
}
