/**
 * Makes a session's candles again from its tick log, for the build. How is the engine's business. A log with
 * damage before its end fails the build by name, as any damaged payload does: the operator may withdraw it.
 */
import { join } from "node:path";
import type { DatasetInputs } from "#curation/market-rules.ts";
import { createCandleTable } from "../candles/candle-table.ts";
import { rebuildSession } from "../candles/rebuild-session.ts";
import type { RebuildTicks } from "./candle-datasets.ts";

/** The rebuild over segments of a workspace. @throws TICK_LOG_DAMAGED */
export function tickRebuildOf({ workspace }: Pick<DatasetInputs, "workspace">): RebuildTicks {
  return async (segments) => {
    const paths = segments.map(({ body }) => join(workspace.rawDir("india"), body));
    const rebuilt = rebuildSession(paths);
    return await Promise.resolve(rebuilt?.candles ?? createCandleTable([]));
  };
}
