/**
 * What the conformance suite of `MarketDataSource` asks with: what an adapter hands in, a hostile server on
 * loopback, and one call against it. The promises themselves are in `market-data-source.conformance.ts`.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { expect } from "vitest";
import { assert } from "#core/assert.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { systemClock } from "#platform/system-clock.ts";
import type {
  CallAnswer,
  CallFailure,
  MarketDataSource,
  VendorCall,
} from "./market-data-source.ts";
import { isCallFailure } from "./vendor-call.ts";

/** A payload in the vendor's exact shape, and what the source must say of it. */
export type DataSample = {
  readonly title: string;
  readonly call: VendorCall;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly format: "csv" | "json";
  readonly rows: number;
  readonly newestDate: string | null;
  readonly oldestDate: string | null;
};

/** An answer that is no data, in the vendor's exact words. */
export type RefusalSample = {
  readonly title: string;
  readonly call: VendorCall;
  /** 200 when absent. */
  readonly status?: number | undefined;
  readonly body: string;
  readonly outcome: CallFailure;
};

/** What an adapter hands to the suite. */
export type SourceUnderTest = {
  readonly makeSource: (options: {
    readonly baseUrl: string;
    readonly timeoutMs: number;
    /** All configured secrets; the key of a call is one of them. */
    readonly secrets: readonly string[];
    readonly clock: Clock;
  }) => MarketDataSource;
  /** A body longer than this is OVERSIZED. */
  readonly bodyBytesMax: number;
  /** At least one; of several kinds where the vendor has them. */
  readonly samples: readonly DataSample[];
  readonly refusals: readonly RefusalSample[];
  /** Header by which a simulator of this vendor says that it serves SYNTHETIC data. */
  readonly syntheticHeader: readonly [string, string];
  /** Reads the parameter `sample` of a request, for a vendor whose parameters are not in the URL. */
  readonly sampleOf?: ((request: IncomingMessage) => Promise<string>) | undefined;
};

/** The key of every call; its characters change when they are written into a URL. */
export const KEY = "K3Y+/CANARY=%41&x";
/** A secret of the operator that no call is made with. */
export const OTHER_SECRET = "S3CRET-CANARY-2";
/** The longest `detail` of an answer that is no data. */
export const DETAIL_LENGTH_MAX = 300;
const FETCHED_AT = Date.UTC(2026, 4, 18, 21) as EpochMs;

/** How the server answers one request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers as it is told, and counts. */
export type HostileServer = {
  readonly baseUrl: string;
  handler: Handler;
  /** Paths asked for, in order. */
  readonly asked: string[];
};

/** Runs with a server of its own on a free port of the loopback address. */
export async function withServer(work: (server: HostileServer) => Promise<void>): Promise<void> {
  const hostile = { baseUrl: "", handler: reply(500, ""), asked: [] as string[] };
  const server: Server = createServer((request, response) => {
    hostile.asked.push(request.url ?? "");
    hostile.handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert(typeof address === "object" && address !== null, "the server listens on a port");
  hostile.baseUrl = `http://127.0.0.1:${address.port}/query`;
  try {
    await work(hostile);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers with this status and body, and the body's length announced. */
export function reply(
  status: number,
  body: string | Uint8Array,
  headers: { readonly [name: string]: string } = {},
): Handler {
  return (_request, response) => {
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
    response.end(body);
  };
}

/** Answers with a sample as its vendor does. */
export function serve(
  sample: DataSample,
  headers: { readonly [name: string]: string } = {},
): Handler {
  return reply(200, sample.body, { "content-type": sample.contentType, ...headers });
}

/** With what a call is made; what is absent is ordinary. */
export type Asking = {
  readonly key?: string;
  readonly timeoutMs?: number;
  readonly secrets?: readonly string[];
};

/** A source against this server, with a clock that stands. */
export function makeSource(
  subject: SourceUnderTest,
  server: HostileServer,
  asking: Asking = {},
): MarketDataSource {
  const clock = { ...systemClock(), wallMs: () => FETCHED_AT };
  const secrets = asking.secrets ?? [KEY, OTHER_SECRET];
  const timeoutMs = asking.timeoutMs ?? 10_000;
  return subject.makeSource({ baseUrl: server.baseUrl, timeoutMs, secrets, clock });
}

/** One call on a source of its own; checks what holds for every answer. */
export async function ask(
  subject: SourceUnderTest,
  server: HostileServer,
  call: VendorCall,
  asking: Asking = {},
): Promise<CallAnswer> {
  const answer = await makeSource(subject, server, asking).fetchCall(call, asking.key ?? KEY);
  checkAnswer(answer, asking.secrets ?? [KEY, OTHER_SECRET]);
  return answer;
}

/** Checks what holds for every answer: the time, a known outcome, a short detail, no secret. */
export function checkAnswer(answer: CallAnswer, secrets: readonly string[]): void {
  expect(answer.receivedAt).toBe(FETCHED_AT);
  if (answer.outcome === "data") return;
  expect(isCallFailure(answer.outcome), answer.outcome).toBe(true);
  expect(answer.detail.length).toBeLessThanOrEqual(DETAIL_LENGTH_MAX);
  expect(answer.detail).not.toBe("");
  const said = JSON.stringify(answer);
  for (const secret of secrets) {
    expect(said).not.toContain(secret);
    expect(said).not.toContain(encodeURIComponent(secret));
  }
}

/** Every sample's call against one behaviour of the server. */
export async function askAll(
  subject: SourceUnderTest,
  server: HostileServer,
  behaviour: (sample: DataSample) => Handler,
  check: (answer: CallAnswer, sample: DataSample) => void,
  asking: Asking = {},
): Promise<void> {
  for (const sample of subject.samples) {
    server.handler = behaviour(sample);
    check(await ask(subject, server, sample.call, asking), sample);
  }
}

/** Expects one of these failures. */
export function expectOutcome(...outcomes: readonly CallFailure[]) {
  return (answer: CallAnswer, sample: DataSample): void => {
    expect(outcomes, sample.title).toContain(answer.outcome);
  };
}

/** Expects any failure. */
export function expectNoData(answer: CallAnswer, sample: DataSample): void {
  expect(answer.outcome, sample.title).not.toBe("data");
}
