/**
 * The one way of a frame: into the tick log, onto the disk, and only then into the engine, as the same
 * records that a replay reads. Seals are records among them. When a minute is due is asked of the session's
 * clock; what a candle is, the engine decides.
 */
import { assert, must } from "#core/assert.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import {
  type FeedSealer,
  type SealDue,
  createFeedSealer,
  nextSealDue,
} from "../candles/seal-plan.ts";
import { type SessionClock, createSessionClock } from "../candles/session-clock.ts";
import { type TickEngine, createTickEngine } from "../candles/tick-engine.ts";
import { type FramePeek, createFramePeek } from "../ticks/frame-peek.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import { readTickLog } from "../ticks/tick-log-read-store.ts";
import { type TickLogWriter, openTickLogWriter } from "../ticks/tick-log-store.ts";
import type { StreamEvent } from "../ticks/tick-source.ts";

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
  /** Writes what waits, then interprets it. @throws DISK_FULL */
  flush(): void;
  sync(): Promise<void>;
  close(): Promise<void>;
  /** What broke a flush that nobody waited for. */
  failure(): unknown;
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
  let begun: BegunSession | undefined;
  let newestFrameMs: number | null = null;

  const appendSeal = (due: SealDue): void => {
    if (due.kind === "minute") writer.appendSeal(due.minute, clock.wallMs());
    else writer.appendAuctionSeal(clock.wallMs());
  };
  return {
    engine,
    begin: (plan, earlierSegments) => {
      assert(begun === undefined, "a session begins once");
      for (const path of earlierSegments)
        readTickLog(path, (records) => engine.applyRecords(records));
      // A session that goes on keeps its instruments: what was added since begins tomorrow.
      const goesOnWith = engine.plan();
      const inForce = goesOnWith === undefined ? plan : { ...goesOnWith, clock: plan.clock };
      begun = beginSession(inForce, engine);
      writer.appendSession(inForce, clock.wallMs());
      flusher.flush();
      return inForce;
    },
    takeFrame: (connection, bytes, receivedAt) => {
      const { plan, peek, sealer, sealed } = must(begun, "frames come after the session began");
      writer.appendFrame(connection, bytes, receivedAt);
      newestFrameMs = clock.monotonicMs();
      if (plan.clock === "feed") {
        for (const due of sealer.afterFrame(bytes)) {
          appendSeal(due);
          remember(sealed, due);
        }
      } else {
        const exchangeMs = peek.exchangeMsOf(bytes);
        if (!Number.isNaN(exchangeMs)) sessionClock.observe(exchangeMs, newestFrameMs, receivedAt);
      }
      flusher.schedule();
    },
    takeEvent: (event) => {
      writer.appendEvent(event, clock.wallMs());
      flusher.schedule();
    },
    sessionMs: () => {
      if (begun === undefined) return null;
      if (begun.plan.clock === "machine") return sessionClock.sessionMs(clock.monotonicMs());
      const feedMs = begun.sealer.feedMs();
      return Number.isFinite(feedMs) && feedMs > 0 ? feedMs : null;
    },
    sealThrough: (clockMs) => {
      if (begun === undefined) return;
      for (;;) {
        const due = nextSealDue(begun.plan, begun.sealed, clockMs);
        if (due === null) break;
        appendSeal(due);
        remember(begun.sealed, due);
        flusher.schedule();
      }
    },
    note: (facts) => writer.appendNote(facts, clock.wallMs()),
    clockReading: () => sessionClock.reading(clock.monotonicMs()),
    newestFrameMs: () => newestFrameMs,
    flush: () => flusher.flush(),
    sync: () => writer.sync(),
    close: () => writer.close(),
    failure: () => flusher.failure(),
  };
}

type Sealed = { throughMinute: number; isAuctionSealed: boolean };

type BegunSession = {
  readonly plan: SessionPlan;
  readonly peek: FramePeek;
  readonly sealer: FeedSealer;
  readonly sealed: Sealed;
};

function beginSession(plan: SessionPlan, engine: TickEngine): BegunSession {
  const sealed = {
    throughMinute: Math.max(engine.sealedThrough(), plan.openMinute - 1),
    isAuctionSealed: engine.isAuctionSealed(),
  };
  return {
    plan,
    peek: createFramePeek(plan.instruments),
    sealer: createFeedSealer(plan, { ...sealed }),
    sealed,
  };
}

function remember(sealed: Sealed, due: SealDue): void {
  if (due.kind === "minute") sealed.throughMinute = due.minute;
  else sealed.isAuctionSealed = true;
}

/**
 * Flushes once the frames that came together are all there: the socket hands over everything it read before
 * the event loop goes on.
 */
function createFlusher(writer: TickLogWriter, clock: Clock) {
  let isScheduled = false;
  let failure: unknown;
  return {
    flush: (): void => writer.flush(),
    failure: (): unknown => failure,
    schedule: (): void => {
      if (isScheduled || failure !== undefined) return;
      isScheduled = true;
      void clock.sleepMs(0).then(() => {
        isScheduled = false;
        try {
          writer.flush();
        } catch (cause) {
          failure = cause;
        }
      });
    },
  };
}
