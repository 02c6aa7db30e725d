/** Quotes over REST: the newest packet of each token at the feed's event time, in rupees. */
import { z } from "zod";
import { newestRowOf, type TickTimeline } from "../synthetic-market/tick-columns.ts";
import { timeOfDay } from "../synthetic-market/tick-session.ts";
import { dayTruthOf } from "../synthetic-market/tick-truth.ts";
import { type Reply, applicationError, successReply } from "./vendor-replies.ts";

const TOKENS_MAX = 50;
const PAISE_PER_RUPEE = 100;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const CIRCUIT_SHARE = 0.1;
const YEAR_SHARE = 0.3;

const requestSchema = z.looseObject({
  mode: z.enum(["LTP", "OHLC", "FULL"]),
  exchangeTokens: z.record(z.string(), z.array(z.string())),
});

/** Answers one request of at most 50 tokens; a token nobody knows is in `unfetched`. */
export function answerQuotes(timeline: TickTimeline, rowsPassed: number, body: unknown): Reply {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return applicationError("AB1004");
  const { mode, exchangeTokens } = parsed.data;
  const asked = Object.entries(exchangeTokens).flatMap(([exchange, tokens]) =>
    tokens.map((symbolToken) => ({ exchange, symbolToken })),
  );
  if (asked.length > TOKENS_MAX) return applicationError("AB1004");
  const fetched: unknown[] = [];
  const unfetched: unknown[] = [];
  for (const { exchange, symbolToken } of asked) {
    const token = timeline.instruments.findIndex((one) => one.token === symbolToken);
    const row = token < 0 ? undefined : newestRowOf(timeline, token, rowsPassed);
    if (exchange !== "NSE" || row === undefined) {
      unfetched.push({ exchange, symbolToken, message: "Symbol Not Found", errorCode: "AB1009" });
    } else {
      fetched.push(quoteOf(timeline, { token, row, rowsPassed, mode }));
    }
  }
  return successReply({ fetched, unfetched });
}

function quoteOf(
  timeline: TickTimeline,
  at: {
    readonly token: number;
    readonly row: number;
    readonly rowsPassed: number;
    readonly mode: "LTP" | "OHLC" | "FULL";
  },
): Record<string, unknown> {
  const { token, row, mode } = at;
  const instrument = timeline.instruments[token];
  const rupees = (paise: number): number => Math.round(paise) / PAISE_PER_RUPEE;
  const last = timeline.price[row] ?? 0;
  const previous = timeline.days[token]?.previousClose ?? 0;
  const named = {
    exchange: "NSE",
    tradingSymbol: instrument?.symbol ?? "",
    symbolToken: instrument?.token ?? "",
    ltp: rupees(last),
  };
  if (mode === "LTP") return named;
  const day = dayTruthOf(timeline, token, at.rowsPassed);
  const prices = {
    ...named,
    open: rupees(day?.open ?? 0),
    high: rupees(day?.high ?? 0),
    low: rupees(day?.low ?? 0),
    close: rupees(previous),
  };
  if (mode === "OHLC") return prices;
  const stamp = vendorStamp(timeline.session.date, timeline.second[row] ?? 0);
  return {
    ...prices,
    lastTradeQty: timeline.quantity[row] ?? 0,
    exchFeedTime: stamp,
    exchTradeTime: stamp,
    netChange: rupees(last - previous),
    percentChange: Math.round(((last - previous) / previous) * 10_000) / 100,
    avgPrice: rupees(timeline.average[row] ?? 0),
    tradeVolume: timeline.volume[row] ?? 0,
    opnInterest: 0,
    lowerCircuit: rupees(previous * (1 - CIRCUIT_SHARE)),
    upperCircuit: rupees(previous * (1 + CIRCUIT_SHARE)),
    totBuyQuan: 0,
    totSellQuan: 0,
    "52WeekLow": rupees(previous * (1 - YEAR_SHARE)),
    "52WeekHigh": rupees(previous * (1 + YEAR_SHARE)),
    depth: { buy: [], sell: [] },
  };
}

/** `21-Jun-2023 10:46:10`, India's wall clock. */
function vendorStamp(date: string, second: number): string {
  const [year, month, day] = date.split("-");
  return `${day}-${MONTHS[Number(month) - 1]}-${year} ${timeOfDay(second)}`;
}
