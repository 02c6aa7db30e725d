/**
 * Verifies the ledger of a state file from its stored bytes. Only reads, also where the file was
 * opened read-only; what to do about a broken chain is the operator's decision.
 */
import type { DatabaseSync } from "node:sqlite";
import { isStoreDamaged } from "#platform/state-store.ts";
import { type ChainBreak, type ReanchoredSegment, judgeChain } from "./judge-chain.ts";
import { GENESIS_HASH } from "./ledger-row.ts";
import {
  findMissingTriggers,
  hasLedgerTable,
  readStoredRow,
  readStoredRows,
} from "./ledger-table-store.ts";

export type LedgerVerification = {
  /** The chain holds from the first row to the last and contains the kept head, when one was given. */
  readonly ok: boolean;
  readonly rows: number;
  /** The last row up to which the chain holds. */
  readonly intactHead: { readonly seq: number; readonly hash: string };
  readonly broken: ChainBreak | null;
  /**
   * With a kept head: its place. The rows up to it are proved to be those of the day it was kept, also
   * when `broken` names a row after it. Null when it is not in the intact part of the chain.
   */
  readonly keptHead: { readonly hash: string; readonly seq: number | null } | null;
  /** Earlier breaks that a decision took up again; they do not make `ok` false. */
  readonly reanchored: readonly ReanchoredSegment[];
  /** Triggers that kept the table append-only and are gone; the chain itself may still hold. */
  readonly missingTriggers: readonly string[];
};

/** Reads every row of the ledger and judges its chain. `head` is a hash kept from `ledger head`. */
export function verifyLedger(
  database: DatabaseSync,
  options: { readonly head?: string | undefined } = {},
): LedgerVerification {
  const head = options.head?.trim().toLowerCase();
  const ownsTransaction = !database.isTransaction;
  try {
    // One reading transaction: appends of other processes do not move the rows under the judge.
    if (ownsTransaction) database.exec("BEGIN");
    if (!hasLedgerTable(database)) return unverifiable("the state file has no ledger", head);
    const judged = judgeChain(
      readStoredRows(database),
      (seq) => readStoredRow(database, seq),
      head,
    );
    return {
      ok: judged.broken === null,
      rows: judged.rows,
      intactHead: judged.intactHead,
      broken: judged.broken,
      keptHead: head === undefined ? null : { hash: head, seq: judged.keptHeadSeq },
      reanchored: judged.reanchored,
      missingTriggers: findMissingTriggers(database),
    };
  } catch (cause) {
    if (!isStoreDamaged(cause) || !(cause instanceof Error)) throw cause;
    return unverifiable(`the state file is damaged: ${cause.message}`, head);
  } finally {
    if (ownsTransaction && database.isTransaction) database.exec("ROLLBACK");
  }
}

/** What is told of a chain that cannot be read at all, or is gone. */
export function unverifiable(says: string, head: string | undefined): LedgerVerification {
  return {
    ok: false,
    rows: 0,
    intactHead: { seq: 0, hash: GENESIS_HASH },
    broken: { seq: 0, how: "unreadable", says },
    keptHead: head === undefined ? null : { hash: head, seq: null },
    reanchored: [],
    missingTriggers: [],
  };
}
