/**
 * Keeps when which connection gave nothing (decision 16): gaps run from the exchange time of the last
 * packet before a loss to that of the first later one after it. What spans a gap belongs to no minute;
 * that is `symbol-states.ts`. Times are milliseconds since midnight in India.
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

/** A book about connections that carry these slots; `onGap` is told of each new gap. */
export function createGapBook(
  slotsByConnection: ReadonlyMap<number, readonly number[]>,
  onGap: (gap: GapFact) => void,
): GapBook {
  return new ConnectionGaps(slotsByConnection, onGap);
}

class ConnectionGaps implements GapBook {
  readonly gaps: GapFact[] = [];
  readonly arrivedMs: number[] = [];
  readonly #slotsByConnection: ReadonlyMap<number, readonly number[]>;
  readonly #onGap: (gap: GapFact) => void;
  readonly #newestMs = new Int32Array(CONNECTIONS_MAX);
  /** Whether a second packet agrees with the newest time. */
  readonly #isConfirmed = new Uint8Array(CONNECTIONS_MAX);
  /** A leap that waits for a second packet; 0 when there is none. */
  readonly #leapMs = new Int32Array(CONNECTIONS_MAX);
  readonly #openGap = new Int32Array(CONNECTIONS_MAX).fill(NO_GAP);

  constructor(
    slotsByConnection: ReadonlyMap<number, readonly number[]>,
    onGap: (gap: GapFact) => void,
  ) {
    this.#slotsByConnection = slotsByConnection;
    this.#onGap = onGap;
  }

  sawPacket(connection: number, dayMs: number): void {
    const newestMs = this.#newestMs[connection] ?? 0;
    const ahead = dayMs - newestMs;
    if (ahead <= 0) {
      if (this.#isConfirmed[connection] === 1 || newestMs === 0) return;
      if (ahead >= -LEAP_MS_MAX) this.#isConfirmed[connection] = 1;
      else this.#newestMs[connection] = dayMs;
      return;
    }
    if (ahead > LEAP_MS_MAX && newestMs !== 0) {
      this.#leap(connection, dayMs);
      return;
    }
    if (newestMs !== 0) this.#isConfirmed[connection] = 1;
    this.#leapMs[connection] = 0;
    this.#arrive(connection, dayMs, dayMs);
  }

  #leap(connection: number, dayMs: number): void {
    const before = this.#leapMs[connection] ?? 0;
    this.#leapMs[connection] = dayMs;
    if (before === 0 || Math.abs(dayMs - before) > LEAP_MS_MAX) return;
    this.#leapMs[connection] = 0;
    this.#isConfirmed[connection] = 1;
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
    const slots = this.#slotsByConnection.get(connection) ?? [];
    const gap = { connection, cause, fromMs: this.#newestMs[connection] ?? 0, slots };
    this.#openGap[connection] = this.gaps.push(gap) - 1;
    this.arrivedMs.push(Number.POSITIVE_INFINITY);
    this.#onGap(gap);
  }

  loseAll(cause: GapCause): void {
    for (const connection of [...this.#slotsByConnection.keys()].sort((a, b) => a - b)) {
      this.lose(connection, cause);
    }
  }
}
