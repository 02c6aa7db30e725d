/**
 * Decides whether a packet counts for a session: well-formed, of a wanted token, with values that an
 * exchange sends, of the session's day. What it does to a candle is the engine's business.
 */
import { must } from "#core/assert.ts";
import {
  createPacketRegister,
  decodePacket,
  type PacketRegister,
  WELL_FORMED,
} from "./decode-packet.ts";
import { DAY_MS, istMidnightMs } from "./exchange-time.ts";
import { MODE_LTP } from "./packet-layout.ts";
import type { SessionPlan } from "./session-instruments.ts";
import {
  ABSURD_VALUE,
  FUTURE_TIME,
  STALE_SNAPSHOT,
  UNKNOWN_TOKEN,
  WRONG_MODE,
} from "./tick-anomalies.ts";
import { createTokenSlots, NO_SLOT, type TokenSlots } from "./token-slots.ts";

/** 20 million rupees; a hundred times the dearest share of India. Fits 32 bits. */
const PRICE_PAISE_MAX = 2_000_000_000;
/** A hundred times what the most traded share of India has turned over in a day. */
const VOLUME_MAX = 1_000_000_000_000;
/** Leaves room for the mode beside it in one exact number. */
const SEQUENCE_MAX = 2 ** 50;
/** 2000-01-01 and 2100-01-01, UTC. */
const TIME_MS_MIN = 946_684_800_000;
const TIME_MS_MAX = 4_102_444_800_000;
/** How far a packet may be ahead of the machine's clock: more than that clock can be wrong by. */
export const AHEAD_MS_MAX = 900_000;

export interface PacketIntake {
  /** The packet judged last. */
  readonly register: PacketRegister;
  /**
   * Decodes and judges `length` bytes at `offset`. The slot of its instrument, or `-1 - code` with the
   * place of the anomaly in ANOMALY_CODES. A price of zero is left to the caller: the packet makes no
   * candle, but its sequence number counts as received.
   */
  take(view: DataView, offset: number, length: number, receivedAtMs: number): number;
}

type IntakePlan = Pick<SessionPlan, "session" | "mode" | "clock" | "instruments">;

/** Judges packets against a plan, whose instruments are given in the order of their slots. */
export function createPacketIntake(plan: IntakePlan): PacketIntake {
  return new PlanIntake(plan);
}

class PlanIntake implements PacketIntake {
  readonly register = createPacketRegister();
  readonly #slots: TokenSlots;
  readonly #midnightMs: number;
  readonly #wantsVolume: boolean;
  readonly #mayBeAheadMs: number;
  readonly #isIndex: Uint8Array;

  constructor({ session, mode, clock, instruments }: IntakePlan) {
    this.#slots = createTokenSlots(instruments);
    this.#midnightMs = istMidnightMs(session);
    this.#wantsVolume = mode !== "ltp";
    this.#mayBeAheadMs = clock === "machine" ? AHEAD_MS_MAX : Number.POSITIVE_INFINITY;
    this.#isIndex = Uint8Array.from(instruments, (instrument) => (instrument.isIndex ? 1 : 0));
  }

  take(view: DataView, offset: number, length: number, receivedAtMs: number): number {
    const { register } = this;
    const form = decodePacket(view, offset, length, register);
    if (form !== WELL_FORMED) return -1 - form;
    const slot = this.#slots.slotOf(view, offset);
    if (slot === NO_SLOT) return -1 - UNKNOWN_TOKEN;
    if (this.#wantsVolume && register.mode === MODE_LTP) return -1 - WRONG_MODE;
    if (!isPlausible(register, this.#isIndex[slot] === 1)) return -1 - ABSURD_VALUE;
    const dayMs = register.exchangeMs - this.#midnightMs;
    if (dayMs < 0) return -1 - STALE_SNAPSHOT;
    if (dayMs >= DAY_MS || register.exchangeMs > receivedAtMs + this.#mayBeAheadMs) {
      return -1 - FUTURE_TIME;
    }
    return slot;
  }
}

/** Whether an exchange could have sent these values; a price of zero is judged apart. */
export function isPlausible(register: PacketRegister, isIndex: boolean): boolean {
  const { mode, exchangeMs, pricePaise, averagePaise, cumulativeVolume, sequence } = register;
  return (
    exchangeMs >= TIME_MS_MIN &&
    exchangeMs < TIME_MS_MAX &&
    pricePaise >= 0 &&
    pricePaise <= PRICE_PAISE_MAX &&
    averagePaise >= 0 &&
    averagePaise <= PRICE_PAISE_MAX &&
    (cumulativeVolume >= 0 || mode === MODE_LTP) &&
    cumulativeVolume <= VOLUME_MAX &&
    (isIndex || (sequence >= 0 && sequence <= SEQUENCE_MAX))
  );
}

/** The instruments of a plan in the order of their slots: by symbol, code unit by code unit. */
export function slotOrderOf(plan: Pick<SessionPlan, "instruments">): SessionPlan["instruments"] {
  const bySymbol = new Map(plan.instruments.map((instrument) => [instrument.symbol, instrument]));
  return [...bySymbol.keys()].sort().map((symbol) => must(bySymbol.get(symbol), "it is its key"));
}
