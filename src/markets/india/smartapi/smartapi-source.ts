/**
 * Candles of SmartAPI as a `MarketDataSource`: one request a call, the session's token as the key. Tries,
 * permits and renewals stand above it (`data-calls.ts`).
 */
import { assert } from "#core/assert.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import type { CallAnswer, MarketDataSource, VendorCall } from "#ingestion/market-data-source.ts";
import { BAD_DAY, type BarTable } from "#lake/bar-table.ts";
import {
  type RestConnection,
  type RestData,
  type RestFailure,
  askSmartApi,
  refuseData,
} from "./ask-smartapi.ts";
import { CANDLE_CALL, type CandleInterval } from "./candle-call.ts";
import { parseCandleData } from "./parse-candles.ts";

/** The name of the vendor in receipts. */
export const SMARTAPI = "smartapi";

/** Makes the source. It keeps nothing between calls. */
export function openSmartApiSource(connection: RestConnection): MarketDataSource {
  return {
    vendor: SMARTAPI,
    fetchCall: async (call, key): Promise<CallAnswer> => {
      const answer = await askForCandles(connection, call, key, [key]);
      if (answer.outcome !== "data") {
        const { outcome, detail, bytes, sha256, retryAfterMs, receivedAt } = answer;
        return { outcome, detail, bytes, sha256, retryAfterMs, receivedAt };
      }
      const { bytes, synthetic, receivedAt, bars } = answer;
      const { newest, oldest } = daysOf(bars);
      return {
        outcome: "data",
        bytes,
        format: "json",
        synthetic,
        receivedAt,
        rows: bars.length,
        newestDate: newest === BAD_DAY ? null : dateOfDayNumber(newest),
        oldestDate: oldest === BAD_DAY ? null : dateOfDayNumber(oldest),
      };
    },
  };
}

export type CandleData = RestData & { readonly bars: BarTable; readonly flagged: number };

/** Asks once for candles and reads them. */
export async function askForCandles(
  connection: RestConnection,
  call: VendorCall,
  jwtToken: string,
  secrets: readonly string[],
): Promise<CandleData | RestFailure> {
  assert(call.name === CANDLE_CALL, "SmartAPI is asked for candles");
  const interval: CandleInterval = call.kind === "daily" ? "ONE_DAY" : "ONE_MINUTE";
  const answer = await askSmartApi(connection, {
    endpoint: "candles",
    body: call.params,
    jwtToken,
    secrets,
  });
  if (answer.outcome !== "data") return answer;
  const parsed = parseCandleData(answer.data, interval);
  if (parsed.outcome === "problem") return refuseData(answer, parsed.says);
  const { bars, flagged } = parsed;
  if (bars.length > 0 && daysOf(bars).newest === BAD_DAY) {
    return refuseData(answer, `none of the ${bars.length} rows has a date that can be read`);
  }
  return { ...answer, bars, flagged };
}

/** Newest and oldest day of the rows; `BAD_DAY` when none can be read. */
function daysOf(bars: BarTable): { readonly newest: number; readonly oldest: number } {
  let newest = BAD_DAY;
  let oldest = BAD_DAY;
  for (const day of bars.day.subarray(0, bars.length)) {
    if (day === BAD_DAY) continue;
    newest = Math.max(newest, day);
    oldest = oldest === BAD_DAY ? day : Math.min(oldest, day);
  }
  return { newest, oldest };
}
