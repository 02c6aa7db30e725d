/**
 * The tokens of a session as the vendor hands them out, and when the session ends: by the token's own claim,
 * else at the next midnight in India. Pure.
 */
import { z } from "zod";
import type { EpochMs } from "#core/clock.ts";

export type SessionTokens = {
  /** Without `Bearer`. */
  readonly jwtToken: string;
  readonly refreshToken: string;
  readonly feedToken: string;
  readonly receivedAt: EpochMs;
  /** From then on it counts as ended. */
  readonly endsAt: EpochMs;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const IST_OFFSET_MS = 330 * MINUTE_MS;
/** No session lives longer, whatever its token claims. */
const SESSION_MS_MAX = 28 * HOUR_MS;
/** A session is left a little before its end, by no more than this share of its life. */
const MARGIN_MS_MAX = MINUTE_MS;
const MARGIN_SHARE = 0.1;

/** Tokens become headers: printable, without a blank. */
const token = z
  .string()
  .transform((text) => text.trim().replace(/^bearer\s+/i, ""))
  .pipe(z.string().regex(/^[\x21-\x7e]{1,8192}$/));
const loginData = z.looseObject({ jwtToken: token, refreshToken: token, feedToken: token });
/** A refresh replaces all three; one that was not sent again is kept. */
const refreshData = z.looseObject({
  jwtToken: token,
  refreshToken: token.optional(),
  feedToken: token.optional(),
});
const claims = z.looseObject({ exp: z.number().finite().positive() });

/** The tokens of a login; `undefined` when one of them is missing or none. */
export function tokensOfLogin(data: unknown, receivedAt: EpochMs): SessionTokens | undefined {
  const found = loginData.safeParse(data).data;
  if (found === undefined) return undefined;
  const { jwtToken, refreshToken, feedToken } = found;
  return { jwtToken, refreshToken, feedToken, receivedAt, endsAt: endOf(jwtToken, receivedAt) };
}

/** The tokens after a refresh; `undefined` when there is no new session token. */
export function tokensOfRefresh(
  data: unknown,
  before: SessionTokens,
  receivedAt: EpochMs,
): SessionTokens | undefined {
  const found = refreshData.safeParse(data).data;
  if (found === undefined) return undefined;
  const { jwtToken, refreshToken = before.refreshToken, feedToken = before.feedToken } = found;
  return { jwtToken, refreshToken, feedToken, receivedAt, endsAt: endOf(jwtToken, receivedAt) };
}

/**
 * When a session that began at `receivedAt` counts as ended. A claim that cannot be read, or lies in the
 * past, or farther away than a session can live, is no claim.
 */
export function endOf(jwtToken: string, receivedAt: EpochMs): EpochMs {
  const claimed = expiryOf(jwtToken);
  const isBelievable =
    claimed !== undefined && claimed > receivedAt && claimed <= receivedAt + SESSION_MS_MAX;
  const end = isBelievable ? claimed : nextIndianMidnight(receivedAt);
  const margin = Math.min(MARGIN_MS_MAX, (end - receivedAt) * MARGIN_SHARE);
  return (end - margin) as EpochMs;
}

/** The `exp` of a JWT in milliseconds. Its signature is the vendor's business. */
function expiryOf(jwtToken: string): number | undefined {
  const payload = jwtToken.split(".")[1] ?? "";
  try {
    const text = Buffer.from(payload, "base64url").toString("utf8");
    return (claims.safeParse(JSON.parse(text)).data?.exp ?? Number.NaN) * 1000;
  } catch {
    return undefined;
  }
}

function nextIndianMidnight(instant: EpochMs): number {
  const day = Math.floor((instant + IST_OFFSET_MS) / DAY_MS);
  return (day + 1) * DAY_MS - IST_OFFSET_MS;
}
