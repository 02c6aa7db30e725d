/**
 * Says when a minute is to be sealed: some time after its end on the session's clock (decision 15). With
 * `--clock feed` that clock is the packets' exchange time, and a seal falls behind the frame that reached
 * it, so that a session pressed into seconds seals as one in real time. Writing seals is the stream's.
 */
import { createFramePeek } from "../ticks/frame-peek.ts";
import { MINUTE_MS } from "../ticks/exchange-time.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";

/** A seal that is to be written to the tick log. */
export type SealDue =
  | { readonly kind: "minute"; readonly minute: number }
  | { readonly kind: "auction" };

/** How far a session is sealed: `openMinute - 1` when no minute is. */
export type SealState = { readonly throughMinute: number; readonly isAuctionSealed: boolean };

type SealHours = Pick<SessionPlan, "openMinute" | "closeMinute" | "auction" | "sealDelayMs">;

/** A longer leap of exchange time is believed when a second packet confirms it. */
const LEAP_MS_MAX = 300_000;
const NONE: readonly SealDue[] = [];

/** The next seal that is due by this time of the session's clock; `null` when none is. */
export function nextSealDue(plan: SealHours, state: SealState, clockMs: number): SealDue | null {
  const { closeMinute, auction, sealDelayMs } = plan;
  const isOver = (endMinute: number): boolean => clockMs >= endMinute * MINUTE_MS + sealDelayMs;
  const minute = state.throughMinute + 1;
  if (minute < closeMinute && isOver(minute + 1)) return { kind: "minute", minute };
  if (auction !== null && !state.isAuctionSealed && isOver(auction.toMinute)) {
    return { kind: "auction" };
  }
  return null;
}

/** All seals that are due, in order, and the state once they are written. */
export function sealsDue(
  plan: SealHours,
  state: SealState,
  clockMs: number,
): { readonly seals: readonly SealDue[]; readonly state: SealState } {
  const seals: SealDue[] = [];
  let reached = state;
  for (;;) {
    const due = nextSealDue(plan, reached, clockMs);
    if (due === null) return { seals: seals.length === 0 ? NONE : seals, state: reached };
    seals.push(due);
    reached =
      due.kind === "minute"
        ? { ...reached, throughMinute: due.minute }
        : { ...reached, isAuctionSealed: true };
  }
}

/** What remains to be sealed when the session is over or ends here, whatever the clock says. */
export function sealsRemaining(plan: SealHours, state: SealState): readonly SealDue[] {
  return sealsDue(plan, state, Number.POSITIVE_INFINITY).seals;
}

export interface FeedSealer {
  /** The seals to be written behind this frame, mostly none. Every frame is shown once, in its order. */
  afterFrame(frame: Uint8Array): readonly SealDue[];
  /** Exchange time that the feed has reached, epoch milliseconds; 0 before it is known. */
  feedMs(): number;
}

/** Follows the exchange time of a session whose clock is the feed; `state` is what the log has sealed. */
export function createFeedSealer(plan: SessionPlan, state: SealState): FeedSealer {
  const peek = createFramePeek(plan.instruments, plan.session);
  let reached = state;
  let feedMs = 0;
  let leapMs = 0;
  let nextMs = nextSealMs(plan, reached);

  /** Packets of the session's day move the time; a lone one that leaps ahead does not. */
  const advance = (exchangeMs: number): boolean => {
    if (Number.isNaN(exchangeMs)) return false;
    if (exchangeMs <= feedMs + LEAP_MS_MAX) {
      leapMs = 0;
      if (exchangeMs <= feedMs) return false;
      feedMs = exchangeMs;
      return true;
    }
    const before = leapMs;
    leapMs = exchangeMs;
    if (before === 0) return false;
    const isConfirmed = exchangeMs <= before + LEAP_MS_MAX;
    feedMs = isConfirmed ? Math.max(before, exchangeMs) : before;
    if (isConfirmed) leapMs = 0;
    return true;
  };
  return {
    afterFrame: (frame) => {
      if (!advance(peek.exchangeMsOf(frame)) || feedMs < nextMs) return NONE;
      const due = sealsDue(plan, reached, feedMs);
      reached = due.state;
      nextMs = nextSealMs(plan, reached);
      return due.seals;
    },
    feedMs: () => feedMs,
  };
}

/** Time of the next seal; Infinity when all are written. */
function nextSealMs({ closeMinute, auction, sealDelayMs }: SealHours, state: SealState): number {
  const minute = state.throughMinute + 1;
  const ends = [
    ...(minute < closeMinute ? [minute + 1] : []),
    ...(auction !== null && !state.isAuctionSealed ? [auction.toMinute] : []),
  ];
  return Math.min(...ends) * MINUTE_MS + sealDelayMs;
}
