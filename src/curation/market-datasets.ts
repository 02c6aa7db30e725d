/**
 * The port through which a market adds datasets of its own to a snapshot, such as minute candles from a
 * stream. The build calls it once, after the shared datasets are judged, and publishes what it wrote.
 */
import type { MinuteSummary, RowCounts } from "#contracts/snapshot.ts";
import type { DuckDbSession } from "#lake/duckdb-store.ts";
import type { PartWriter, WrittenPart } from "#lake/part-store.ts";
import type { QuarantineWriter } from "./quarantine-store.ts";

/** Where a build writes, and the DuckDB session over both roots. */
export type DatasetTools = {
  readonly session: DuckDbSession;
  /** Writes what readers see. */
  readonly analytics: PartWriter;
  /** Writes all rows with what became of them. */
  readonly staging: PartWriter;
  /** Takes every refused row. */
  readonly quarantine: QuarantineWriter;
};

export type BuiltDatasets = {
  /** Parts for readers, below the analytics root, in a fixed order. */
  readonly files: readonly WrittenPart[];
  /** Parts below the staging root. */
  readonly staged: readonly WrittenPart[];
  /** Content digest by dataset; enters the snapshot's content digest, so it tells no time of the machine. */
  readonly digests: { readonly [dataset: string]: string };
  /** Parsed = accepted + quarantined + parked for every dataset. */
  readonly counts: { readonly [dataset: string]: RowCounts };
  readonly report: {
    /** By symbol, session, interval. */
    readonly minutes: readonly MinuteSummary[];
    /** Summaries of older sessions that were left out of the list. */
    readonly minutesLeftOut: number;
    /** How many refused rows failed each rule. */
    readonly quarantineByRule: { readonly [rule: string]: number };
  };
};

/**
 * Contract: `build` is a function of the receipts that its maker was given and of the recipe's other
 * inputs: the same ones give the same rows, digests and report, however often it is called.
 */
export interface MarketDatasets {
  build(tools: DatasetTools): Promise<BuiltDatasets>;
}
