/**
 * `india recover`: minute candles by REST outside a running stream, for its last minutes or for a whole session.
 * They are landed as received; the next build decides which of them count.
 */
import type { MarketDataContext } from "#curation/market-context.ts";
import type { StreamWindow } from "../session/decide-start.ts";
import {
  type AskedInstrument,
  type RestTally,
  createRestMinutes,
  newestWholeMinuteMs,
} from "../session/rest-minutes.ts";
import type { SmartApi } from "../smartapi/smart-api.ts";

const MINUTE_MS = 60_000;

export type RecoverReport = RestTally & {
  readonly session: string;
  /** The stretch that was asked for, ISO in UTC; null when none of it has begun. */
  readonly from: string | null;
  readonly to: string | null;
};

/** Asks for the minutes of [fromMs, toMs], cut to the session's hours and to what has begun. */
export async function runRecoverJob(
  context: MarketDataContext,
  of: {
    readonly api: SmartApi;
    readonly instruments: readonly AskedInstrument[];
    readonly window: StreamWindow;
    readonly fromMs: number;
  },
): Promise<RecoverReport> {
  const { api, instruments, window } = of;
  const rest = createRestMinutes({ api, rawStore: context.rawStore });
  const fromMs = Math.max(of.fromMs, window.opensAt);
  const wholeMs = newestWholeMinuteMs(context.clock.wallMs());
  const toMs = Math.min(wholeMs, window.closesAt - MINUTE_MS);
  const isEmpty = toMs < fromMs;
  for (const [index, instrument] of instruments.entries()) {
    if (isEmpty) break;
    await rest.fetchMinutes(instrument, { fromMs, toMs });
    context.progress.step(instrument.symbol, index + 1, instruments.length);
  }
  const text = (instantMs: number): string | null =>
    isEmpty ? null : Temporal.Instant.fromEpochMilliseconds(instantMs).toString();
  return { ...rest.tally(), session: window.session, from: text(fromMs), to: text(toMs) };
}
