/**
 * The session while it goes on: frames to the path, seals to the pipeline, trouble to REST, until the close, a
 * stop or a failure. Everything is looked at in one loop, several times a second; nothing here interprets a
 * packet.
 */
import { endOf } from "#core/calendar.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import type { SmartApiLog } from "../smartapi/smartapi-session.ts";
import { createFramePeek } from "../ticks/frame-peek.ts";
import type { SessionInstrument, SessionPlan } from "../ticks/session-instruments.ts";
import type { StreamEvent, TickListener, TickSource } from "../ticks/tick-source.ts";
import type { CandlePipeline } from "./candle-pipeline.ts";
import type { StreamWindow } from "./decide-start.ts";
import { createFeedSession } from "./feed-session.ts";
import type { FramePath } from "./frame-path.ts";
import type { RestPolling } from "./rest-polling.ts";

const LOOP_MS = 50;
const SYNC_MS = 1000;
const NOTE_MS = 60_000;
const MINUTE_MS = 60_000;
/** A turn of the loop that took so much longer than asked: the host slept, or the process was held. */
const SUSPENDED_MS = 5000;
/** What the socket still holds from before is taken first, then the connections are made anew. */
const DRAIN_MS = 1500;
/** A feed that was silent for so long before a stop has ended; one that was not goes on. */
const FEED_ENDED_MS = 1000;
/** A sparse feed is not over because it pauses: it must be silent for longer than it ever was, to a limit. */
const PAUSES_OF_END = 2;
const FEED_ENDED_MS_MAX = 10_000;
/** The wall clock has the last word on the session's end: neither much earlier nor later than it says. */
const EARLY_MS_MAX = 20 * MINUTE_MS;
const OVERDUE_MS = 2 * MINUTE_MS;
/** Frames held while it is not known of which session a feed is. */
const HELD_MAX = 200_000;

export type SessionEnd = {
  readonly outcome: "closed" | "stopped";
  readonly says: string;
  /** The newest moment of the session that is past. */
  readonly throughMs: number;
};

/** What came before the session was known. */
type Held =
  | { readonly connection: number; readonly bytes: Uint8Array; readonly receivedAt: EpochMs }
  | { readonly event: StreamEvent };

/** Takes frames from the start; hands them to the path once the session has begun. */
export function createSessionListener(of: {
  readonly path: FramePath;
  readonly instruments: readonly Pick<SessionInstrument, "token" | "exchangeType" | "isIndex">[];
  readonly onEvent: (event: StreamEvent) => void;
}) {
  const { path, onEvent } = of;
  const peek = createFramePeek(of.instruments);
  const feed = createFeedSession();
  let held: Held[] | undefined = [];
  const listener: TickListener = {
    onFrame: (connection, bytes, receivedAt) => {
      if (held === undefined) {
        path.takeFrame(connection, bytes, receivedAt);
        return;
      }
      const exchangeMs = peek.exchangeMsOf(bytes);
      if (!Number.isNaN(exchangeMs)) feed.observe(bytes, exchangeMs);
      if (held.length < HELD_MAX) held.push({ connection, bytes, receivedAt });
    },
    onEvent: (event) => {
      onEvent(event);
      if (held === undefined) path.takeEvent(event);
      else held.push({ event });
    },
  };
  return {
    listener,
    feed,
    /** Hands over what was held; from here on nothing is. */
    release: (): void => {
      for (const one of held ?? []) {
        if ("event" in one) path.takeEvent(one.event);
        else path.takeFrame(one.connection, one.bytes, one.receivedAt);
      }
      held = undefined;
    },
  };
}

export type LiveSession = {
  readonly plan: SessionPlan;
  readonly window: StreamWindow;
  readonly path: FramePath;
  readonly pipeline: CandlePipeline;
  readonly polling: RestPolling;
  readonly source: Pick<TickSource, "reconnect">;
  readonly clock: Clock;
  readonly isStopRequested: () => boolean;
  readonly log: SmartApiLog;
  readonly onTurn: () => void;
};

/** Runs until the session ends. @throws what broke the log or the candles, e.g. DISK_FULL */
export async function runLiveSession(live: LiveSession): Promise<SessionEnd> {
  const { plan, window, path, clock, log } = live;
  const isFeed = plan.clock === "feed";
  let turnedAtMs = clock.monotonicMs();
  let wallAtMs: number = clock.wallMs();
  let syncedAtMs = turnedAtMs;
  let notedAtMs = turnedAtMs;
  let drainsUntilMs: number | undefined;
  for (;;) {
    await clock.sleepMs(LOOP_MS);
    const monotonicMs = clock.monotonicMs();
    const wallMs = clock.wallMs();
    const heldMs = Math.max(monotonicMs - turnedAtMs, wallMs - wallAtMs) - LOOP_MS;
    turnedAtMs = monotonicMs;
    wallAtMs = wallMs;
    if (heldMs > SUSPENDED_MS) {
      drainsUntilMs = monotonicMs + DRAIN_MS;
      log.warn({ heldMs: Math.round(heldMs) }, "the host was suspended");
      path.note({ suspendedMs: Math.round(heldMs) });
    }
    path.flush();
    throwFailure(live);
    if (drainsUntilMs !== undefined && monotonicMs >= drainsUntilMs) {
      drainsUntilMs = undefined;
      live.source.reconnect("HOST_SUSPENDED", "this machine stood still");
    }
    const sessionMs = path.sessionMs() ?? (isFeed ? null : wallMs);
    // What came while the host slept is read before the minutes it belongs to are sealed.
    if (!isFeed && drainsUntilMs === undefined && sessionMs !== null) path.sealThrough(sessionMs);
    if (monotonicMs - syncedAtMs >= SYNC_MS) {
      syncedAtMs = monotonicMs;
      await path.sync();
    }
    if (!isFeed && monotonicMs - notedAtMs >= NOTE_MS) {
      notedAtMs = monotonicMs;
      noteClock(live);
    }
    live.onTurn();
    if (live.isStopRequested()) return stoppedAt(live, sessionMs);
    if (isSessionOver(live, sessionMs, wallMs)) {
      return {
        outcome: "closed",
        says: `the session of ${plan.session} is over`,
        throughMs: sessionMs ?? window.endsAt,
      };
    }
  }
}

/** A feed keeps its own time; the machine's clock is corrected by the exchange's, but not by hours. */
function isSessionOver(
  { plan, window }: LiveSession,
  sessionMs: number | null,
  wallMs: number,
): boolean {
  const isReached = sessionMs !== null && sessionMs >= window.endsAt;
  if (plan.clock === "feed") return isReached;
  return (
    (isReached && wallMs >= window.endsAt - EARLY_MS_MAX) || wallMs >= window.endsAt + OVERDUE_MS
  );
}

function throwFailure({ path, pipeline }: LiveSession): void {
  const failure = path.failure() ?? pipeline.failure();
  if (failure !== undefined) throw failure;
}

function noteClock({ path, log }: LiveSession): void {
  const reading = path.clockReading();
  if (reading === null) return;
  path.note({ clock: { ...reading } });
  if (reading.isWrong) log.warn(reading, "this machine's clock is off the exchange's");
}

/** A stop before the close leaves a minute that is not whole, unless a feed had ended of itself. */
function stoppedAt(live: LiveSession, sessionMs: number | null): SessionEnd {
  const { plan, window, path, clock } = live;
  const newestFrameMs = path.newestFrameMs();
  const silentMs = newestFrameMs === null ? Infinity : clock.monotonicMs() - newestFrameMs;
  const endedMs = Math.max(FEED_ENDED_MS, PAUSES_OF_END * path.longestPauseMs());
  const hasFeedEnded = plan.clock === "feed" && silentMs >= Math.min(endedMs, FEED_ENDED_MS_MAX);
  const isOver = sessionMs !== null && sessionMs >= endOf(window);
  if (!isOver && !hasFeedEnded) {
    for (const connection of connectionsOf(plan)) {
      path.takeEvent({ kind: "LOST", connection, cause: "STOPPED", says: "stopped by a person" });
    }
  }
  const throughMs = sessionMs ?? window.opensAt - 1;
  return { outcome: "stopped", says: `stopped by a person`, throughMs };
}

function connectionsOf(plan: SessionPlan): number[] {
  return [...new Set(plan.instruments.map((one) => one.connection ?? 0))].sort((a, b) => a - b);
}

/** Seals what remains: the minutes that have begun, or all when the session is over. */
export function sealRemaining(live: Pick<LiveSession, "plan" | "path">, end: SessionEnd): void {
  const { plan, path } = live;
  const begunMinuteEndMs = (Math.floor(end.throughMs / MINUTE_MS) + 1) * MINUTE_MS;
  path.sealThrough(begunMinuteEndMs + plan.sealDelayMs);
  path.flush();
}

/** Instruments that a connection carries, for polling in its place. */
export function instrumentsOn(plan: SessionPlan, connection: number) {
  return plan.instruments.filter((one) => (one.connection ?? 0) === connection);
}
