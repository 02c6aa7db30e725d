/**
 * The look-alike of Alpha Vantage on 127.0.0.1: the vendor's path `/query` and, apart from it,
 * `/control` for tests. It owns the sockets; what is answered is decided in `simulator-state.ts`.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { must } from "#core/assert.ts";
import type { Plan } from "./call-meter.ts";
import {
  CONTROL_PATH,
  QUERY_PATH,
  type RequestRecord,
  controlCommandSchema,
} from "./control-protocol.ts";
import type { FaultRule, SwitchedFault } from "./fault-book.ts";
import { SYNTHETIC_HEADER, SYNTHETIC_VALUE, deliver } from "./reply-delivery.ts";
import type { SimulatorClock } from "./simulator-clock.ts";
import { type SimulatorSettings, SimulatorState } from "./simulator-state.ts";

export type AlphaVantageSimulatorOptions = SimulatorSettings & {
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined;
  /** Only for a process that is nothing but this server; by default it never holds its process. */
  readonly keepsProcessAlive?: boolean | undefined;
};

/** A running simulator. */
export interface AlphaVantageSimulator {
  /** The vendor's endpoint, to be used as `[us.vendor] base_url`. */
  readonly baseUrl: string;
  /** Takes the commands of `control-protocol.ts`. */
  readonly controlUrl: string;
  readonly clock: SimulatorClock;
  /** Switches a fault on; returns the id by which `clearFaults` switches it off. */
  addFault(rule: FaultRule): number;
  /** Switches one fault off, or all. */
  clearFaults(id?: number): void;
  faults(): readonly SwitchedFault[];
  /** Forgets all calls that were counted. */
  resetBudgets(): void;
  setPlan(apiKey: string, plan: Plan): void;
  /** Calls counted for a key since midnight UTC of the simulated day. */
  callsOfDay(apiKey: string): number;
  /** Requests to the vendor's path so far, oldest first. */
  requests(): readonly RequestRecord[];
  /** Ends all connections and the server. May be called twice. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const CONTROL_BYTES_MAX = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;

/** Starts a simulator and resolves when it listens. Rejects when the port is taken. */
export async function startAlphaVantageSimulator(
  options: AlphaVantageSimulatorOptions,
): Promise<AlphaVantageSimulator> {
  const state = new SimulatorState(options);
  const server: Server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS },
    (request, response) => {
      response.on("error", () => response.destroy());
      handle(state, server, request, response).catch(() => response.destroy());
    },
  );
  const port = await listen(server, options);
  const origin = `http://${HOST}:${port}`;
  return {
    baseUrl: origin + QUERY_PATH,
    controlUrl: origin + CONTROL_PATH,
    clock: options.clock,
    addFault: (rule) => state.addFault(rule),
    clearFaults: (id) => state.faults.clear(id),
    faults: () => state.faults.list(),
    resetBudgets: () => state.accounts.meter.reset(),
    setPlan: (apiKey, plan) => {
      state.accounts.plans.set(apiKey, plan);
    },
    callsOfDay: (apiKey) => state.callsOfDay(apiKey),
    requests: () => [...state.requests],
    close: () => closeServer(server),
  };
}

async function handle(
  state: SimulatorState,
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? "";
  const target = request.url ?? "/";
  const url = new URL(target, `http://${HOST}`);
  if (url.pathname === QUERY_PATH && method === "GET") {
    await deliver(response, state.answer(method, target, url.searchParams));
  } else if (url.pathname === CONTROL_PATH && method === "POST") {
    await control(state, server, request, response);
  } else {
    sendJson(response, 404, { ok: false, error: `there is no ${method} ${url.pathname}` });
  }
}

async function control(
  state: SimulatorState,
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parsed = controlCommandSchema.safeParse(jsonOf(await readBody(request)));
  if (!parsed.success) {
    sendJson(response, 400, { ok: false, error: parsed.error.message });
    return;
  }
  if (parsed.data.command === "close") response.on("finish", () => void closeServer(server));
  sendJson(response, 200, { ok: true, ...state.obey(parsed.data) });
}

async function listen(server: Server, options: AlphaVantageSimulatorOptions): Promise<number> {
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

/** The body of a control request; empty when it is too long to be one. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > CONTROL_BYTES_MAX) return "";
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
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    [SYNTHETIC_HEADER]: SYNTHETIC_VALUE,
  });
  response.end(body);
}
