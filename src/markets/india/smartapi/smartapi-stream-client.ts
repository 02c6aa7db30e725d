/**
 * The vendor's market-data socket as a `TickSource`: the wanted tokens on up to three connections, kept alive
 * by one loop. What a connection does is `stream-connection.ts`'s; ticks are handed on undecoded.
 */
import type { IndiaVendorSettings } from "#contracts/settings.ts";
import { assert, must } from "#core/assert.ts";
import type { Clock } from "#core/clock.ts";
import type { RandomSource } from "#core/random.ts";
import type { StreamEvent, TickListener, TickSource, WantedToken } from "../ticks/tick-source.ts";
import type { SmartApiLog } from "./smartapi-session.ts";
import { StreamConnection, type StreamSession } from "./stream-connection.ts";
import { openStreamLink } from "./stream-link-client.ts";
import { planStream } from "./stream-plan.ts";

export type SmartApiStreamOptions = {
  readonly settings: IndiaVendorSettings;
  /** A clock that really waits: its `sleepMs` paces the loop. */
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly session: StreamSession;
  readonly tokens: readonly WantedToken[];
  /** Whether silence is a stall: the market trades continuously. Asked several times a second. */
  readonly isTrading: () => boolean;
  readonly log: SmartApiLog;
};

/** The source, and whether what it serves is SYNTHETIC: null before a connection was made. */
export type SmartApiStream = TickSource & { isSynthetic(): boolean | null };

/** The loop runs so often within the shortest of the set times. */
const TICKS_PER_SETTING = 5;
const TICK_MS_MIN = 5;
const TICK_MS_MAX = 200;
/** A tick later than this was late because this process did not run. */
const BLOCKED_MS_MIN = 500;
/** A vendor that does not say good-bye is not waited for longer. */
const STOP_MS_MAX = 2000;

/** Plans the connections; none is made before `start`. @throws STREAM_TOO_LARGE */
export function openSmartApiStream(options: SmartApiStreamOptions): SmartApiStream {
  const { settings, clock, isTrading, log } = options;
  const plan = planStream(options.tokens);
  let connections: readonly StreamConnection[] = [];
  let loop: Promise<void> | undefined;
  let stopAtMs = Infinity;
  let synthetic: boolean | null = null;

  const connect = (listener: TickListener): readonly StreamConnection[] =>
    plan.connections.map(
      (tokens, index) =>
        new StreamConnection({
          ...options,
          index,
          tokens,
          listener: { onFrame: listener.onFrame.bind(listener), onEvent: noted(listener, log) },
          openLink: openStreamLink,
          onSynthetic: (isSynthetic) => {
            synthetic = isSynthetic;
          },
        }),
    );

  const stop = async (): Promise<void> => {
    stopAtMs = Math.min(stopAtMs, clock.monotonicMs() + STOP_MS_MAX);
    for (const connection of connections) connection.stop();
    await loop;
  };

  return {
    start: async (listener) => {
      assert(loop === undefined, "a stream is started once");
      connections = connect(listener);
      const tried = connections.map((connection) => connection.start());
      loop = runLoop({ settings, clock, isTrading }, connections, () => stopAtMs);
      try {
        await Promise.all(tried);
      } catch (cause) {
        await stop();
        throw cause;
      }
    },
    stop,
    reconnect: (cause, says) => {
      for (const connection of connections) connection.reconnect(cause, says);
    },
    use: () => plan.use,
    tokensOf: (connection) =>
      must(plan.connections[connection], `connection ${connection} is one of the plan`),
    isSynthetic: () => synthetic,
  };
}

/** Ticks all connections until they are stopped. Nothing of it is left once it ended. */
async function runLoop(
  about: Pick<SmartApiStreamOptions, "settings" | "clock" | "isTrading">,
  connections: readonly StreamConnection[],
  stopAtMs: () => number,
): Promise<void> {
  const { settings, clock, isTrading } = about;
  const tickMs = tickMsOf(settings);
  let tradingSinceMs: number | null = null;
  let tickedAtMs = clock.monotonicMs();
  while (!connections.every((connection) => connection.isStopped())) {
    await clock.sleepMs(tickMs);
    const monotonicMs = clock.monotonicMs();
    const lateMs = monotonicMs - tickedAtMs - tickMs;
    const blockedMs = lateMs > BLOCKED_MS_MIN ? lateMs : 0;
    tickedAtMs = monotonicMs;
    if (monotonicMs >= stopAtMs()) {
      for (const connection of connections) connection.drop();
      return;
    }
    tradingSinceMs = isTrading() ? (tradingSinceMs ?? monotonicMs) : null;
    const moment = { monotonicMs, blockedMs, tradingSinceMs };
    for (const connection of connections) connection.tick(moment);
  }
}

/** Short enough for the shortest of the set times. */
function tickMsOf(settings: IndiaVendorSettings): number {
  const shortestMs =
    1000 *
    Math.min(
      settings.heartbeat_seconds,
      settings.stall_seconds,
      settings.fallback_seconds,
      settings.timeout_seconds,
      settings.reconnect_seconds,
    );
  return Math.min(TICK_MS_MAX, Math.max(TICK_MS_MIN, shortestMs / TICKS_PER_SETTING));
}

/** Events are for the listener; the log is for people. */
function noted(listener: TickListener, log: SmartApiLog): (event: StreamEvent) => void {
  return (event) => {
    const isGood = event.kind === "CONNECTED" || event.kind === "USABLE";
    if (isGood) log.info(event, "stream");
    else log.warn(event, "stream");
    listener.onEvent(event);
  };
}
