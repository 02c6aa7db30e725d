/**
 * The texts of the market-data socket: requests to subscribe and unsubscribe, the heartbeat, and what the
 * vendor says in text. Ticks are binary and never read here. Pure.
 */
import { z } from "zod";
import type { WantedToken } from "../ticks/tick-source.ts";

/** The vendor's numbers of the modes. */
export const STREAM_MODES = { ltp: 1, quote: 2, snap_quote: 3 } as const;
export type StreamMode = keyof typeof STREAM_MODES;

export const PING = "ping";
const PONG = "pong";

const ACTIONS = { subscribe: 1, unsubscribe: 0 } as const;
/** Tokens of one request; more are asked for in several, so that one bad request takes few along. */
const TOKENS_PER_REQUEST_MAX = 250;
const CORRELATION_LENGTH = 10;
const SAYS_MAX = 300;

const errorFrame = z.looseObject({
  correlationID: z.unknown().optional(),
  errorCode: z.union([z.string(), z.number()]),
  errorMessage: z.unknown().optional(),
});

/** What a text frame of the vendor is. */
export type StreamText =
  | { readonly kind: "pong" }
  /** E1001 invalid payload, E1002 subscription limit exceeded. */
  | { readonly kind: "error"; readonly code: string; readonly says: string }
  | { readonly kind: "other"; readonly says: string };

/** The requests that (un)subscribe all of these tokens in one mode. */
export function subscriptionRequests(
  action: keyof typeof ACTIONS,
  mode: StreamMode,
  tokens: readonly WantedToken[],
): string[] {
  const requests: string[] = [];
  for (let at = 0; at < tokens.length; at += TOKENS_PER_REQUEST_MAX) {
    const group = tokens.slice(at, at + TOKENS_PER_REQUEST_MAX);
    const byExchange = Map.groupBy(group, ({ exchangeType }) => exchangeType);
    const tokenList = [...byExchange].map(([exchangeType, wanted]) => ({
      exchangeType,
      tokens: wanted.map(({ token }) => token),
    }));
    const correlationID = `${action.slice(0, 3)}${requests.length + 1}`.padEnd(
      CORRELATION_LENGTH,
      "0",
    );
    const params = { mode: STREAM_MODES[mode], tokenList };
    requests.push(JSON.stringify({ correlationID, action: ACTIONS[action], params }));
  }
  return requests;
}

/** Reads a text frame. Never throws, whatever it holds. */
export function parseStreamText(text: string): StreamText {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === PONG) return { kind: "pong" };
  const found = errorFrame.safeParse(parseJson(trimmed)).data;
  if (found === undefined) return { kind: "other", says: trimmed.slice(0, SAYS_MAX) };
  const code = String(found.errorCode);
  const message = typeof found.errorMessage === "string" ? found.errorMessage : "no message";
  return { kind: "error", code, says: `${code}: ${message}`.slice(0, SAYS_MAX) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
