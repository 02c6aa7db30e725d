/**
 * The look-alike of SmartAPI on 127.0.0.1: REST, instrument master and socket on one port and, apart from
 * them, `/control` for tests. It owns the sockets; what is answered is decided in `simulator-parts.ts`.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { must } from "#core/assert.ts";
import type { TickTimeline } from "../synthetic-market/tick-columns.ts";
import { CONTROL_PATH, type RequestRecord, controlCommandSchema } from "./control-protocol.ts";
import type { FaultRule } from "./fault-book.ts";
import { pauseMs } from "./feed-pause.ts";
import type { FeedReport } from "./feed-report.ts";
import { MASTER_PATH } from "./rest-answers.ts";
import { SimulatorParts, type SmartApiSettings } from "./simulator-parts.ts";
import { STREAM_PATH, StreamServer } from "./stream-server.ts";
import type { FeedState } from "./tick-feed.ts";
import type { SimulatedCredentials } from "./vendor-accounts.ts";
import { SYNTHETIC_HEADER, SYNTHETIC_VALUE } from "./vendor-replies.ts";

export type SmartApiSimulatorOptions = SmartApiSettings & {
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined;
  /** Only for a process that is nothing but this server; by default it never holds its process. */
  readonly keepsProcessAlive?: boolean | undefined;
};

/** Where a simulator is reached: the values of `[india.vendor]`, and the path for tests. */
export type SmartApiAddresses = {
  readonly restUrl: string;
  readonly streamUrl: string;
  readonly instrumentsUrl: string;
  readonly controlUrl: string;
};

/** A running simulator. */
export interface SmartApiSimulator extends SmartApiAddresses {
  readonly credentials: SimulatedCredentials;
  /** Everything that passes, for exact comparison; see `tick-truth.ts`. */
  readonly timeline: TickTimeline;
  /** Resolves when the last packet has passed. */
  readonly ended: Promise<void>;
  state(): FeedState;
  /** Lets the feed begin, whatever is subscribed. */
  start(): void;
  /** Lets packets before an event time pass; all of them without one. */
  advanceTo(time?: string): void;
  /** Resolves when the feed stands at its holding point or has ended. */
  settled(): Promise<void>;
  addFault(rule: FaultRule): number;
  /** Switches one fault off, or all. */
  clearFaults(id?: number): void;
  report(): FeedReport;
  /** Calls over REST so far, oldest first. */
  requests(): readonly RequestRecord[];
  /** Ends all connections, the feed and the server. May be called twice. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const BODY_BYTES_MAX = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const IDLE_SECONDS = 35;
const WAIT_MS = 20_000;

/** Starts a simulator and resolves when it listens. Rejects when the port is taken. */
export async function startSmartApiSimulator(
  options: SmartApiSimulatorOptions,
): Promise<SmartApiSimulator> {
  const parts = new SimulatorParts(options);
  const stream = new StreamServer({
    delivery: parts.delivery,
    accounts: parts.accounts,
    gate: parts.gate,
    idleMs: (options.idleSeconds ?? IDLE_SECONDS) * 1000,
    monotonicMs: () => performance.now(),
  });
  const server: Server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS },
    (request, response) => {
      response.on("error", () => response.destroy());
      handle(parts, request, response, close).catch(() => response.destroy());
    },
  );
  const close = (): Promise<void> => {
    parts.feed.close();
    stream.close();
    return closeServer(server);
  };
  server.on("upgrade", (request, socket, head) => {
    const isStream = new URL(request.url ?? "/", `http://${HOST}`).pathname === STREAM_PATH;
    if (isStream) stream.upgrade(request, socket, head);
    else socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
  const port = await listen(server, options);
  const origin = `http://${HOST}:${port}`;
  return {
    restUrl: origin,
    streamUrl: `ws://${HOST}:${port}${STREAM_PATH}`,
    instrumentsUrl: origin + MASTER_PATH,
    controlUrl: origin + CONTROL_PATH,
    credentials: parts.accounts.credentials,
    timeline: parts.timeline,
    ended: parts.feed.ended,
    state: () => parts.feed.state,
    start: () => parts.feed.start(),
    advanceTo: (time) => parts.advanceTo(time),
    settled: () => parts.feed.settled(),
    addFault: (rule) => parts.addFault(rule),
    clearFaults: (id) => parts.clearFaults(id),
    report: () => parts.report(),
    requests: () => [...parts.requests],
    close,
  };
}

async function handle(
  parts: SimulatorParts,
  request: IncomingMessage,
  response: ServerResponse,
  close: () => Promise<void>,
): Promise<void> {
  const method = request.method ?? "";
  const { pathname } = new URL(request.url ?? "/", `http://${HOST}`);
  const body = jsonOf(await readBody(request));
  if (pathname === CONTROL_PATH && method === "POST") {
    await control(parts, body, response, close);
    return;
  }
  const header = (name: string): string | undefined => request.headers[name]?.toString();
  const reply = parts.answer({
    method,
    path: pathname,
    apiKey: header("x-privatekey"),
    authorization: header("authorization"),
    body,
  });
  send(response, reply.status, reply.contentType, reply.body);
}

async function control(
  parts: SimulatorParts,
  body: unknown,
  response: ServerResponse,
  close: () => Promise<void>,
): Promise<void> {
  const parsed = controlCommandSchema.safeParse(body);
  if (!parsed.success) {
    sendJson(response, 400, { ok: false, error: parsed.error.message });
    return;
  }
  if (parsed.data.command === "wait") {
    await Promise.race([parts.feed.settled(), pauseMs(parsed.data.timeoutMs ?? WAIT_MS)]);
  }
  if (parsed.data.command === "close") response.on("finish", () => void close());
  sendJson(response, 200, { ok: true, ...parts.obey(parsed.data) });
}

async function listen(server: Server, options: SmartApiSimulatorOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: HOST, port: options.port ?? 0 }, resolve);
  });
  if (options.keepsProcessAlive !== true) {
    server.unref();
    server.on("connection", (socket) => socket.unref());
  }
  const address = must(server.address(), "a server that listens has an address");
  return typeof address === "string" ? 0 : address.port;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** The body of a request; empty when it is too long to be one. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The value of JSON text; `undefined` for text that is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, "application/json", JSON.stringify(value));
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
): void {
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": String(Buffer.byteLength(body)),
    [SYNTHETIC_HEADER]: SYNTHETIC_VALUE,
  });
  response.end(body);
}
