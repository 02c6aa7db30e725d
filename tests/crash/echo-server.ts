/**
 * A vendor that spells the caller's key wherever a server can write: bodies, headers, status lines, broken
 * and endless answers. No answer of it is data.
 */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { gzipSync } from "node:zlib";

/** What an answer is made from: the key, and the request line as it came. */
type Caller = { readonly key: string; readonly requestLine: string };
type Echo = (caller: Caller, response: ServerResponse) => void;

export interface EchoServer {
  readonly baseUrl: string;
  /** Answers `rotate` through all ways, or with one way only. */
  answerWith(name: EchoName | "rotate"): void;
  /** How often each way was used. */
  counts(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const LONG = 400;

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** In an order in which no three failures of the connection follow each other. */
const ECHOES = {
  text_of_a_refusal: ({ key }, response) =>
    send(response, 200, {}, JSON.stringify({ Information: `We know your key as ${key}. Wait.` })),
  error_page: ({ requestLine }, response) =>
    send(response, 500, { "content-type": "text/html" }, `<html><p>${requestLine}</p></html>`),
  cell_of_a_row: ({ key }, response) =>
    send(
      response,
      200,
      { "content-type": "application/x-download" },
      `timestamp,open,high,low,close,volume\r\n2026-05-18,1,1,1,1,1\r\n${key},1,1,1,1,1\r\n`,
    ),
  redirect: ({ requestLine }, response) => send(response, 302, { location: requestLine }, ""),
  listing_row: ({ key }, response) =>
    send(
      response,
      200,
      {},
      `symbol,name,exchange,assetType,ipoDate,delistingDate,status\r\n${key},${key},NYSE,Stock,2001-01-01,null,Active\r\n`,
    ),
  broken_off: ({ key, requestLine }, response) => {
    response.writeHead(200, { "content-length": "100000", "x-echo": requestLine });
    response.write(`timestamp,value\r\n${key}`, () => response.destroy());
  },
  json_of_data: ({ key }, response) =>
    send(
      response,
      200,
      { "content-type": "application/json" },
      JSON.stringify({
        name: key,
        interval: "daily",
        unit: key,
        data: [{ date: key, value: key }],
      }),
    ),
  retry_after: ({ key }, response) => send(response, 429, { "retry-after": key }, key),
  headers_only: ({ key, requestLine }, response) =>
    send(response, 403, { "www-authenticate": `Key ${key}`, "x-echo": requestLine }, "{}"),
  status_line: ({ key }, response) => {
    response.statusMessage = key.replaceAll(/[^\w -]/g, "-");
    response.statusCode = 503;
    response.end(`{"detail":"${key}"}`);
  },
  compressed: ({ key }, response) =>
    send(response, 200, { "content-encoding": "gzip" }, gzipSync(`{"Note":"${key}"}`)),
  no_http: ({ key, requestLine }, response) => {
    response.socket?.end(`${key} ${requestLine}\r\n\r\n`);
  },
  long_text: ({ key }, response) =>
    // Cut somewhere inside a key, wherever a log cuts it.
    send(
      response,
      200,
      {},
      JSON.stringify({ "Error Message": `Invalid API call ${key.repeat(LONG)}` }),
    ),
  quota: ({ key }, response) =>
    send(
      response,
      200,
      {},
      JSON.stringify({
        Information: `We have detected your API key as ${key} and our standard API rate limit is 25 requests per day.`,
      }),
    ),
  invalid_key: ({ key }, response) =>
    send(
      response,
      200,
      {},
      JSON.stringify({ "Error Message": `the parameter apikey is invalid or missing: ${key}` }),
    ),
} as const satisfies Readonly<Record<string, Echo>>;

export type EchoName = keyof typeof ECHOES;

/** Ways that say nothing about the key itself, so that the next call is asked too. */
const ROTATION = Object.keys(ECHOES).filter((name) => name !== "quota" && name !== "invalid_key");

/** Starts the server on a free port of the loopback. */
export async function startEchoServer(): Promise<EchoServer> {
  let only: EchoName | "rotate" = "rotate";
  const counted = new Map<string, number>();
  let asked = 0;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.on("error", () => response.destroy());
    const target = request.url ?? "/";
    const key = new URL(target, `http://${HOST}`).searchParams.get("apikey") ?? "";
    const name = only === "rotate" ? (ROTATION[asked++ % ROTATION.length] ?? "") : only;
    counted.set(name, (counted.get(name) ?? 0) + 1);
    echoNamed(name)({ key, requestLine: target }, response);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen({ host: HOST, port: 0 }, resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    baseUrl: `http://${HOST}:${port}/query`,
    answerWith: (name) => {
      only = name;
    },
    counts: () => counted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Names of all ways. */
export const ECHO_NAMES = Object.keys(ECHOES);

function echoNamed(name: string): Echo {
  const found: Echo | undefined = Object.entries(ECHOES).find(([one]) => one === name)?.[1];
  if (found === undefined) throw new Error(`there is no way of echoing called ${name}`);
  return found;
}
