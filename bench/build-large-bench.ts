/** The build of a whole market: 8,000 symbols, in bounded memory. Measured alone, without a peer. */
import { join } from "node:path";
import { buildFromRaw, landInput, sideOf } from "./build-bench.ts";
import { type BenchResult, boundOf } from "./bench-result.ts";
import type { InputSize } from "./land-input.ts";

const PEAK_MIB_MAX = 2048;

export async function benchLargeBuild(options: {
  readonly folder: string;
  readonly size: InputSize;
}): Promise<BenchResult> {
  const { symbols, from, to } = options.size;
  const workspace = join(options.folder, "workspace");
  const landed = await landInput(workspace, options.size);
  const side = sideOf("us build", [await buildFromRaw(workspace)]);
  const peak = Math.max(...(side.peakMib ?? []));
  const name = "peak memory of us build, MiB";
  return {
    name: "build-large",
    input: `${symbols} symbols from ${from} to ${to}: ${landed.rows} rows, ${(landed.bytes / 1e6).toFixed(0)} MB of CSV`,
    equal: [],
    sides: [side],
    bounds: [boundOf({ name, measured: peak, limit: PEAK_MIB_MAX, kind: "at_most" })],
    notes: [],
  };
}
