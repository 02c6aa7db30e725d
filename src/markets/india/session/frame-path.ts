/**
 * The one way of a frame: into the tick log, onto the disk, and only then into the engine, as the same
 * records that a replay reads. Seals are records among them. When a minute is due is asked of the session's
 * clock; what a candle is, the engine decides.
 */
import { assert, must } from "#core/assert.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type SealDue, type SealState, createFeedSealer, sealsDue } from "../candles/seal-plan.ts";
import { type SessionClock, createSessionClock } from "../candles/session-clock.ts";
import { type TickEngine, createTickEngine } from "../candles/tick-engine.ts";
import { createFramePeek } from "../ticks/frame-peek.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import { readTickLog } from "../ticks/tick-log-read-store.ts";
import { type TickLogWriter, openTickLogWriter } from "../ticks/tick-log-store.ts";
import type { StreamEvent } from "../ticks/tick-source.ts";
import { keepFirstFailure } from "./first-failure.ts";

export interface FramePath {
  readonly engine: TickEngine;
  /** Replays what earlier processes logged of the session, then begins it; frames may come from here on. */
  begin(plan: SessionPlan, earlierSegments: readonly string[]): SessionPlan;
  takeFrame(connection: number, bytes: Uint8Array, receivedAt: EpochMs): void;
  takeEvent(event: StreamEvent): void;
  /** The session's time, epoch milliseconds; null while nothing tells it. */
  sessionMs(): number | null;
  /** Seals all that is due at `clockMs` of the session's time. */
  sealThrough(clockMs: number): void;
  note(facts: { readonly [name: string]: unknown }): void;
  clockReading(): ReturnType<SessionClock["reading"]>;
  /** When the newest frame came, by the monotonic clock; null before the first. */
  newestFrameMs(): number | null;
  /** The longest time between two frames so far, by the monotonic clock. */
  longestPauseMs(): number;
  /** Writes what waits, then interprets it. @throws DISK_FULL */
  flush(): void;
  sync(): Promise<void>;
  close(): Promise<void>;
  /** What broke a flush that nobody waited for. */
  failure(): Error | undefined;
}

/** Opens the path; `onApplied` is called after records were interpreted. */
export function openFramePath(options: {
  readonly rawDir: string;
  readonly pid: number;
  readonly clock: Clock;
  readonly onApplied: () => void;
}): FramePath {
  const { rawDir, pid, clock, onApplied } = options;
  const engine = createTickEngine();
  const writer = openTickLogWriter({
    rawDir,
    pid,
    startedAt: clock.wallMs(),
    onWritten: (records) => {
      engine.applyRecords(records);
      onApplied();
    },
  });
  const flusher = createFlusher(writer, clock);
  const sessionClock = createSessionClock();
  let sealing: Sealing | undefined;
  let newestFrameMs: number | null = null;
  let longestPauseMs = 0;
  return {
    engine,
    begin: (plan, earlierSegments) => {
      assert(sealing === undefined, "a session begins once");
      for (const path of earlierSegments) {
        readTickLog(path, (records) => engine.applyRecords(records));
      }
      // A session that goes on keeps its instruments: what was added since begins tomorrow.
      const goesOnWith = engine.plan();
      if (goesOnWith !== undefined) requireSameMode(goesOnWith, plan);
      const inForce = goesOnWith === undefined ? plan : { ...goesOnWith, clock: plan.clock };
      sealing = createSealing({ plan: inForce, engine, writer, clock, sessionClock });
      writer.appendSession(inForce, clock.wallMs());
      writer.flush();
      return inForce;
    },
    takeFrame: (connection, bytes, receivedAt) => {
      const begun = must(sealing, "frames come after the session began");
      const monotonicMs = clock.monotonicMs();
      longestPauseMs = Math.max(longestPauseMs, monotonicMs - (newestFrameMs ?? monotonicMs));
      newestFrameMs = monotonicMs;
      writer.appendFrame(connection, bytes, receivedAt);
      begun.afterFrame(bytes, newestFrameMs, receivedAt);
      flusher.schedule();
    },
    takeEvent: (event) => {
      writer.appendEvent(event, clock.wallMs());
      flusher.schedule();
    },
    sessionMs: () => sealing?.sessionMs() ?? null,
    sealThrough: (clockMs) => {
      sealing?.sealThrough(clockMs);
      flusher.schedule();
    },
    note: (facts) => writer.appendNote(facts, clock.wallMs()),
    clockReading: () => sessionClock.reading(clock.monotonicMs()),
    newestFrameMs: () => newestFrameMs,
    longestPauseMs: () => longestPauseMs,
    flush: () => writer.flush(),
    sync: () => writer.sync(),
    close: () => writer.close(),
    failure: flusher.failure,
  };
}

/** Packets of another mode could not be told from wrong ones. */
function requireSameMode(begun: SessionPlan, plan: SessionPlan): void {
  if (begun.mode === plan.mode) return;
  throw new MeridianError("CONFIG_INVALID", {
    message: `the session ${plan.session} began in ${begun.mode} mode and cannot go on in ${plan.mode} mode`,
    facts: { key: "india.vendor.mode", began: begun.mode, found: plan.mode },
    nextStep: `Set [india.vendor] mode back to "${begun.mode}" until the session is over.`,
  });
}

/** Appends seals when the session's clock says so: the machine's with the exchange's error, or the feed's. */
type Sealing = {
  readonly afterFrame: (bytes: Uint8Array, monotonicMs: number, receivedAt: EpochMs) => void;
  readonly sealThrough: (clockMs: number) => void;
  readonly sessionMs: () => number | null;
};

function createSealing(of: {
  readonly plan: SessionPlan;
  readonly engine: TickEngine;
  readonly writer: TickLogWriter;
  readonly clock: Clock;
  readonly sessionClock: SessionClock;
}): Sealing {
  const { plan, engine, writer, clock, sessionClock } = of;
  let sealed: SealState = {
    throughMinute: Math.max(engine.sealedThrough(), plan.openMinute - 1),
    isAuctionSealed: engine.isAuctionSealed(),
  };
  const peek = createFramePeek(plan.instruments, plan.session);
  const feed = createFeedSealer(plan, sealed);
  const append = (due: SealDue): void => {
    if (due.kind === "minute") writer.appendSeal(due.minute, clock.wallMs());
    else writer.appendAuctionSeal(clock.wallMs());
  };
  const isFeed = plan.clock === "feed";
  return {
    afterFrame: (bytes, monotonicMs, receivedAt) => {
      if (isFeed) {
        for (const due of feed.afterFrame(bytes)) {
          append(due);
          sealed = stateAfter(sealed, due);
        }
        return;
      }
      const exchangeMs = peek.exchangeMsOf(bytes);
      if (!Number.isNaN(exchangeMs)) sessionClock.observe(exchangeMs, monotonicMs, receivedAt);
    },
    sealThrough: (clockMs) => {
      const due = sealsDue(plan, sealed, clockMs);
      for (const one of due.seals) append(one);
      sealed = due.state;
    },
    sessionMs: () => {
      if (!isFeed) return sessionClock.sessionMs(clock.monotonicMs());
      return feed.feedMs() > 0 ? feed.feedMs() : null;
    },
  };
}

function stateAfter(state: SealState, due: SealDue): SealState {
  return due.kind === "minute"
    ? { ...state, throughMinute: due.minute }
    : { ...state, isAuctionSealed: true };
}

/**
 * Flushes once the frames that came together are all there: the socket hands over everything it read before
 * the event loop goes on.
 */
function createFlusher(writer: TickLogWriter, clock: Clock) {
  let isScheduled = false;
  const failure = keepFirstFailure();
  return {
    failure: failure.error,
    schedule: (): void => {
      if (isScheduled || failure.error() !== undefined) return;
      isScheduled = true;
      void clock.sleepMs(0).then(() => {
        isScheduled = false;
        try {
          writer.flush();
        } catch (cause) {
          failure.keep(cause);
        }
      });
    },
  };
}
