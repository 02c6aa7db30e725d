/**
 * SmartAPI's REST side as one object: the session, candles and quotes, inside the limits, with bounded tries
 * and one renewal of the session a call. Landing what came is the caller's; the socket is
 * `smartapi-stream-client.ts`'s.
 */
import type { DatabaseSync } from "node:sqlite";
import type { IndiaVendorSettings } from "#contracts/settings.ts";
import { assert } from "#core/assert.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import type { RandomSource } from "#core/random.ts";
import type { SessionDate } from "#core/session-date.ts";
import type { CallFailure, VendorCall } from "#ingestion/market-data-source.ts";
import type { BarTable } from "#lake/bar-table.ts";
import type { SecretMask } from "#platform/secrets.ts";
import { type RestConnection, askSmartApi, refuseData } from "./ask-smartapi.ts";
import { type CandleInstrument, dailyCall, minuteCall } from "./candle-call.ts";
import { createDataCaller } from "./data-calls.ts";
import { type Quote, type UnfetchedQuote, parseQuoteData } from "./parse-quotes.ts";
import { openRestLimiter } from "./rest-limiter-store.ts";
import {
  type SmartApiCredentials,
  type SmartApiLog,
  type SmartApiSession,
  createSmartApiSession,
} from "./smartapi-session.ts";
import { askForCandles } from "./smartapi-source.ts";

/** Why nothing came, after every try that was worth making. */
export type NoAnswer = {
  readonly outcome: CallFailure;
  /** Masked; begins with `not asked` when the vendor was not asked at all. */
  readonly detail: string;
  readonly call: VendorCall | null;
};

export type CandleAnswer =
  | {
      readonly outcome: "data";
      /** What was asked: `kind`, `name`, `params` and `symbol` of the receipt. */
      readonly call: VendorCall;
      /** As received, to be landed as JSON. */
      readonly bytes: Uint8Array;
      readonly synthetic: boolean;
      readonly receivedAt: EpochMs;
      /** No rows: the vendor has none for the range. */
      readonly bars: BarTable;
      /** Rows that could not be read whole; they are in `bars` with their flags. */
      readonly flagged: number;
    }
  | NoAnswer;

export type QuoteAnswer =
  | {
      readonly outcome: "data";
      readonly synthetic: boolean;
      readonly receivedAt: EpochMs;
      readonly quotes: readonly Quote[];
      readonly unfetched: readonly UnfetchedQuote[];
    }
  | NoAnswer;

/**
 * Contract, caller: holds the session lock; logs out at the end. Contract, implementer: data calls throw
 * nothing that vendor, network or session do, and end within about a minute even when nothing answers.
 */
export interface SmartApi {
  readonly session: SmartApiSession;
  /** One-minute bars that start in [fromMs, toMs], at most 30 days. */
  fetchMinutes(
    instrument: CandleInstrument,
    range: { readonly fromMs: number; readonly toMs: number },
  ): Promise<CandleAnswer>;
  /** Daily bars of the days [from, to], at most 2000: `planDailyPages` cuts longer ranges. */
  fetchDaily(
    instrument: CandleInstrument,
    range: { readonly from: SessionDate; readonly to: SessionDate },
  ): Promise<CandleAnswer>;
  /** Full quotes of at most `QUOTE_TOKENS_MAX` tokens on NSE. */
  fetchQuotes(tokens: readonly string[]): Promise<QuoteAnswer>;
}

export type SmartApiOptions = {
  readonly settings: IndiaVendorSettings;
  readonly credentials: SmartApiCredentials;
  /** The market's state file: calls are counted there. */
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Masks all secrets of the operator. */
  readonly mask: SecretMask;
  readonly log: SmartApiLog;
};

/** Tokens of one quote call. */
const QUOTE_TOKENS_MAX = 50;

/** Opens the REST side; nothing is asked yet. */
export function openSmartApi(options: SmartApiOptions): SmartApi {
  const { settings, credentials, database, clock, random, mask, log } = options;
  const connection: RestConnection = {
    baseUrl: settings.rest_url,
    apiKey: credentials.apiKey,
    timeoutMs: settings.timeout_seconds * 1000,
    clock,
    mask,
  };
  const limiter = openRestLimiter({
    database,
    clientCode: credentials.clientCode,
    candleCallsPerSecond: settings.candle_calls_per_second,
    clock,
  });
  const session = createSmartApiSession({
    connection,
    credentials,
    limiter,
    clock,
    random,
    mask,
    log,
  });
  const callData = createDataCaller({ session, limiter, clock, random, log });

  const fetchCandles = async (call: VendorCall): Promise<CandleAnswer> => {
    const answer = await callData("candles", (jwtToken, secrets) =>
      askForCandles(connection, call, jwtToken, secrets),
    );
    if (answer.outcome !== "data") return { outcome: answer.outcome, detail: answer.detail, call };
    const { bytes, synthetic, receivedAt, bars, flagged } = answer;
    return { outcome: "data", call, bytes, synthetic, receivedAt, bars, flagged };
  };

  return {
    session,
    fetchMinutes: (instrument, range) => fetchCandles(minuteCall(instrument, range)),
    fetchDaily: (instrument, range) => fetchCandles(dailyCall(instrument, range)),
    fetchQuotes: async (tokens) => {
      assert(tokens.length <= QUOTE_TOKENS_MAX, `at most ${QUOTE_TOKENS_MAX} tokens a quote call`);
      const body = { mode: "FULL", exchangeTokens: { NSE: tokens } };
      const answer = await callData("quote", async (jwtToken, secrets) => {
        const received = await askSmartApi(connection, {
          endpoint: "quote",
          body,
          jwtToken,
          secrets,
        });
        if (received.outcome !== "data") return received;
        const parsed = parseQuoteData(received.data);
        if (parsed.outcome === "problem") return refuseData(received, parsed.says);
        return { ...received, quotes: parsed.quotes, unfetched: parsed.unfetched };
      });
      if (answer.outcome !== "data") {
        return { outcome: answer.outcome, detail: answer.detail, call: null };
      }
      const { synthetic, receivedAt, quotes, unfetched } = answer;
      return { outcome: "data", synthetic, receivedAt, quotes, unfetched };
    },
  };
}
