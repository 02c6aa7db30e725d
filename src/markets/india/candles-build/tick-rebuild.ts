/** Makes a session's candles again from its tick log, for the build. How is the tick engine's business. */
import type { DatasetInputs } from "#curation/market-rules.ts";
import type { RebuildTicks } from "./candle-datasets.ts";

/** The rebuild over the segments that a build was given. */
export function tickRebuildOf(_inputs: Pick<DatasetInputs, "workspace">): RebuildTicks {
  return async (segments) => {
    await Promise.reject(
      new Error(`broken promise: nothing reads ${segments.length} segments yet`),
    );
    throw new Error("unreachable");
  };
}
