/**
 * Keeps when which connection gave nothing (decision 16): gaps run from the exchange time of the last
 * packet before a loss to that of the first later one after it, and from the open when a connection first
 * gives something later than the opening minute. What spans a gap belongs to no minute; that is
 * `symbol-states.ts`. Times are milliseconds since midnight in India.
 */
import { type SessionInstrument, TOKENS_PER_CONNECTION } from "../ticks/session-instruments.ts";
import type { GapCause } from "../ticks/tick-source.ts";

export type GapFact = {
  readonly connection: number;
  readonly cause: GapCause;
  /** Exchange time of the newest packet before the loss; 0 when there was none. */
  readonly fromMs: number;
  /** Slots of the tokens that the connection carries, ascending. */
  readonly slots: readonly number[];
};

export interface GapBook {
  /** A packet of this session came on a connection; runs for every packet. */
  sawPacket(connection: number, dayMs: number): void;
  /** The connection gives nothing from here. A loss without a later packet since goes on. */
  lose(connection: number, cause: GapCause): void;
  /** Another process went on: all connections were lost. */
  loseAll(cause: GapCause): void;
  /** The session is over: a connection that never gave anything was absent. */
  finish(): void;
  readonly gaps: readonly GapFact[];
  /** By gap: exchange time of the first later packet that came, Infinity while there is none. */
  readonly arrivedMs: readonly number[];
}

const CONNECTIONS_MAX = 256;
/** A longer leap is believed when a second packet confirms it: one absurd time must not hide every later gap. */
const LEAP_MS_MAX = 300_000;
const NO_GAP = -1;

/**
 * Slots of the tokens that each connection carries: as the instruments say, else dealt out by a thousand in
 * the order in which the plan names them. A slot is the place of a symbol in their order.
 */
export function slotsByConnectionOf(
  named: readonly SessionInstrument[],
): ReadonlyMap<number, readonly number[]> {
  const dealt = named.map((instrument, place) => ({
    symbol: instrument.symbol,
    connection: instrument.connection ?? Math.floor(place / TOKENS_PER_CONNECTION),
  }));
  const bySymbol = dealt.sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  const slots = new Map<number, number[]>();
  for (const [slot, { connection }] of bySymbol.entries()) {
    const known = slots.get(connection);
    if (known === undefined) slots.set(connection, [slot]);
    else known.push(slot);
  }
  return slots;
}

/**
 * A book about connections that carry these slots; `onGap` is told of each new gap. Before `absentFromMs`,
 * the end of the opening minute, a first packet comes from a connection that was there.
 */
export function createGapBook(
  slotsByConnection: ReadonlyMap<number, readonly number[]>,
  absentFromMs: number,
  onGap: (gap: GapFact) => void,
): GapBook {
  return new ConnectionGaps(slotsByConnection, absentFromMs, onGap);
}

class ConnectionGaps implements GapBook {
  readonly gaps: GapFact[] = [];
  readonly arrivedMs: number[] = [];
  readonly #slotsByConnection: ReadonlyMap<number, readonly number[]>;
  readonly #absentFromMs: number;
  readonly #onGap: (gap: GapFact) => void;
  /** Of the first packet; 0 before it, and once it is judged. */
  readonly #firstMs = new Int32Array(CONNECTIONS_MAX);
  readonly #newestMs = new Int32Array(CONNECTIONS_MAX);
  /** Whether a second packet agrees with the newest time. */
  readonly #isConfirmed = new Uint8Array(CONNECTIONS_MAX);
  /** A leap that waits for a second packet; 0 when there is none. */
  readonly #leapMs = new Int32Array(CONNECTIONS_MAX);
  readonly #openGap = new Int32Array(CONNECTIONS_MAX).fill(NO_GAP);

  constructor(
    slotsByConnection: ReadonlyMap<number, readonly number[]>,
    absentFromMs: number,
    onGap: (gap: GapFact) => void,
  ) {
    this.#slotsByConnection = slotsByConnection;
    this.#absentFromMs = absentFromMs;
    this.#onGap = onGap;
  }

  sawPacket(connection: number, dayMs: number): void {
    const newestMs = this.#newestMs[connection] ?? 0;
    const ahead = dayMs - newestMs;
    if (ahead <= 0) {
      if (this.#isConfirmed[connection] === 1 || newestMs === 0) return;
      if (ahead >= -LEAP_MS_MAX) this.#confirm(connection);
      else this.#begin(connection, dayMs);
      return;
    }
    if (ahead > LEAP_MS_MAX && newestMs !== 0) {
      this.#leap(connection, dayMs);
      return;
    }
    if (newestMs === 0) this.#begin(connection, dayMs);
    else if (this.#isConfirmed[connection] === 0) this.#confirm(connection);
    this.#leapMs[connection] = 0;
    this.#arrive(connection, dayMs, dayMs);
  }

  #begin(connection: number, dayMs: number): void {
    this.#newestMs[connection] = dayMs;
    this.#firstMs[connection] = dayMs;
  }

  #confirm(connection: number): void {
    this.#isConfirmed[connection] = 1;
    this.#judgeFirst(connection);
  }

  /** A connection that gave its first packet after the opening minute was absent until then. */
  #judgeFirst(connection: number): void {
    const firstMs = this.#firstMs[connection] ?? 0;
    this.#firstMs[connection] = 0;
    const isKnown = this.gaps.some((gap) => gap.connection === connection);
    if (firstMs >= this.#absentFromMs && !isKnown) this.#add(connection, "ABSENT", 0, firstMs);
  }

  #leap(connection: number, dayMs: number): void {
    const before = this.#leapMs[connection] ?? 0;
    this.#leapMs[connection] = dayMs;
    if (before === 0 || Math.abs(dayMs - before) > LEAP_MS_MAX) return;
    this.#leapMs[connection] = 0;
    if (this.#isConfirmed[connection] === 0) this.#confirm(connection);
    this.#arrive(connection, Math.min(before, dayMs), Math.max(before, dayMs));
  }

  #arrive(connection: number, firstMs: number, newestMs: number): void {
    this.#newestMs[connection] = newestMs;
    const gap = this.#openGap[connection] ?? NO_GAP;
    if (gap === NO_GAP) return;
    this.arrivedMs[gap] = firstMs;
    this.#openGap[connection] = NO_GAP;
  }

  lose(connection: number, cause: GapCause): void {
    if (this.#openGap[connection] !== NO_GAP) return;
    this.#judgeFirst(connection);
    const fromMs = this.#newestMs[connection] ?? 0;
    this.#openGap[connection] = this.#add(connection, cause, fromMs, Number.POSITIVE_INFINITY);
  }

  loseAll(cause: GapCause): void {
    for (const connection of this.#connections()) this.lose(connection, cause);
  }

  finish(): void {
    for (const connection of this.#connections()) {
      if (this.#newestMs[connection] === 0) this.lose(connection, "ABSENT");
      else this.#judgeFirst(connection);
    }
  }

  #add(connection: number, cause: GapCause, fromMs: number, arrivedMs: number): number {
    const slots = this.#slotsByConnection.get(connection) ?? [];
    const gap = { connection, cause, fromMs, slots };
    const place = this.gaps.push(gap) - 1;
    this.arrivedMs.push(arrivedMs);
    this.#onGap(gap);
    return place;
  }

  #connections(): number[] {
    return [...this.#slotsByConnection.keys()].sort((a, b) => a - b);
  }
}
