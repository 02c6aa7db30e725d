/**
 * The rows of the gate's benchmark, in memory: parsed and not yet judged, symbol by symbol as the
 * build holds them, and once more as one table of DuckDB. What is judged is the two sides' business.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { must } from "#core/assert.ts";
import { type Calendar, newestCompleteSession } from "#core/calendar.ts";
import { dateOfDayNumber, sessionDate } from "#core/session-date.ts";
import { type SymbolRows, createSymbolRows } from "#curation/symbol-rows.ts";
import { createBarTable } from "#lake/bar-table.ts";
import { fillTable } from "#lake/column-chunk-store.ts";
import { parseBars } from "#markets/us/alpha-vantage/parse-bars.ts";
import { usRoleOf } from "#markets/us/build/us-roles.ts";
import { usProxySet } from "#markets/us/proxy-set.ts";
import { instantOfIso } from "#platform/system-clock.ts";
import { COMMON_SPLITS } from "#truth/gate1/drift.ts";
import { NO_EVENTS } from "#truth/gate1/price-basis.ts";
import {
  type InputSize,
  SETTLE_MINUTES,
  marketOfInput,
  payloadsOf,
  symbolsOfInput,
} from "./land-input.ts";

/** The first payload of each symbol of an input, parsed. */
export function gateRows(size: InputSize, calendar: Calendar): SymbolRows[] {
  const market = marketOfInput(size, calendar);
  const roleOf = usRoleOf([...usProxySet("free").roles], () => new Map());
  return symbolsOfInput(size).map((symbol, ordinal) => {
    const payload = must(
      payloadsOf({ market, size, symbol, ordinal })[0],
      "a symbol has a payload",
    );
    const rows = { ...createSymbolRows(NO_EVENTS), table: createBarTable(payload.rows) };
    rows.symbol = symbol;
    rows.role = roleOf(symbol, []);
    parseBars("daily", payload.bytes, rows.table);
    const fetchedAtMs = instantOfIso(payload.fetchedAt);
    rows.payloads.push({
      receipt: receiptOf(symbol, payload.fetchedAt),
      basis: "raw",
      basisAsofDay: undefined,
      fetchedAtMs,
      wholeThroughDay: newestCompleteSession(calendar, fetchedAtMs, SETTLE_MINUTES),
      fromRow: 0,
      toRow: rows.table.length,
    });
    return rows;
  });
}

/** A receipt as far as facts of a review quote it. */
function receiptOf(symbol: string, fetchedAt: string): SymbolRows["payloads"][number]["receipt"] {
  return {
    version: 1,
    id: "RAW-0000000000000000",
    market: "us",
    kind: "daily",
    source: "alpha_vantage",
    synthetic: true,
    endpoint: { name: "TIME_SERIES_DAILY", params: { symbol } },
    symbol,
    fetchedAt,
    format: "csv",
    sha256: "0".repeat(64),
    bytes: 1,
    rows: 1,
    newestSession: sessionDate(fetchedAt.slice(0, 10)),
    body: symbol,
  };
}

/** Makes the tables that `gate-peer.sql` expects. */
export async function loadGateTables(
  connection: DuckDBConnection,
  all: readonly SymbolRows[],
  calendar: Calendar,
): Promise<void> {
  const rows = all.reduce((sum, { table }) => sum + table.length, 0);
  const symbolIds = new Int32Array(rows);
  const days = new Int32Array(rows);
  const flags = new Int32Array(rows);
  const numbers = (["open", "high", "low", "close", "volume"] as const).map((name) => ({
    name,
    cells: new Float64Array(rows),
  }));
  let at = 0;
  for (const [symbolId, { table }] of all.entries()) {
    symbolIds.fill(symbolId, at, at + table.length);
    days.set(table.day.subarray(0, table.length), at);
    flags.set(table.flags.subarray(0, table.length), at);
    for (const { name, cells } of numbers) cells.set(table[name].subarray(0, table.length), at);
    at += table.length;
  }
  await fillTable(
    connection,
    "bars",
    [
      { name: "symbol_id", kind: "int32", cells: symbolIds },
      { name: "session", kind: "day", cells: days },
      ...numbers.map((column) => ({ ...column, kind: "int64" as const })),
      { name: "flags", kind: "int32", cells: flags },
    ],
    rows,
  );
  const dates = (values: Iterable<number>) =>
    [...values].map((day) => `(DATE '${dateOfDayNumber(day)}')`).join(", ");
  const symbols = all.map(({ role, payloads }, symbolId) => {
    const whole = dateOfDayNumber(must(payloads[0], "a symbol has a payload").wholeThroughDay);
    return `(${symbolId}, DATE '${whole}', ${role.required}, ${role.isVolatilityGauge})`;
  });
  const splits = COMMON_SPLITS.map(([fresh, old]) => `(${fresh}::DOUBLE, ${old}::DOUBLE)`);
  const range = `(DATE '${calendar.facts.from}', DATE '${calendar.facts.to}')`;
  for (const [table, values] of [
    ["sessions(session)", dates(calendar.sessions)],
    ["symbols(symbol_id, whole_through, is_required, is_gauge)", symbols.join(", ")],
    ["common_splits(fresh, old)", splits.join(", ")],
    ["calendar_range(from_day, to_day)", range],
  ] as const) {
    const name = table.slice(0, table.indexOf("("));
    await connection.run(`CREATE TABLE ${name} AS FROM (VALUES ${values}) AS ${table}`);
  }
}
