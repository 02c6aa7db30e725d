/**
 * Makes a session of packets from daily bars: seeded, in event time, and such that the day's open, high,
 * low, close and volume come out exactly. Several packets may share a second, a price may change before
 * its volume shows, and many packets change nothing but the book, as on the real feed.
 */
import { streamOf } from "./counter-random.ts";
import { type IndiaMarket, indiaDayBar } from "./india-market.ts";
import type { IndiaInstrument } from "./india-roster.ts";
import { SECONDS_PER_DAY, type TickSession } from "./tick-session.ts";
import {
  type TickColumns,
  type TickTimeline,
  growTickColumns,
  indexSeconds,
  indexTokens,
  tickColumns,
} from "./tick-columns.ts";
import { walkStep } from "./token-walk.ts";
import { type TokenWalk, startWalk } from "./walk-start.ts";

export type TickTimelineInput = {
  readonly market: IndiaMarket;
  readonly session: TickSession;
  /** Which instruments tick; all of the market by default. */
  readonly instruments?: readonly IndiaInstrument[] | undefined;
  /** Packets a minute of an ordinary stock; 20 by default. */
  readonly packetsPerMinute?: number | undefined;
  /** All stocks tick equally often, for load. */
  readonly even?: boolean | undefined;
  /** Some packets come after the close, as they do at the exchange; true by default. */
  readonly afterClose?: boolean | undefined;
};

export const DEFAULT_PACKETS_PER_MINUTE = 20;
const INSTRUMENTS_MAX = 65_535;
const CAPACITY_MIN = 4096;
const CAPACITY_SPARE = 1.25;
const SEQUENCE_BASES = 4_000_000;
const NOBODY = -1;

/** Makes the packets. An instrument's own packets depend on the seed, its name and the day alone. */
export function makeTickTimeline(input: TickTimelineInput): TickTimeline {
  const { market, session } = input;
  const instruments = input.instruments ?? market.instruments;
  if (instruments.length > INSTRUMENTS_MAX)
    throw new Error(`at most ${INSTRUMENTS_MAX} instruments`);
  const days = instruments.map((one) => indiaDayBar(market, one, session.date));
  const rate = input.packetsPerMinute ?? DEFAULT_PACKETS_PER_MINUTE;
  const walks = instruments.map((instrument, token) =>
    startWalk({
      instrument,
      token,
      day: days[token],
      session,
      stream: streamOf(market.input.seed, `ticks/${session.date}/${instrument.name}`),
      packetsPerMinute:
        rate * (input.even === true && instrument.kind === "stock" ? 1 : instrument.activity),
      afterClose: input.afterClose ?? true,
    }),
  );
  const minutes = session.closeMinute - session.openMinute;
  const expected = walks.reduce((sum, walk) => sum + walk.packetsPerMinute * minutes + 60, 0);
  const columns = tickColumns(Math.max(CAPACITY_MIN, Math.ceil(expected * CAPACITY_SPARE)));
  mergeWalks(walks, columns);
  return {
    ...columns,
    session,
    instruments,
    days,
    sequenceBase: Int32Array.from(
      instruments,
      ({ name }) => 1 + (streamOf(market.input.seed, `sequence/${name}`) % SEQUENCE_BASES),
    ),
    secondStart: indexSeconds(columns),
    ...indexTokens(columns, instruments.length),
  };
}

/** Lets the instruments step in the order of seconds: one list of who is due for each second. */
function mergeWalks(walks: readonly TokenWalk[], columns: TickColumns): void {
  const firstDue = new Int32Array(SECONDS_PER_DAY).fill(NOBODY);
  const nextDue = new Int32Array(walks.length).fill(NOBODY);
  const enlist = (token: number, second: number): void => {
    if (second >= SECONDS_PER_DAY) return;
    nextDue[token] = firstDue[second] ?? NOBODY;
    firstDue[second] = token;
  };
  // The first to be enlisted is the last to step, so the list is filled from its end.
  for (const walk of walks.toReversed()) enlist(walk.token, walk.dueSecond);
  for (let second = 0; second < SECONDS_PER_DAY; second++) {
    let token = firstDue[second] ?? NOBODY;
    while (token !== NOBODY) {
      const next = nextDue[token] ?? NOBODY;
      const walk = walks[token];
      if (walk) {
        if (columns.length + walk.packetsPerStepMax > columns.second.length)
          growTickColumns(columns);
        walkStep(walk, second, columns);
        if (walk.dueSecond > second) enlist(token, walk.dueSecond);
      }
      token = next;
    }
  }
}
