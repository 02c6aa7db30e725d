/**
 * Hands the peers of the build what our own build finds in the registry and in code: which file
 * belongs to whom and came when, the sessions of the calendar, and the common split ratios.
 */
import { DuckDBInstance } from "@duckdb/node-api";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { must } from "#core/assert.ts";
import { newestCompleteSession } from "#core/calendar.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { sourceNameOf } from "#curation/source-name.ts";
import { openRawStore } from "#ingestion/raw-store.ts";
import { usCalendar } from "#markets/us/us-calendar.ts";
import { usProxySet } from "#markets/us/proxy-set.ts";
import { openStateStore } from "#platform/state-store.ts";
import { instantOfIso, systemClock } from "#platform/system-clock.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { COMMON_SPLITS } from "#truth/gate1/drift.ts";
import { SETTLE_MINUTES } from "./land-input.ts";

/** Writes `receipts`, `sessions` and `common_splits` as Parquet into `folder`. */
export async function writePeerInput(workspaceDir: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const calendar = usCalendar([]);
  const sessions = [...calendar.sessions].map((day) => ({ session: dateOfDayNumber(day) }));
  const splits = COMMON_SPLITS.map(([fresh, old]) => ({ fresh, old }));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const write = async (name: string, rows: readonly object[], types: string): Promise<void> => {
    const json = join(folder, `${name}.ndjson`);
    writeFileSync(json, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await connection.run(
      `COPY (FROM read_json('${json}', format = 'newline_delimited', columns = {${types}}))
       TO '${join(folder, `${name}.parquet`)}' (FORMAT parquet)`,
    );
  };
  await connection.run("SET TimeZone = 'UTC'");
  await write("receipts", receiptRows(workspaceDir), RECEIPT_TYPES);
  await write("sessions", sessions, "session: 'DATE'");
  await write("common_splits", splits, "fresh: 'DOUBLE', old: 'DOUBLE'");
  connection.closeSync();
  instance.closeSync();
}

const RECEIPT_TYPES = `path: 'VARCHAR', ordinal: 'INTEGER', symbol_id: 'INTEGER', symbol: 'VARCHAR',
  raw: 'VARCHAR', source: 'VARCHAR', known_at: 'TIMESTAMPTZ', whole_through: 'DATE',
  is_required: 'BOOLEAN', is_gauge: 'BOOLEAN'`;

/** Receipts in the order of symbol and receipt, numbered. */
function receiptRows(workspaceDir: string): object[] {
  const workspace = workspaceAt(workspaceDir);
  const calendar = usCalendar([]);
  const roles = usProxySet("free").roles.filter((role) => role.blocking);
  const database = openStateStore(workspace.statePath("us"));
  try {
    const rawStore = openRawStore({ workspace, market: "us", database, clock: systemClock() });
    const symbols: string[] = [];
    return rawStore
      .receipts()
      .map((receipt) => ({ receipt, symbol: must(receipt.symbol, "a daily receipt has a symbol") }))
      .sort((a, b) =>
        a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : a.receipt.seq - b.receipt.seq,
      )
      .map(({ receipt, symbol }, ordinal) => {
        if (symbols.at(-1) !== symbol) symbols.push(symbol);
        const ofSymbol = roles.filter((role) => role.symbol === symbol);
        const wholeThrough = newestCompleteSession(
          calendar,
          instantOfIso(receipt.fetchedAt),
          SETTLE_MINUTES,
        );
        return {
          path: `${workspace.rawDir("us")}/${receipt.body}`,
          ordinal,
          symbol_id: symbols.length - 1,
          symbol,
          raw: receipt.id,
          source: sourceNameOf(receipt),
          known_at: receipt.fetchedAt,
          whole_through: dateOfDayNumber(wholeThrough),
          is_required: ofSymbol.length > 0,
          is_gauge: ofSymbol.some((role) => role.role === "volatility_gauge"),
        };
      });
  } finally {
    database.close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { workspace: { type: "string" }, input: { type: "string" } },
  });
  await writePeerInput(
    must(values.workspace, "--workspace is given"),
    must(values.input, "--input is given"),
  );
}
