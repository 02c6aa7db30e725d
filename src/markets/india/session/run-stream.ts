/**
 * `india stream`: the whole of a session, from what an earlier process left to the published day and its
 * review. Holds the one login; every phase may be cut off by a kill and is completed by the next start.
 */
import { join } from "node:path";
import { must } from "#core/assert.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import { writeFileAtomic } from "#platform/atomic-file.ts";
import { claimWorkspaceKind } from "#platform/workspace.ts";
import { LIVE_CANDLES_FOLDER, openLiveCandles } from "../candles/live-candles-store.ts";
import type { Resolution } from "../instruments/resolve-instruments.ts";
import { adoptSegments, isSyntheticWorkspace } from "../jobs/compact-day.ts";
import { createMomentumObserver } from "../momentum/momentum-observer.ts";
import type { SmartApi } from "../smartapi/smart-api.ts";
import { withLogout } from "../smartapi/with-logout.ts";
import { TOKENS_PER_CONNECTION_MAX, planStream } from "../smartapi/stream-plan.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import { tickLogReceipts } from "../ticks/tick-log-receipts-store.ts";
import type { StreamEvent } from "../ticks/tick-source.ts";
import { findFeedSession, waitForSession } from "./await-session.ts";
import { createCandlePipeline } from "./candle-pipeline.ts";
import { closeSession } from "./close-session.ts";
import type { StreamWindow } from "./decide-start.ts";
import { openFramePath } from "./frame-path.ts";
import {
  type SessionEnd,
  createSessionListener,
  runLiveSession,
  sealRemaining,
} from "./live-session.ts";
import { createRestMinutes } from "./rest-minutes.ts";
import { startRestPolling } from "./rest-polling.ts";
import { publishLeft } from "./publish-left.ts";
import { planSession } from "./session-plan.ts";
import {
  dealer,
  describeUse,
  followTrouble,
  isTrading,
  progressOf,
  recoverStart,
} from "./session-watch.ts";
import type { RunningStream, StreamOptions } from "./stream-options.ts";
import { NO_STREAM, type StreamReport } from "./stream-report.ts";

/** Streams the session of the day. @throws LOGIN_REFUSED, NO_INSTRUMENTS, STREAM_TOO_LARGE, DISK_FULL */
export async function runStream(options: StreamOptions): Promise<StreamReport> {
  const { context, clockKind } = options;
  requireRoom(context);
  context.rawStore.recover();
  adoptSegments(context, isSyntheticWorkspace(context));
  let window: StreamWindow | undefined;
  if (clockKind === "machine") {
    const start = await waitForSession(options);
    if ("says" in start) {
      // What a stream left that was killed is not left to the next session.
      await publishLeft(context);
      return none(options, start.says);
    }
    window = start.window;
  }
  const api = options.openApi();
  return await withLogout(api.session, () => streamWith(options, api, window));
}

/** Refuses too many names before anything is waited for. @throws STREAM_TOO_LARGE */
function requireRoom({ settings, proxies }: MarketDataContext): void {
  const names = [...proxies.roles.map(({ symbol }) => symbol), ...settings.india.watchlist.symbols];
  planStream([...new Set(names)].map((token) => ({ exchangeType: 1, token })));
}

async function streamWith(
  options: StreamOptions,
  api: SmartApi,
  known: StreamWindow | undefined,
): Promise<StreamReport> {
  const { context, clockKind, say } = options;
  const { clock, settings } = context;
  const resolution = await options.resolve();
  for (const note of resolution.notes) say(note);
  const instruments = resolution.instruments;
  if (instruments.length === 0) {
    return none(options, "no wanted name has a token, so there is nothing to stream", resolution);
  }
  let window = known;
  const applied = { drain: (): void => undefined };
  const path = openFramePath({
    rawDir: context.workspace.rawDir("india"),
    pid: options.pid,
    clock,
    onApplied: () => applied.drain(),
  });
  // On further connections there may be nothing but stocks that wait for the auction.
  const isQuietInAuction =
    instruments.length > TOKENS_PER_CONNECTION_MAX || instruments.every((one) => one.hasAuction);
  const source = options.openSource({
    api,
    tokens: instruments.map(({ exchangeType, token }) => ({ exchangeType, token })),
    isTrading: () => isTrading(path, window, clockKind, clock, isQuietInAuction),
  });
  const trouble: { onEvent: (event: StreamEvent) => void } = { onEvent: () => undefined };
  const session = createSessionListener({
    path,
    instruments,
    onEvent: (event) => trouble.onEvent(event),
  });
  const connectionOf = dealer(source, instruments.length);
  const planOf = (of: StreamWindow): SessionPlan =>
    planSession({ window: of, settings, clock: clockKind, instruments, connectionOf });
  const begin = (of: StreamWindow): SessionPlan => {
    window = of;
    const { rawStore } = context;
    const earlier = tickLogReceipts(rawStore, of.session).map((one) => rawStore.bodyPath(one));
    const begun = path.begin(planOf(of), earlier);
    session.release();
    return begun;
  };
  try {
    let plan = window === undefined ? undefined : begin(window);
    await source.start(session.listener);
    claimKind(context, source.isSynthetic());
    say(describeUse(source.use(), settings));
    if (plan === undefined) {
      const found = await findFeedSession(options, session.feed);
      if ("says" in found) {
        await source.stop();
        await path.close();
        await publishLeft(context);
        return none(options, found.says, resolution);
      }
      plan = begin(found.window);
    }
    const running: RunningStream = { ...options, api, source, path, plan, resolution };
    return await streamSession(running, must(window, "a session that began has a window"), {
      applied,
      trouble,
    });
  } catch (cause) {
    // Whatever broke: no socket outlives the lock of the session.
    await Promise.allSettled([source.stop(), path.close()]);
    throw cause;
  }
}

/** Synthetic ticks never enter a workspace of vendor data. @throws SYNTHETIC_MIX */
function claimKind({ workspace }: MarketDataContext, isSynthetic: boolean | null): void {
  if (isSynthetic !== null) claimWorkspaceKind(workspace, isSynthetic ? "synthetic" : "vendor");
}

type Hooks = {
  readonly applied: { drain: () => void };
  readonly trouble: { onEvent: (event: StreamEvent) => void };
};

async function streamSession(
  running: RunningStream,
  window: StreamWindow,
  hooks: Hooks,
): Promise<StreamReport> {
  const { context, path, plan, source, api, clockKind, say } = running;
  const { workspace, clock, settings } = context;
  const rest = createRestMinutes({ api, rawStore: context.rawStore });
  const live = await openLiveCandles({
    stagingDir: workspace.stagingDir("india"),
    temporaryDir: join(workspace.stateDir, "duckdb"),
    session: plan.session,
    isSynthetic: isSyntheticWorkspace(context),
  });
  const observations = join(
    workspace.stagingDir("india"),
    `${LIVE_CANDLES_FOLDER}${plan.session}`,
    "observations.ndjson",
  );
  const pipeline = createCandlePipeline({
    sync: () => path.sync(),
    live,
    observer: createMomentumObserver(settings.thresholds, plan),
    onObserved: (all) =>
      writeFileAtomic(observations, all.map((one) => `${canonicalJson(one)}\n`).join("")),
  });
  hooks.applied.drain = () => pipeline.take(path.engine.drainSealed());
  hooks.applied.drain();
  const polling = startRestPolling({
    rest,
    clock,
    sessionMs: () => path.sessionMs() ?? (clockKind === "machine" ? clock.wallMs() : null),
    opensAt: window.opensAt,
    closesAt: window.closesAt,
  });
  hooks.trouble.onEvent = (event) => followTrouble(event, plan, polling);
  let end: SessionEnd;
  try {
    recoverStart(running, window, polling);
    end = await runLiveSession({
      ...running,
      clock,
      window,
      pipeline,
      polling,
      onTurn: progressOf(running),
    });
  } catch (cause) {
    await polling.stop();
    live.close();
    throw cause;
  }
  await source.stop();
  await polling.stop();
  sealRemaining({ plan, path }, end);
  await pipeline.settle();
  await path.close();
  live.close();
  const says = `${end.says}; ${pipeline.candles()} candles sealed`;
  say(says);
  return await closeSession(running, window, { end: { ...end, says }, rest, polling, pipeline });
}

function none(
  { context, clockKind }: StreamOptions,
  says: string,
  resolution?: Resolution,
): StreamReport {
  const { mode } = context.settings.india.vendor;
  const synthetic = isSyntheticWorkspace(context);
  const coverageGaps = resolution?.gaps ?? [];
  const notes = resolution?.notes ?? [];
  return { ...NO_STREAM, says, mode, clock: clockKind, synthetic, coverageGaps, notes };
}
