/**
 * A small server of SmartAPI's REST calls for tests: it checks what the vendor checks, counts what was asked,
 * and answers as each test tells it. The simulator is another; this one only serves a test's few lines.
 */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { must } from "#core/assert.ts";
import { REST_ENDPOINTS, type RestEndpointName } from "./rest-endpoints.ts";

export type Asked = {
  readonly endpoint: RestEndpointName;
  readonly headers: IncomingMessage["headers"];
  readonly body: { readonly [field: string]: unknown };
};

/** What a request is answered with; `undefined` leaves it without an answer. */
export type Reply = { readonly status?: number; readonly body: unknown; readonly headers?: object };

export type VendorServer = {
  readonly url: string;
  readonly asked: Asked[];
  /** Replaces what an endpoint answers. */
  readonly answers: { [endpoint in RestEndpointName]?: (asked: Asked) => Reply | undefined };
  countOf(endpoint: RestEndpointName): number;
};

export const CREDENTIALS = {
  apiKey: "Key4Tests",
  clientCode: "T123456",
  pin: "4321",
  totpSecret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
} as const;

/** An answer with data. */
export function success(data: unknown): Reply {
  return { body: { status: true, message: "SUCCESS", errorcode: "", data } };
}

/** A failure of the application. */
export function refusal(errorcode: string): Reply {
  return { body: { status: false, message: `says ${errorcode}`, errorcode, data: null } };
}

/** A failure of the gateway, which spells things otherwise. */
export function gatewayRefusal(errorCode: string): Reply {
  return {
    status: 401,
    body: { success: false, message: `says ${errorCode}`, errorCode, data: "" },
  };
}

/** Starts a server that accepts every login and ends with the test. */
export async function startVendorServer(): Promise<VendorServer> {
  let handedOut = 0;
  const tokens = (): Reply => {
    handedOut += 1;
    return success({
      jwtToken: `jwt-token-${handedOut}`,
      refreshToken: `refresh-token-${handedOut}`,
      feedToken: `feed-token-${handedOut}`,
    });
  };
  const asked: Asked[] = [];
  const vendor: Omit<VendorServer, "url"> = {
    asked,
    answers: { login: tokens, refresh: tokens, logout: () => success("") },
    countOf: (endpoint) => asked.filter((each) => each.endpoint === endpoint).length,
  };
  const server = createServer((request, response) => void answer(vendor, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = must(typeof address === "object" ? address?.port : undefined, "it listens");
  return { ...vendor, url: `http://127.0.0.1:${port}` };
}

async function answer(
  vendor: Omit<VendorServer, "url">,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const found = Object.entries(REST_ENDPOINTS).find(
    ([, { method, path }]) => method === request.method && path === request.url,
  );
  const endpoint = must(found, "only the closed list is asked")[0] as RestEndpointName;
  const sent = await text(request);
  const body = (sent === "" ? {} : JSON.parse(sent)) as Asked["body"];
  const asked = { endpoint, headers: request.headers, body };
  vendor.asked.push(asked);
  const reply = vendor.answers[endpoint]?.(asked);
  if (reply === undefined) return;
  response.writeHead(reply.status ?? 200, { ...reply.headers });
  response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
}
