/** The plan of a streamed session: the calendar's hours and the instruments that have a token. Pure. */
import type { Settings } from "#contracts/settings.ts";
import type { ResolvedInstrument } from "../instruments/resolve-instruments.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import type { StreamWindow } from "./decide-start.ts";

const MINUTE_MS = 60_000;

/** The plan of a window. Nobody takes part in an auction that the session does not have. */
export function planSession(of: {
  readonly window: StreamWindow;
  readonly settings: Settings;
  readonly clock: SessionPlan["clock"];
  readonly instruments: readonly ResolvedInstrument[];
  /** The connection that carries a token. */
  readonly connectionOf: (token: string) => number;
}): SessionPlan {
  const { window, settings, clock, instruments, connectionOf } = of;
  const minuteOf = (instant: number): number => Math.floor(instant / MINUTE_MS);
  const { auction } = window;
  return {
    session: window.session,
    mode: settings.india.vendor.mode,
    openMinute: minuteOf(window.opensAt),
    closeMinute: minuteOf(window.closesAt),
    auction:
      auction === null
        ? null
        : { fromMinute: minuteOf(auction.from), toMinute: minuteOf(auction.to) },
    sealDelayMs: settings.thresholds.india_seal_delay_ms,
    clock,
    instruments: instruments.map((one) => ({
      symbol: one.symbol,
      token: one.token,
      exchangeType: one.exchangeType,
      isIndex: one.isIndex,
      hasAuction: one.hasAuction && auction !== null,
      connection: connectionOf(one.token),
    })),
  };
}
