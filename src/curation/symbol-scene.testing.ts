/** One symbol's payloads in few words, as tests and the model of the judgement read them. */
import type { PriceBasis, RawReceipt } from "#contracts/raw-receipt.ts";
import { type Bar, appendBar } from "#lake/bar-table.ts";
import { NO_EVENTS, type SymbolEvents } from "#truth/gate1/price-basis.ts";
import { type SymbolRole, type SymbolRows, createSymbolRows } from "./symbol-rows.ts";

/** A bar of a day; what is left out follows from the close. `flags` as the parsers set them. */
export type SceneBar = Partial<Bar> & { readonly day: number; readonly close: number };

export type ScenePayload = {
  readonly basis?: PriceBasis | undefined;
  readonly basisAsofDay?: number | undefined;
  /** Newest day that was whole when the payload came; all of them when absent. */
  readonly wholeThroughDay?: number | undefined;
  readonly bars: readonly SceneBar[];
};

export type Scene = {
  readonly symbol?: string | undefined;
  readonly role?: Partial<SymbolRole> | undefined;
  readonly events?: SymbolEvents | undefined;
  readonly payloads: readonly ScenePayload[];
};

/** A receipt of a daily payload; `number` makes its id and the order of fetching. */
export function receiptOf(number: number, more: Partial<RawReceipt> = {}): RawReceipt {
  const digits = number.toString(16).padStart(16, "0");
  return {
    version: 1,
    id: `RAW-${digits}`,
    market: "us",
    kind: "daily",
    source: "alpha_vantage",
    synthetic: false,
    endpoint: { name: "TIME_SERIES_DAILY", params: {} },
    symbol: "ABC",
    fetchedAt: `2026-05-${String(10 + (number % 20)).padStart(2, "0")}T22:00:00.000Z`,
    format: "csv",
    sha256: digits.repeat(4),
    bytes: 1,
    rows: 1,
    newestSession: null,
    body: "x",
    ...more,
  };
}

/** The bar with all its cells; open, high and low are the close where the scene does not say. */
export function wholeBar(bar: SceneBar, line: number): Bar {
  const { close } = bar;
  return { open: close, high: close, low: close, volume: 1000, line, ...bar };
}

/** Rows as the build collects them for judgement. */
export function rowsOf(scene: Scene): SymbolRows {
  const rows = createSymbolRows(scene.events ?? NO_EVENTS);
  rows.symbol = scene.symbol ?? "ABC";
  rows.role = {
    instrumentClass: "stock",
    required: false,
    isVolatilityGauge: false,
    ...scene.role,
  };
  for (const [index, payload] of scene.payloads.entries()) {
    const fromRow = rows.table.length;
    for (const [line, bar] of payload.bars.entries())
      appendBar(rows.table, wholeBar(bar, line + 2));
    rows.payloads.push({
      receipt: receiptOf(index),
      basis: payload.basis ?? "raw",
      basisAsofDay: payload.basisAsofDay,
      fetchedAtMs: index,
      wholeThroughDay: payload.wholeThroughDay ?? Number.MAX_SAFE_INTEGER,
      fromRow,
      toRow: rows.table.length,
    });
  }
  return rows;
}
