/**
 * The session's clock (decision 15): the machine's monotonic clock, set right by the median of exchange
 * time less receive time of the last five minutes. Values in, values out; who asks the machine and who
 * warns is the session's business.
 */
import { AHEAD_MS_MAX } from "../ticks/packet-intake.ts";

export type ClockReading = {
  /** Exchange time less monotonic time. */
  readonly offsetMs: number;
  /** Exchange time less the machine's wall clock: how wrong that is, less the way of the packets. */
  readonly wallErrorMs: number;
  readonly samples: number;
  /** Whether the wall clock is wrong by more than may be. */
  readonly isWrong: boolean;
};

export interface SessionClock {
  /** A packet of the session's day was received. NaN as exchange time is no packet. */
  observe(exchangeMs: number, monotonicMs: number, wallMs: number): void;
  /** Exchange time by this clock; `null` before the first packet. */
  sessionMs(monotonicMs: number): number | null;
  /** What the clock rests on; `null` before the first packet. */
  reading(monotonicMs: number): ClockReading | null;
}

const WINDOW_MS = 300_000;
/** One sample in so long is enough of a feed, and bounds what is kept. */
const SAMPLE_EVERY_MS = 100;
const SAMPLES_MAX = WINDOW_MS / SAMPLE_EVERY_MS;
/** How long a median serves before it is made anew. */
const MEDIAN_SERVES_MS = 1000;
export const WALL_ERROR_MS_MAX = 2000;

export function createSessionClock(): SessionClock {
  const takenAt = new Float64Array(SAMPLES_MAX);
  const offsets = new Float64Array(SAMPLES_MAX);
  const wallErrors = new Float64Array(SAMPLES_MAX);
  let next = 0;
  let taken = 0;
  let newestAt = Number.NEGATIVE_INFINITY;
  let newestExchangeMs = Number.NEGATIVE_INFINITY;
  let made: { readonly at: number; readonly reading: ClockReading } | null = null;

  const read = (monotonicMs: number): ClockReading | null => {
    if (taken === 0) return null;
    if (made !== null && monotonicMs - made.at < MEDIAN_SERVES_MS) return made.reading;
    const places = [...Array(taken).keys()];
    const recent = places.filter((place) => monotonicMs - (takenAt[place] ?? 0) <= WINDOW_MS);
    // A feed that has been silent for longer leaves the newest thing known.
    const used = recent.length > 0 ? recent : [(next + SAMPLES_MAX - 1) % SAMPLES_MAX];
    const wallErrorMs = medianOf(used.map((place) => wallErrors[place] ?? 0));
    const reading = {
      offsetMs: medianOf(used.map((place) => offsets[place] ?? 0)),
      wallErrorMs,
      samples: used.length,
      isWrong: Math.abs(wallErrorMs) > WALL_ERROR_MS_MAX,
    };
    made = { at: monotonicMs, reading };
    return reading;
  };
  return {
    observe: (exchangeMs, monotonicMs, wallMs) => {
      if (Number.isNaN(exchangeMs) || monotonicMs - newestAt < SAMPLE_EVERY_MS) return;
      // Neither a packet of the future nor a feed that stands still tells the time.
      if (exchangeMs > wallMs + AHEAD_MS_MAX || exchangeMs <= newestExchangeMs) return;
      newestExchangeMs = exchangeMs;
      // The first sample serves at once; it is all there is.
      if (taken === 0) made = null;
      takenAt[next] = monotonicMs;
      offsets[next] = exchangeMs - monotonicMs;
      wallErrors[next] = exchangeMs - wallMs;
      newestAt = monotonicMs;
      next = (next + 1) % SAMPLES_MAX;
      taken = Math.min(taken + 1, SAMPLES_MAX);
    },
    sessionMs: (monotonicMs) => {
      const reading = read(monotonicMs);
      return reading === null ? null : monotonicMs + reading.offsetMs;
    },
    reading: read,
  };
}

function medianOf(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  const upper = values[middle] ?? 0;
  return values.length % 2 === 1 ? upper : ((values[middle - 1] ?? 0) + upper) / 2;
}
