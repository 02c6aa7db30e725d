/** What the tests of the look-alike share: a small market, a caller of REST, and a raw client of the socket. */
import { WebSocket } from "ws";
import { z } from "zod";
import { sessionDate } from "#core/session-date.ts";
import { buildIndiaMarket } from "../synthetic-market/india-market.ts";
import { indiaStockNames } from "../synthetic-market/india-roster.ts";
import { smallIndiaCalendar } from "../synthetic-market/small-india-calendar.ts";
import { regularTickSession } from "../synthetic-market/tick-session.ts";
import {
  type SmartApiAddresses,
  type SmartApiSimulator,
  type SmartApiSimulatorOptions,
  startSmartApiSimulator,
} from "./smartapi-server.ts";
import { totpAt } from "./totp.ts";
import { SIMULATED_CREDENTIALS } from "./vendor-accounts.ts";

export const TEST_DATE = "2026-06-12";
export const LOGIN_PATH = "/rest/auth/angelbroking/user/v1/loginByPassword";
export const REFRESH_PATH = "/rest/auth/angelbroking/jwt/v1/generateTokens";
export const PROFILE_PATH = "/rest/secure/angelbroking/user/v1/getProfile";
export const LOGOUT_PATH = "/rest/secure/angelbroking/user/v1/logout";
export const CANDLES_PATH = "/rest/secure/angelbroking/historical/v1/getCandleData";
export const QUOTE_PATH = "/rest/secure/angelbroking/market/v1/quote/";

const market = buildIndiaMarket({
  seed: 7,
  calendar: smallIndiaCalendar(),
  stocks: indiaStockNames(6),
});
/** Tokens of the test's market: five indices, six stocks. */
export const TEST_TOKENS = market.instruments.map(({ token }) => token);
/** Tokens of its stocks that tick often. */
export const BUSY_STOCKS = market.instruments
  .filter(({ kind, activity }) => kind === "stock" && activity > 0.4)
  .map(({ token }) => token);

/** A server without limits of calls, on an ordinary session, unless told otherwise. */
export function startTestSimulator(
  options: Partial<SmartApiSimulatorOptions> = {},
): Promise<SmartApiSimulator> {
  return startSmartApiSimulator({
    market,
    session: regularTickSession(sessionDate(TEST_DATE)),
    packetsPerMinute: 6,
    rateLimits: false,
    waitForTokens: TEST_TOKENS.length,
    ...options,
  });
}

export type Called = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; `undefined` when it is no JSON. */
  readonly json: unknown;
};

/** One call over REST with the simulated key. */
export async function call(
  simulator: SmartApiAddresses,
  path: string,
  options: {
    readonly body?: unknown;
    readonly jwt?: string | undefined;
    readonly apiKey?: string | undefined;
  } = {},
): Promise<Called> {
  const { body, jwt, apiKey = SIMULATED_CREDENTIALS.apiKey } = options;
  const response = await fetch(simulator.restUrl + path, {
    method: path === PROFILE_PATH ? "GET" : "POST",
    headers: {
      "content-type": "application/json",
      "x-privatekey": apiKey,
      connection: "close",
      ...(jwt === undefined ? {} : { authorization: `Bearer ${jwt}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
}

const tokensSchema = z.looseObject({
  data: z.looseObject({
    jwtToken: z.string(),
    refreshToken: z.string(),
    feedToken: z.string(),
  }),
});
export type Tokens = z.output<typeof tokensSchema>["data"];

/** The body of a login that is right. */
export function loginBody(): { clientcode: string; password: string; totp: string } {
  const { clientCode, pin, totpSecret } = SIMULATED_CREDENTIALS;
  return { clientcode: clientCode, password: pin, totp: totpAt(totpSecret, Date.now()) };
}

/** Logs in and returns the three tokens. */
export async function login(simulator: SmartApiAddresses): Promise<Tokens> {
  const { json } = await call(simulator, LOGIN_PATH, { body: loginBody() });
  return tokensSchema.parse(json).data;
}

/** The three tokens of an answer. */
export function tokensOf(answer: Called): Tokens {
  return tokensSchema.parse(answer.json).data;
}

/** A client of the socket that keeps what it receives. */
export interface RawClient {
  readonly websocket: WebSocket;
  readonly packets: Buffer[];
  readonly texts: string[];
  readonly pongs: Buffer[];
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
  subscribe(tokens: readonly string[], mode?: number): void;
  unsubscribe(tokens: readonly string[], mode?: number): void;
  close(): void;
}

/** Connects by headers; rejects with `status: message` when it is refused. */
export function connect(simulator: SmartApiAddresses, tokens: Tokens): Promise<RawClient> {
  const websocket = new WebSocket(simulator.streamUrl, {
    perMessageDeflate: false,
    headers: {
      authorization: `Bearer ${tokens.jwtToken}`,
      "x-api-key": SIMULATED_CREDENTIALS.apiKey,
      "x-client-code": SIMULATED_CREDENTIALS.clientCode,
      "x-feed-token": tokens.feedToken,
    },
  });
  return opened(websocket);
}

/** Wraps a socket and waits until it is open. */
export function opened(websocket: WebSocket): Promise<RawClient> {
  const packets: Buffer[] = [];
  const texts: string[] = [];
  const pongs: Buffer[] = [];
  const closed = new Promise<void>((resolve) => websocket.once("close", () => resolve()));
  websocket.on("message", (data, isBinary) => {
    if (!Buffer.isBuffer(data)) return;
    if (isBinary) packets.push(data);
    else texts.push(data.toString("utf8"));
  });
  websocket.on("pong", (data) => pongs.push(data));
  const ask = (action: number, tokenList: readonly string[], mode: number): void =>
    websocket.send(
      JSON.stringify({
        correlationID: "abcde12345",
        action,
        params: { mode, tokenList: [{ exchangeType: 1, tokens: tokenList }] },
      }),
    );
  const client: RawClient = {
    websocket,
    packets,
    texts,
    pongs,
    closed,
    subscribe: (tokenList, mode = 2) => ask(1, tokenList, mode),
    unsubscribe: (tokenList, mode = 2) => ask(0, tokenList, mode),
    close: () => websocket.terminate(),
  };
  return new Promise((resolve, reject) => {
    websocket.once("open", () => resolve(client));
    websocket.once("unexpected-response", (_request, response) => {
      response.resume();
      const says = response.headers["x-error-message"];
      reject(new Error(`${response.statusCode}: ${String(says)}`));
    });
    websocket.on("error", reject);
  });
}

/** Fields of a packet, read by offsets written here a second time. */
export function readPacket(packet: Buffer): {
  readonly mode: number;
  readonly token: string;
  readonly sequence: number;
  readonly timeMs: number;
  readonly price: number;
  readonly volume: number;
} {
  return {
    mode: packet.readUInt8(0),
    token: packet.toString("utf8", 2, 27).replace(/\0.*$/, ""),
    sequence: Number(packet.readBigInt64LE(27)),
    timeMs: Number(packet.readBigInt64LE(35)),
    price: Number(packet.readBigInt64LE(43)),
    volume: packet.length > 51 ? Number(packet.readBigInt64LE(67)) : 0,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
