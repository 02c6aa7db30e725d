/**
 * Keeps asking by REST while the session goes on: once for the minutes before a late start, and round and
 * round for the instruments of a connection that cannot be used. Pauses when there is nothing to ask.
 */
import type { Clock } from "#core/clock.ts";
import { type AskedInstrument, type RestMinutes, newestWholeMinuteMs } from "./rest-minutes.ts";

const MINUTE_MS = 60_000;
/** A start recovers so much (spec 2.2), and a poll asks for as much: one call of a round may fail. */
const RECOVERED_MS = 5 * MINUTE_MS;
const IDLE_MS = 200;
/** A round of polls begins no earlier than this after the one before it. */
const ROUND_MS = 20_000;

export interface RestPolling {
  /** Asks once for the minutes up to now of these instruments. */
  recover(instruments: readonly AskedInstrument[]): void;
  /** Polls these instruments from here on, until `release`. */
  takeOver(connection: number, instruments: readonly AskedInstrument[]): void;
  release(connection: number): void;
  stop(): Promise<void>;
  /** Polls that came, of instruments whose connection was unusable. */
  polled(): number;
}

/** Starts the polling; it sleeps until something is to ask. `sessionMs` null: the time is not known yet. */
export function startRestPolling(options: {
  readonly rest: RestMinutes;
  readonly clock: Clock;
  readonly sessionMs: () => number | null;
  /** The session's open and close, epoch milliseconds. */
  readonly opensAt: number;
  readonly closesAt: number;
}): RestPolling {
  const { rest, clock, sessionMs, opensAt, closesAt } = options;
  const once: AskedInstrument[] = [];
  const polled = new Map<number, readonly AskedInstrument[]>();
  let isStopped = false;
  let polls = 0;

  const ask = async (instrument: AskedInstrument): Promise<boolean> => {
    const atMs = sessionMs();
    if (atMs === null || newestWholeMinuteMs(atMs) < opensAt) return false;
    const toMs = Math.min(newestWholeMinuteMs(atMs), closesAt - MINUTE_MS);
    return await rest.fetchMinutes(instrument, {
      fromMs: Math.max(opensAt, toMs - RECOVERED_MS),
      toMs,
    });
  };
  const run = async (): Promise<void> => {
    let roundAtMs = -Infinity;
    for (;;) {
      if (isStopped) return;
      const next = once.shift();
      if (next !== undefined) {
        await ask(next);
        continue;
      }
      if (polled.size > 0 && clock.monotonicMs() - roundAtMs >= ROUND_MS) {
        roundAtMs = clock.monotonicMs();
        for (const instrument of [...polled.values()].flat()) {
          if (isStopped || polled.size === 0) break;
          if (await ask(instrument)) polls += 1;
        }
      }
      await clock.sleepMs(IDLE_MS);
    }
  };
  const running = run();
  // Whoever stops it hears of a failure; until then it must not count as unhandled.
  running.catch(() => undefined);
  return {
    recover: (instruments) => once.push(...instruments),
    takeOver: (connection, instruments) => polled.set(connection, instruments),
    release: (connection) => polled.delete(connection),
    stop: async () => {
      isStopped = true;
      await running;
    },
    polled: () => polls,
  };
}
