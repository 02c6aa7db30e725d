/**
 * Reads the exchange time of a frame without applying it: to choose the session of a feed that keeps its
 * own time, and to follow its clock. Garbage, unknown tokens and absurd values have no time here.
 */
import type { SessionDate } from "#core/session-date.ts";
import { createPacketRegister, decodePacket, WELL_FORMED } from "./decode-packet.ts";
import { DAY_MS, istDateOf, istMidnightMs } from "./exchange-time.ts";
import { isPlausible } from "./packet-intake.ts";
import type { SessionInstrument } from "./session-instruments.ts";
import { createTokenSlots, NO_SLOT } from "./token-slots.ts";

export interface FramePeek {
  /** Exchange time of the packet, epoch milliseconds; NaN when it is none of a wanted token. */
  exchangeMsOf(frame: Uint8Array): number;
  /** Day in India of its exchange time; `undefined` when it is no packet of a wanted token. */
  dateOf(frame: Uint8Array): SessionDate | undefined;
}

/** Peeks at frames of these instruments; with a session, at those of its day only. */
export function createFramePeek(
  instruments: readonly Pick<SessionInstrument, "token" | "exchangeType" | "isIndex">[],
  session?: SessionDate,
): FramePeek {
  const fromMs = session === undefined ? 0 : istMidnightMs(session);
  const toMs = session === undefined ? Number.POSITIVE_INFINITY : fromMs + DAY_MS;
  const slots = createTokenSlots(instruments);
  const register = createPacketRegister();
  const exchangeMsOf = (frame: Uint8Array): number => {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    if (decodePacket(view, 0, frame.byteLength, register) !== WELL_FORMED) return Number.NaN;
    const slot = slots.slotOf(view, 0);
    if (slot === NO_SLOT) return Number.NaN;
    const { exchangeMs } = register;
    const isOfDay = exchangeMs >= fromMs && exchangeMs < toMs;
    const isIndex = instruments[slot]?.isIndex === true;
    return isOfDay && isPlausible(register, isIndex) ? exchangeMs : Number.NaN;
  };
  return {
    exchangeMsOf,
    dateOf: (frame) => {
      const exchangeMs = exchangeMsOf(frame);
      return Number.isNaN(exchangeMs) ? undefined : istDateOf(exchangeMs);
    },
  };
}
