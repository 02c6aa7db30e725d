/**
 * Deals the wanted tokens out to the vendor's connections, before any is made: three connections of a
 * thousand token-modes each, one mode a token. Pure.
 */
import { MeridianError } from "#core/meridian-error.ts";
import type { StreamUse, WantedToken } from "../ticks/tick-source.ts";

/** What the vendor allows one client code. */
const CONNECTIONS_MAX = 3;
export const TOKENS_PER_CONNECTION_MAX = 1000;
const TOKENS_MAX = CONNECTIONS_MAX * TOKENS_PER_CONNECTION_MAX;

export type StreamPlan = {
  /** Tokens of each connection, in the order in which they were wanted; repeated ones count once. */
  readonly connections: readonly (readonly WantedToken[])[];
  readonly use: StreamUse;
};

/** Fills one connection before it opens the next. @throws STREAM_TOO_LARGE */
export function planStream(wanted: readonly WantedToken[]): StreamPlan {
  const tokens = [
    ...new Map(wanted.map((each) => [`${each.exchangeType}:${each.token}`, each])).values(),
  ];
  if (tokens.length > TOKENS_MAX) {
    throw new MeridianError("STREAM_TOO_LARGE", {
      message: `${tokens.length} tokens are wanted, ${CONNECTIONS_MAX} connections of ${TOKENS_PER_CONNECTION_MAX} carry ${TOKENS_MAX}`,
      facts: { wanted: tokens.length, allowed: TOKENS_MAX },
    });
  }
  const connections: WantedToken[][] = [];
  for (let at = 0; at < tokens.length; at += TOKENS_PER_CONNECTION_MAX) {
    connections.push(tokens.slice(at, at + TOKENS_PER_CONNECTION_MAX));
  }
  const headroom = TOKENS_MAX - tokens.length;
  const use = { tokens: tokens.length, headroom, connections: connections.length };
  return { connections, use };
}
