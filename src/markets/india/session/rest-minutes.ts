/**
 * Minute and daily candles that the session asks the vendor for by REST and lands in raw: what a start missed,
 * what fails while the socket is unusable, and the whole day after the close. One call at a time; the
 * limits are the adapter's. Which minutes count is decided when the day is built.
 */
import { MeridianError } from "#core/meridian-error.ts";
import type { SessionDate } from "#core/session-date.ts";
import type { RawStore } from "#ingestion/raw-store.ts";
import type { CandleAnswer, SmartApi } from "../smartapi/smart-api.ts";
import { SMARTAPI } from "../smartapi/smartapi-source.ts";

/** What is asked about; a session's instrument fits. */
export type AskedInstrument = { readonly symbol: string; readonly token: string };

export type RestFailureNote = {
  readonly symbol: string;
  readonly what: string;
  readonly says: string;
};

/** What was asked and came, for the summary. */
export type RestTally = {
  readonly asked: number;
  readonly landed: number;
  readonly rows: number;
  readonly failures: number;
  /** The first of them. */
  readonly failed: readonly RestFailureNote[];
};

export interface RestMinutes {
  /** Asks for the minutes of [fromMs, toMs] and lands what comes; resolves to whether it came. */
  fetchMinutes(
    instrument: AskedInstrument,
    range: { readonly fromMs: number; readonly toMs: number },
  ): Promise<boolean>;
  /** Asks for the day's bar. `newestSession`: the session whose row is whole on receipt, if any. */
  fetchDay(
    instrument: AskedInstrument,
    session: SessionDate,
    newestSession: SessionDate | null,
  ): Promise<boolean>;
  tally(): RestTally;
}

const MINUTE_MS = 60_000;

/**
 * When the newest minute began that is over at `atMs`. A minute that still runs is never asked for: the
 * vendor's candle of it is whole in nothing but its form.
 */
export function newestWholeMinuteMs(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
}

/** Failures that the summary spells out. */
const FAILED_LISTED_MAX = 100;

/** Makes the asker of one session. */
export function createRestMinutes(options: {
  readonly api: SmartApi;
  readonly rawStore: RawStore;
}): RestMinutes {
  const { api, rawStore } = options;
  const failed: RestFailureNote[] = [];
  let asked = 0;
  let landed = 0;
  let rows = 0;
  let failures = 0;

  /** A landing that fails costs one answer, never the session. */
  const take = (
    instrument: AskedInstrument,
    what: string,
    answer: CandleAnswer,
    newestSession: SessionDate | null,
  ): boolean => {
    try {
      return land(instrument, what, answer, newestSession);
    } catch (cause) {
      if (!(cause instanceof MeridianError)) throw cause;
      note(instrument, what, `${cause.code}: ${cause.message}`);
      return false;
    }
  };
  const note = (instrument: AskedInstrument, what: string, says: string): void => {
    failures += 1;
    if (failed.length < FAILED_LISTED_MAX) failed.push({ symbol: instrument.symbol, what, says });
  };
  const land = (
    instrument: AskedInstrument,
    what: string,
    answer: CandleAnswer,
    newestSession: SessionDate | null,
  ): boolean => {
    asked += 1;
    if (answer.outcome !== "data") {
      note(instrument, what, `${answer.outcome}: ${answer.detail}`);
      // Of a name it does not know the vendor has nothing; it did answer.
      return answer.outcome === "UNKNOWN_SYMBOL";
    }
    const { call, bytes, synthetic, receivedAt, bars } = answer;
    // An answer without rows is an answer, and nothing to keep.
    if (bars.length === 0) return true;
    rawStore.land({
      kind: call.kind,
      source: SMARTAPI,
      synthetic,
      endpoint: { name: call.name, params: call.params },
      symbol: call.symbol,
      fetchedAt: receivedAt,
      format: "json",
      bytes,
      rows: bars.length,
      newestSession,
    });
    landed += 1;
    rows += bars.length;
    return true;
  };
  return {
    fetchMinutes: async (instrument, range) =>
      take(instrument, "minutes", await api.fetchMinutes(instrument, range), null),
    fetchDay: async (instrument, session, newestSession) => {
      const answer = await api.fetchDaily(instrument, { from: session, to: session });
      return take(instrument, "day", answer, newestSession);
    },
    tally: () => ({ asked, landed, rows, failures, failed }),
  };
}
