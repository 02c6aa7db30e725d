/**
 * The vendor's socket: who is let in, heartbeats, subscriptions and their limits. Packets are written to
 * the TCP socket in batches of whole frames; when they come is the feed's business.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { type UpgradeGate, cutConnection, forgetConnection } from "./connection-faults.ts";
import type { FeedConnection, Outlet } from "./feed-connection.ts";
import { NSE_CASH } from "./packet-book.ts";
import type { PacketDelivery } from "./packet-delivery.ts";
import {
  type StreamRequest,
  correlationOf,
  errorText,
  parseStreamRequest,
} from "./stream-messages.ts";
import type { VendorAccounts } from "./vendor-accounts.ts";
import { SYNTHETIC_HEADER, SYNTHETIC_VALUE } from "./vendor-replies.ts";

export type StreamServerOptions = {
  readonly delivery: PacketDelivery;
  readonly accounts: VendorAccounts;
  readonly gate: UpgradeGate;
  /** Connections that send nothing for so long are cut; 0 for never. */
  readonly idleMs: number;
  readonly monotonicMs: () => number;
};

/** The path of the socket. */
export const STREAM_PATH = "/smart-stream";
const SOCKETS_MAX = 3;
const SUBSCRIPTIONS_MAX = 1000;
const MESSAGE_BYTES_MAX = 1024 * 1024;
const IDLE_CHECK_MS = 1000;
const CUT_PATIENCE_MS = 2000;
/** What a user saw in the vendor's PONG frames. */
const PONG_PAYLOAD = Buffer.from([0]);
/** Older samples of the vendor subscribe these indices under short tokens. */
const TOKEN_ALIASES: ReadonlyMap<string, string> = new Map([
  ["26000", "99926000"],
  ["26009", "99926009"],
]);

type Client = {
  readonly connection: FeedConnection;
  readonly websocket: WebSocket;
  heardMs: number;
  /** Messages that came while the socket was not read. */
  stash: (() => void)[] | undefined;
};

/** Serves upgrades of an HTTP server. */
export class StreamServer {
  readonly #options: StreamServerOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    autoPong: false,
    maxPayload: MESSAGE_BYTES_MAX,
  });
  readonly #clients = new Set<Client>();
  readonly #tokenIndex: ReadonlyMap<string, number>;
  readonly #idleTimer: NodeJS.Timeout;
  /** TCP sockets of clients that are not over. */
  readonly #open = new Set<Duplex>();

  constructor(options: StreamServerOptions) {
    this.#options = options;
    this.#tokenIndex = new Map(
      options.delivery.timeline.instruments.map(({ token }, index) => [token, index]),
    );
    this.#sockets.on("headers", (headers) => {
      headers.push(`${SYNTHETIC_HEADER}: ${SYNTHETIC_VALUE}`);
    });
    this.#idleTimer = setInterval(() => this.#cutIdle(), IDLE_CHECK_MS).unref();
  }

  /** Number of sockets that count against the client's limit. */
  get openSockets(): number {
    return this.#open.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const { gate } = this.#options;
    if (gate.refuse401 > 0) {
      gate.refuse401 -= 1;
      return refuse(socket, 401, "Invalid Auth Token");
    }
    const problem = this.#problemOf(request);
    if (problem !== undefined) return refuse(socket, 401, problem);
    if (gate.refuse429 > 0 || this.#open.size >= SOCKETS_MAX) {
      if (gate.refuse429 > 0) gate.refuse429 -= 1;
      return refuse(socket, 429, "Connection Limit Exceeded");
    }
    this.#open.add(socket);
    socket.on("close", () => this.#open.delete(socket));
    this.#sockets.handleUpgrade(request, socket, head, (websocket) => {
      this.#welcome(websocket, socket as Socket);
    });
  }

  /** Ends all connections. */
  close(): void {
    clearInterval(this.#idleTimer);
    for (const { websocket } of this.#clients) websocket.terminate();
    for (const socket of this.#open) socket.destroy();
  }

  #problemOf(request: IncomingMessage): string | undefined {
    const { accounts } = this.#options;
    const { credentials } = accounts;
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const header = (name: string): string | undefined => request.headers[name]?.toString();
    const isQuery = url.searchParams.has("feedToken");
    const value = (name: string, parameter: string): string | null | undefined =>
      isQuery ? url.searchParams.get(parameter) : header(name);
    if (!isQuery && accounts.problemOf(header("authorization")) !== undefined) {
      return "Invalid Auth Token";
    }
    if (value("x-client-code", "clientCode") !== credentials.clientCode) {
      return "Invalid Client Code";
    }
    if (value("x-api-key", "apiKey") !== credentials.apiKey) return "Invalid API Key";
    const feedToken = value("x-feed-token", "feedToken") ?? "";
    return accounts.takesFeedToken(feedToken) ? undefined : "Invalid Feed Token";
  }

  #welcome(websocket: WebSocket, socket: Socket): void {
    const { delivery, monotonicMs } = this.#options;
    socket.setNoDelay(true);
    const outlet: Outlet = {
      write: (bytes) => {
        if (socket.writable) socket.write(bytes);
      },
      pendingBytes: () => socket.writableLength,
      cut: () => cut(socket),
      setReading: (isReading) => setReading(client, isReading),
    };
    const connection = delivery.join(outlet);
    const client: Client = { connection, websocket, heardMs: monotonicMs(), stash: undefined };
    this.#clients.add(client);
    const whenHeard = (act: () => void): void => {
      client.heardMs = monotonicMs();
      if (connection.flow === "half_open" || connection.flow === "gone") return;
      if (client.stash) client.stash.push(act);
      else act();
    };
    websocket.on("message", (data, isBinary) => {
      const text = textOf(data);
      whenHeard(() => this.#hear(client, text, isBinary));
    });
    websocket.on("ping", () => whenHeard(() => websocket.pong(PONG_PAYLOAD)));
    websocket.on("error", () => websocket.terminate());
    websocket.on("close", () => {
      this.#clients.delete(client);
      forgetConnection(delivery, connection);
    });
  }

  #hear(client: Client, text: string, isBinary: boolean): void {
    if (!isBinary && text === "ping") {
      client.websocket.send("pong");
      return;
    }
    const request = isBinary ? undefined : parseStreamRequest(text);
    if (!request || !request.groups.every(({ exchangeType }) => exchangeType >= NSE_CASH)) {
      client.websocket.send(errorText(correlationOf(text), "E1001", "Invalid Request Payload"));
      return;
    }
    const tokens = this.#tokensOf(request);
    if (request.isSubscribe) this.#subscribe(client, request, tokens);
    else {
      for (const token of tokens) {
        this.#options.delivery.unsubscribe(client.connection, token, request.mode);
      }
    }
  }

  #subscribe(client: Client, request: StreamRequest, tokens: readonly number[]): void {
    const { delivery } = this.#options;
    const { connection } = client;
    const bit = 1 << request.mode;
    const added = new Set(tokens.filter((token) => ((connection.masks[token] ?? 0) & bit) === 0));
    if (connection.subscribed + added.size > SUBSCRIPTIONS_MAX) {
      client.websocket.send(
        errorText(request.correlationId, "E1002", "Subscription limit exceeded"),
      );
      return;
    }
    const isStale = added.size > 0 && delivery.staleSubscriptions > 0;
    if (isStale) delivery.staleSubscriptions -= 1;
    for (const token of added) delivery.subscribe(connection, token, request.mode, isStale);
    connection.flush();
  }

  /** Tokens that exist; the vendor says nothing about others. */
  #tokensOf(request: StreamRequest): number[] {
    return request.groups
      .filter(({ exchangeType }) => exchangeType === NSE_CASH)
      .flatMap(({ tokens }) => tokens)
      .flatMap((token) => {
        const index = this.#tokenIndex.get(TOKEN_ALIASES.get(token) ?? token);
        return index === undefined ? [] : [index];
      });
  }

  #cutIdle(): void {
    const { idleMs, monotonicMs, delivery } = this.#options;
    if (idleMs === 0) return;
    for (const { connection, heardMs } of this.#clients) {
      const isSilent = monotonicMs() - heardMs > idleMs;
      if (isSilent && connection.flow === "open") cutConnection(delivery, connection, "idle");
    }
  }
}

function setReading(client: Client, isReading: boolean): void {
  const stashed = client.stash ?? [];
  client.stash = isReading ? undefined : stashed;
  if (isReading) for (const act of stashed) act();
}

/** Ends after what was written; a client that does not answer is not waited for. */
function cut(socket: Socket): void {
  socket.end();
  const timer = setTimeout(() => socket.destroy(), CUT_PATIENCE_MS).unref();
  socket.once("close", () => clearTimeout(timer));
}

function refuse(socket: Duplex, status: 401 | 429, says: string): void {
  const reason = status === 401 ? "Unauthorized" : "Too Many Requests";
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nx-error-message: ${says}\r\n${SYNTHETIC_HEADER}: ${SYNTHETIC_VALUE}\r\n` +
      "content-length: 0\r\nconnection: close\r\n\r\n",
  );
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString("utf8");
}
