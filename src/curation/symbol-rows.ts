/**
 * All daily rows received for one symbol, payload by payload, as the build collects them for
 * judgement. Holds columns beside the bar table; decides nothing.
 */
import type { PriceBasis, RawReceipt } from "#contracts/raw-receipt.ts";
import type { InstrumentClass } from "#core/market-definition.ts";
import { type BarTable, clearBarTable, createBarTable } from "#lake/bar-table.ts";
import type { SymbolEvents } from "#truth/gate1/price-basis.ts";

/** One payload's rows in the table, and what its receipt says of them. */
export type SymbolPayload = {
  readonly receipt: RawReceipt;
  readonly basis: PriceBasis;
  /** Epoch day up to which splits are already in the prices; undefined for raw prices. */
  readonly basisAsofDay: number | undefined;
  readonly fetchedAtMs: number;
  readonly wholeThroughDay: number;
  readonly fromRow: number;
  readonly toRow: number;
};

/** What a symbol is to its market, as far as gate 1 needs it. */
export type SymbolRole = {
  readonly instrumentClass: InstrumentClass;
  readonly required: boolean;
  readonly isVolatilityGauge: boolean;
};

export type SymbolRows = {
  symbol: string;
  role: SymbolRole;
  events: SymbolEvents;
  readonly table: BarTable;
  readonly payloads: SymbolPayload[];
};

/** A reusable collection; `clearSymbolRows` readies it for the next symbol. */
export function createSymbolRows(events: SymbolEvents): SymbolRows {
  return {
    symbol: "",
    role: { instrumentClass: "stock", required: false, isVolatilityGauge: false },
    events,
    table: createBarTable(8192),
    payloads: [],
  };
}

/** Forgets the rows of the symbol before. */
export function clearSymbolRows(rows: SymbolRows): void {
  clearBarTable(rows.table);
  rows.payloads.length = 0;
}
