/**
 * The closed list of REST calls: method, path, whether it is made with the session's token, and the
 * vendor's limits for one client code. A call that is not here cannot be made (decision 18); nothing here
 * trades or reads an account's money.
 */

/** Calls allowed in a rolling second, minute and hour; null where none is published. */
export type RestLimits = {
  readonly perSecond: number;
  readonly perMinute: number | null;
  readonly perHour: number | null;
};

export type RestEndpoint = {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Whether the session's token goes with it. */
  readonly authorized: boolean;
  readonly limits: RestLimits;
};

/** Limits as the vendor's table has them; for candles a moderator corrected the minute to 180. */
export const REST_ENDPOINTS = {
  login: {
    method: "POST",
    path: "/rest/auth/angelbroking/user/v1/loginByPassword",
    authorized: false,
    limits: { perSecond: 1, perMinute: null, perHour: null },
  },
  refresh: {
    method: "POST",
    path: "/rest/auth/angelbroking/jwt/v1/generateTokens",
    authorized: true,
    limits: { perSecond: 1, perMinute: null, perHour: 1000 },
  },
  profile: {
    method: "GET",
    path: "/rest/secure/angelbroking/user/v1/getProfile",
    authorized: true,
    limits: { perSecond: 3, perMinute: null, perHour: 1000 },
  },
  logout: {
    method: "POST",
    path: "/rest/secure/angelbroking/user/v1/logout",
    authorized: true,
    limits: { perSecond: 1, perMinute: null, perHour: null },
  },
  candles: {
    method: "POST",
    path: "/rest/secure/angelbroking/historical/v1/getCandleData",
    authorized: true,
    limits: { perSecond: 3, perMinute: 180, perHour: 5000 },
  },
  quote: {
    method: "POST",
    path: "/rest/secure/angelbroking/market/v1/quote/",
    authorized: true,
    limits: { perSecond: 10, perMinute: 500, perHour: 5000 },
  },
} as const satisfies Record<string, RestEndpoint>;

export type RestEndpointName = keyof typeof REST_ENDPOINTS;

/**
 * The limits under which calls are made. Candles go at the operator's pace; who sets one above the
 * published limit (a simulator's operator) raises minute and hour with it.
 */
export function limitsOf(name: RestEndpointName, candleCallsPerSecond: number): RestLimits {
  if (name !== "candles") return REST_ENDPOINTS[name].limits;
  const published = REST_ENDPOINTS.candles.limits;
  const scale = Math.max(1, candleCallsPerSecond / published.perSecond);
  return {
    perSecond: candleCallsPerSecond,
    perMinute: Math.floor(published.perMinute * scale),
    perHour: Math.floor(published.perHour * scale),
  };
}
