/**
 * Makes a streamed day readable: segments get their receipts, the build publishes the canonical candles, and
 * the batches of the running session go, since the snapshot has them. Running it again changes nothing.
 */
import { join } from "node:path";
import type { SessionDate } from "#core/session-date.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type MarketBuildReport, runBuildJob } from "#curation/build-job.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import { removeFolder } from "#platform/atomic-file.ts";
import { readWorkspaceKind } from "#platform/workspace.ts";
import { LIVE_CANDLES_FOLDER } from "../candles/live-candles-store.ts";
import { SMARTAPI } from "../smartapi/smartapi-source.ts";
import { adoptTickLogs } from "../ticks/tick-log-receipts-store.ts";

/** Another build is waited for so long; it ends in seconds. */
const BUILD_TRIES_MAX = 120;
const BUILD_PAUSE_MS = 500;

/** Registers what streams left. To be called under the session's lock. */
export function adoptSegments(
  context: MarketDataContext,
  synthetic: boolean,
): ReturnType<typeof adoptTickLogs> {
  const { rawStore, workspace } = context;
  const rawDir = workspace.rawDir("india");
  const pathOf = (path: string): string => join(rawDir, ...path.split("/"));
  return adoptTickLogs({ rawStore, source: SMARTAPI, synthetic, pathOf });
}

/** What a workspace that holds something already says of the next data; vendor data when it is empty. */
export function isSyntheticWorkspace(context: MarketDataContext): boolean {
  return readWorkspaceKind(context.workspace) === "synthetic";
}

/** Builds, and waits for a build that is under way. @throws as `runBuildJob` */
export async function publishDay(context: MarketDataContext): Promise<MarketBuildReport> {
  for (let tried = 1; ; tried++) {
    try {
      return await runBuildJob(context);
    } catch (cause) {
      const isTaken = cause instanceof MeridianError && cause.code === "JOB_RUNNING";
      if (!isTaken || tried >= BUILD_TRIES_MAX) throw cause;
      await context.clock.sleepMs(BUILD_PAUSE_MS);
    }
  }
}

/** Removes the batches of a session that is over and published. */
export function dropLiveCandles(context: MarketDataContext, session: SessionDate): void {
  const staging = context.workspace.stagingDir("india");
  removeFolder(join(staging, `${LIVE_CANDLES_FOLDER}${session}`));
}
