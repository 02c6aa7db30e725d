/** `ledger tail|head|verify|decide`: the audit chain of each market and of governance. */
import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { MARKET_IDS, type MarketId } from "#core/market-definition.ts";
import { openLedger } from "#ledger/ledger-store.ts";
import { writeProjections } from "#ledger/projections-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import type { CommandContext } from "../command-context.ts";
import type { CommandInput, RunCommand } from "../command-spec.ts";
import { openDecisions } from "../decisions-open.ts";
import { countOption, requiredOption, textOption } from "../option-values.ts";
import { table } from "../output.ts";
import { verifyChains } from "../verify-chains.ts";

const OWNERS = [...MARKET_IDS, "system"] as const;
const TAIL_MAX = 10_000;
const BROKEN_EXIT = 3;

/** The newest entries, newest first. */
export const runLedgerTail: RunCommand = async (context, input) => {
  const limit = countOption(input, "limit", TAIL_MAX);
  const entries = forEachLedger(context, input, (database, owner) =>
    openLedger(database, owner, context.clock).entries({ newestFirst: true, limit }),
  ).flatMap(({ value }) => value);
  const rows = entries.map((entry) => [
    entry.market,
    String(entry.seq),
    entry.recordedAt,
    entry.kind,
    entry.actor,
    JSON.stringify(entry.payload).slice(0, 100),
  ]);
  const lines = rows.length === 0 ? ["the ledger is empty"] : table(rows);
  return { exitCode: 0, document: { entries }, lines };
};

/** The head of each chain. A head kept elsewhere finds a cut tail later. */
export const runLedgerHead: RunCommand = async (context, input) => {
  const heads = forEachLedger(context, input, (database, owner) =>
    openLedger(database, owner, context.clock).head(),
  ).map(({ owner, value }) => ({ market: owner, ...value }));
  const rows = heads.map((head) => [head.market, String(head.seq), head.hash]);
  const lines =
    rows.length === 0 ? ["there is no ledger yet"] : table([["market", "rows", "head"], ...rows]);
  return { exitCode: 0, document: { heads }, lines };
};

/** Checks every row. Exit 3 when any chain is broken. */
export const runLedgerVerify: RunCommand = async (context, input) => {
  const head = textOption(input, "head");
  const named = textOption(input, "market");
  const owners = OWNERS.filter((owner) => named === undefined || owner === named);
  const judged = verifyChains(context.workspace, owners, head);
  const isHeadLost =
    head !== undefined && !judged.some(({ value }) => typeof value.keptHead?.seq === "number");
  const isBroken =
    isHeadLost || judged.some(({ value }) => !value.ok || value.missingTriggers.length > 0);
  const chainLines = judged.flatMap(({ owner, value }) => [
    `${owner}: ${value.ok ? `${value.rows} rows, the chain holds` : `BROKEN: ${value.broken?.says ?? ""}`}`,
    ...value.missingTriggers.map(
      (name) => `${owner}: the trigger ${name} is gone; rows are no longer protected`,
    ),
    ...value.reanchored.map(
      (segment) => `${owner}: taken up again at row ${segment.seq} by decision ${segment.decision}`,
    ),
  ]);
  const lines = isHeadLost
    ? [...chainLines, `BROKEN: the kept head ${head} is in no chain of this workspace`]
    : chainLines;
  const document = {
    ok: !isBroken,
    headFound: head === undefined ? null : !isHeadLost,
    chains: judged.map(({ owner, value }) => ({ market: owner, ...value })),
  };
  return {
    exitCode: isBroken ? BROKEN_EXIT : 0,
    document,
    lines: lines.length === 0 ? ["there is no ledger yet"] : lines,
  };
};

/** Records a decision and rewrites its Markdown. @throws DECISION_EXISTS, ARGUMENT_INVALID */
export const runLedgerDecide: RunCommand = async (context, input) => {
  const decisions = openDecisions(context);
  try {
    const decision = decisions.ledger.record({
      id: requiredOption(input, "id"),
      text: requiredOption(input, "text"),
      author: requiredOption(input, "author"),
      refers: textOption(input, "refers"),
    });
    writeProjections(context.workspace, decisions.ledger);
    const lines = [`${decision.id} is on record, by ${decision.author}`];
    return { exitCode: 0, document: { decision }, lines };
  } finally {
    decisions.close();
  }
};

/** Runs on each state file that exists, or on the one that is named. */
function forEachLedger<T>(
  context: CommandContext,
  input: CommandInput,
  visit: (database: DatabaseSync, owner: MarketId | "system") => T,
): { readonly owner: MarketId | "system"; readonly value: T }[] {
  const named = textOption(input, "market");
  return OWNERS.filter((owner) => named === undefined || owner === named)
    .filter((owner) => existsSync(context.workspace.statePath(owner)))
    .map((owner) => {
      const database = openStateStore(context.workspace.statePath(owner));
      try {
        return { owner, value: visit(database, owner) };
      } finally {
        database.close();
      }
    });
}
