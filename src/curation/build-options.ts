/** What a build is told: where to write, what to read, and everything that its recipe names. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { Thresholds } from "#contracts/settings.ts";
import type { SnapshotRecipe } from "#contracts/snapshot.ts";
import type { Calendar } from "#core/calendar.ts";
import type { MarketDatasets } from "./market-datasets.ts";
import type { MarketParsers } from "./market-parsers.ts";
import type { ReviewDecisions } from "./reviews.ts";
import type { SymbolRole } from "./symbol-rows.ts";

export type BuildOptions = {
  readonly analyticsDir: string;
  readonly stagingDir: string;
  /** Whether the staging stays for people and tools; if not it is deleted at the end. */
  readonly keepsStaging: boolean;
  readonly quarantineDir: string;
  readonly temporaryDir: string;
  readonly recipe: SnapshotRecipe;
  readonly synthetic: boolean;
  /** Receipts of the recipe, in order of receipt; withdrawn ones left out. */
  readonly receipts: readonly RawReceipt[];
  readonly readBody: (receipt: RawReceipt) => Uint8Array;
  readonly parsers: MarketParsers;
  readonly calendar: Calendar;
  readonly settleMinutes: number;
  readonly thresholds: Thresholds;
  readonly decisions: ReviewDecisions;
  readonly roleOf: (symbol: string, receipts: readonly RawReceipt[]) => SymbolRole;
  /** What the market adds to the snapshot; only it knows those rows. */
  readonly datasets?: MarketDatasets | undefined;
  /** Beginnings of paths below the staging folder that are not the build's, e.g. `candles/session=`. */
  readonly stagingKept?: readonly string[] | undefined;
  readonly onProgress?: ((done: number, total: number, symbol: string) => void) | undefined;
};
