/**
 * Stands in front of the look-alike of SmartAPI and spells what callers show it - key, client code, PIN,
 * one-time secret's codes, tokens - wherever a server can write. Every second call and the later upgrades go
 * through, so that a whole session can be streamed past it.
 */
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  createServer,
} from "node:http";
import { type Socket, connect } from "node:net";
import type { Duplex } from "node:stream";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import type { SmartApiAddresses } from "../../simulators/smartapi/smartapi-server.ts";

export interface SmartApiEchoServer extends SmartApiAddresses {
  /** Tokens that the vendor gave out so far. */
  tokens(): readonly string[];
  /** How often each way was used. */
  counts(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

type Echo = (said: string, response: ServerResponse) => void;

const HOST = "127.0.0.1";
const MASTER = /OpenAPIScripMaster/;
const TOKEN_CALLS = /loginByPassword|generateTokens/;
/** Far longer than what any log shows. */
const REPEATED = 30;
const CLOSE_REASON_BYTES_MAX = 120;
const POLICY_VIOLATION = 1008;
const TOKENS_OF_LOGIN = 3;

const json =
  (make: (said: string) => unknown): Echo =>
  (said, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(make(said)));
  };
const text =
  (status: number, make: (said: string) => string): Echo =>
  (said, response) => {
    response.writeHead(status, { "content-type": "text/plain" });
    response.end(make(said));
  };

const ECHOES: Readonly<Record<string, Echo>> = {
  application_error: json((said) => ({
    status: false,
    message: `no session for ${said}`,
    errorcode: "AB1004",
    data: null,
  })),
  long_text: json((said) => ({
    status: false,
    message: said.repeat(REPEATED),
    errorcode: "AB1004",
    data: "",
  })),
  gateway_error: json((said) => ({
    success: false,
    message: said,
    errorCode: "AG8001",
    data: said,
  })),
  error_page: text(500, (said) => `<html><p>${said}</p></html>`),
  string_false: json((said) => ({
    status: "false",
    message: said,
    errorcode: "AB1004",
    data: "null",
  })),
  cell_of_a_row: json((said) => ({
    status: true,
    message: said,
    errorcode: "",
    data: [[said, 1, 1, 1, 1, 1]],
  })),
  strange_json: json((said) => ({ said, code: [said] })),
  plain_text: text(200, (said) => said),
  headers_only: (said, response) => {
    response.writeHead(502, { "x-echo": headerText(said), "www-authenticate": headerText(said) });
    response.end("");
  },
  broken_off: (said, response) => {
    response.writeHead(200, { "content-length": "100000", "x-echo": headerText(said) });
    response.write(`{"status":true,"data":[["${said}`, () => response.destroy());
  },
  compressed: (said, response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    response.end(gzipSync(`{"Note":"${said}"}`));
  },
  no_http: (said, response) => {
    response.socket?.end(`${said}\r\n\r\n`);
  },
};
/** Names of all ways, those of the socket too. */
export const SMARTAPI_ECHO_NAMES = [
  ...Object.keys(ECHOES),
  "refused_upgrade",
  "close_reason",
  "error_frame",
];

/** Starts the server on a free port of the loopback, in front of a simulator. */
export async function startSmartApiEchoServer(
  simulator: SmartApiAddresses,
): Promise<SmartApiEchoServer> {
  const counted = new Map<string, number>();
  const tokens: string[] = [];
  const sockets = new Set<Duplex>();
  let asked = 0;
  let upgrades = 0;
  const count = (name: string): void => void counted.set(name, (counted.get(name) ?? 0) + 1);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on("error", () => response.destroy());
    const body = await bodyOf(request);
    const path = request.url ?? "/";
    // The master is asked for without showing anything.
    const isMaster = MASTER.test(path);
    if (!isMaster) asked += 1;
    const isEchoed = asked % 2 === 1 && !isMaster;
    const name = Object.keys(ECHOES)[((asked - 1) / 2) % Object.keys(ECHOES).length];
    if (isEchoed && name !== undefined) {
      count(name);
      ECHOES[name]?.(saidIn(request.headers, body, tokens), response);
      return;
    }
    const passed = await pass(simulator.restUrl + path, request, body);
    if (TOKEN_CALLS.test(path)) tokens.push(...tokensIn(passed.bytes));
    response.writeHead(passed.status, passed.headers);
    response.end(passed.bytes);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on("upgrade", (request, socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    upgrades += 1;
    const said = saidIn(request.headers, "", tokens);
    if (upgrades === 1) {
      count("refused_upgrade");
      const told = `x-error-message: ${headerText(said)}\r\ncontent-length: ${said.length}`;
      socket.end(`HTTP/1.1 401 Unauthorized\r\n${told}\r\n\r\n${said}`, "latin1");
      return;
    }
    const isClosed = upgrades === 2;
    count(isClosed ? "close_reason" : "error_frame");
    const frame = isClosed
      ? closeFrame(said)
      : textFrame(JSON.stringify({ correlationID: said, errorCode: "E1002", errorMessage: said }));
    sockets.add(tunnel({ request, socket, to: new URL(simulator.restUrl), frame, isClosed }));
  });
  await new Promise<void>((resolve) => server.listen({ host: HOST, port: 0 }, resolve));
  const address = server.address();
  const origin = `${HOST}:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    restUrl: `http://${origin}`,
    streamUrl: `ws://${origin}${new URL(simulator.streamUrl).pathname}`,
    instrumentsUrl: `http://${origin}${new URL(simulator.instrumentsUrl).pathname}`,
    controlUrl: simulator.controlUrl,
    tokens: () => tokens,
    counts: () => counted,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The tokens that the vendor gave out last, so that a text that is cut ends inside one, and all that a call shows. */
function saidIn(headers: IncomingHttpHeaders, body: string, tokens: readonly string[]): string {
  const shown = Object.entries(headers).map(([name, value]) => `${name} ${String(value)}`);
  return [...tokens.slice(-TOKENS_OF_LOGIN), ...shown, body].join(" ");
}

function tokensIn(bytes: Uint8Array): string[] {
  const schema = z.looseObject({ data: z.record(z.string(), z.unknown()) });
  const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  const values = Object.values(parsed.data?.data ?? {});
  return values.flatMap((value) => (typeof value === "string" && value.length > 20 ? [value] : []));
}

/** Sends a call on to the simulator as it came. */
async function pass(
  url: string,
  request: IncomingMessage,
  body: string,
): Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}> {
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    /^(host|connection|content-length|accept-encoding)$/.test(name) ? [] : [[name, String(value)]],
  );
  const response = await fetch(url, {
    method: request.method ?? "GET",
    headers: Object.fromEntries(headers),
    ...(body === "" ? {} : { body }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    headers: { ...Object.fromEntries(response.headers), "content-length": String(bytes.length) },
    bytes,
  };
}

/** Sends an upgrade on; the frame comes first after it is granted, and may be the last too. */
function tunnel(of: {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly to: URL;
  readonly frame: Uint8Array;
  readonly isClosed: boolean;
}): Socket {
  const { request, socket, to, frame, isClosed } = of;
  const vendor = connect({ host: to.hostname, port: Number(to.port) });
  const lines = Array.from({ length: request.rawHeaders.length / 2 }, (_, at) =>
    request.rawHeaders.slice(at * 2, at * 2 + 2).join(": "),
  );
  vendor.write(`GET ${request.url ?? "/"} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`, "latin1");
  vendor.once("data", (first: Buffer) => {
    const end = first.indexOf("\r\n\r\n") + 4;
    socket.write(first.subarray(0, end));
    socket.write(frame);
    if (isClosed) {
      vendor.destroy();
      return;
    }
    socket.write(first.subarray(end));
    vendor.pipe(socket);
    socket.pipe(vendor);
  });
  vendor.on("error", () => socket.destroy());
  vendor.on("close", () => socket.end());
  socket.on("close", () => vendor.destroy());
  return vendor;
}

/** A text frame as a server sends it. */
function textFrame(said: string): Uint8Array {
  const payload = Buffer.from(said);
  const head = Buffer.from([0x81, 126, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

function closeFrame(said: string): Uint8Array {
  const reason = Buffer.from(said).subarray(0, CLOSE_REASON_BYTES_MAX);
  const code = Buffer.alloc(2);
  code.writeUInt16BE(POLICY_VIOLATION);
  return Buffer.concat([Buffer.from([0x88, reason.length + 2]), code, reason]);
}

function headerText(said: string): string {
  return said.replaceAll(/[^\x20-\x7e]/g, "?");
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
