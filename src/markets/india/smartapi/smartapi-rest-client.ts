/**
 * One request of the closed list to the REST interface: status and bytes, or how the connection failed.
 * Secrets stand in headers and body only. What the bytes mean is `classify-answer.ts`'s to say; how often
 * may be asked is `rest-limiter-store.ts`'s.
 */
import type { CallFailure } from "#ingestion/market-data-source.ts";
import { REST_ENDPOINTS, type RestEndpointName } from "./rest-endpoints.ts";

/** Largest body that is read: 2000 days are 150 kB, 30 days of minutes 800 kB. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
const RETRY_AFTER_SECONDS_MAX = 86_400;
const CAUSES_MAX = 5;
/** Set by the simulator; a vendor would have no reason to send it. */
export const SYNTHETIC_HEADER = "x-meridian-synthetic";

/** The vendor wants these headers and does not look at them; its own client sends constants too. */
const CLIENT_HEADERS = {
  "X-UserType": "USER",
  "X-SourceID": "WEB",
  "X-ClientLocalIP": "127.0.0.1",
  "X-ClientPublicIP": "127.0.0.1",
  "X-MACAddress": "00:00:00:00:00:00",
} as const;

export type HttpAnswer =
  | {
      readonly outcome: "answered";
      readonly status: number;
      readonly bytes: Uint8Array;
      readonly synthetic: boolean;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly outcome: CallFailure; readonly detail: string };

export type RestRequest = {
  /** Root of the interface, without the path. */
  readonly baseUrl: string;
  readonly endpoint: RestEndpointName;
  /** Sent as JSON; GET has none. */
  readonly body?: object | undefined;
  readonly apiKey: string;
  /** The session's token; only where the endpoint wants one. */
  readonly jwtToken?: string | undefined;
  /** For the whole answer, from connecting to its last byte. */
  readonly timeoutMs: number;
  readonly bytesMax?: number | undefined;
};

/** Asks once. Never throws for what the network or the server does. */
export async function sendRequest(request: RestRequest): Promise<HttpAnswer> {
  const { method, path, authorized } = REST_ENDPOINTS[request.endpoint];
  let received = 0;
  try {
    const response = await fetch(`${request.baseUrl.replace(/\/+$/, "")}${path}`, {
      method,
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        ...CLIENT_HEADERS,
        "X-PrivateKey": request.apiKey,
        ...(authorized && request.jwtToken !== undefined
          ? { Authorization: `Bearer ${request.jwtToken}` }
          : {}),
      },
      ...(method === "POST" ? { body: JSON.stringify(request.body ?? {}) } : {}),
      redirect: "error",
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(request.timeoutMs),
    });
    const chunks: Uint8Array[] = [];
    const bytesMax = request.bytesMax ?? BODY_BYTES_MAX;
    const body: AsyncIterable<Uint8Array> | null = response.body;
    for await (const chunk of body ?? []) {
      received += chunk.length;
      if (received > bytesMax) {
        return { outcome: "OVERSIZED", detail: `the body exceeds ${bytesMax} bytes` };
      }
      chunks.push(chunk);
    }
    const announced = announcedLength(response);
    if (announced !== undefined && announced !== received) {
      const detail = `${announced} bytes were announced, ${received} came`;
      return { outcome: "TRUNCATED", detail };
    }
    return {
      outcome: "answered",
      status: response.status,
      bytes: Buffer.concat(chunks),
      synthetic: response.headers.has(SYNTHETIC_HEADER),
      retryAfterMs: retryAfterOf(response.headers.get("retry-after")),
    };
  } catch (cause) {
    return failureOf(cause, { received, timeoutMs: request.timeoutMs });
  }
}

/** The announced length of the bytes as they are read; unknown when they were compressed on the way. */
function announcedLength(response: Response): number | undefined {
  const text = response.headers.get("content-length");
  if (text === null || !/^\d+$/.test(text) || response.headers.has("content-encoding"))
    return undefined;
  return Number(text);
}

/** Only the form in seconds is used; a date would need the server's clock to agree with ours. */
export function retryAfterOf(header: string | null): number | undefined {
  const text = header?.trim() ?? "";
  if (!/^\d{1,9}$/.test(text)) return undefined;
  return Math.min(Number(text), RETRY_AFTER_SECONDS_MAX) * 1000;
}

/** Names a failure by its codes. Messages are left out: they may spell headers. */
export function failureOf(
  cause: unknown,
  about: { readonly received: number; readonly timeoutMs: number },
): { readonly outcome: CallFailure; readonly detail: string } {
  if (cause instanceof DOMException && cause.name === "TimeoutError") {
    return { outcome: "TIMEOUT", detail: `no complete answer within ${about.timeoutMs / 1000} s` };
  }
  const code = networkCodeOf(cause);
  if (about.received > 0) {
    return {
      outcome: "TRUNCATED",
      detail: `the connection broke off after ${about.received} bytes (${code})`,
    };
  }
  return { outcome: "NETWORK", detail: `the connection failed (${code})` };
}

/** The first code along the chain of causes: `ECONNREFUSED`, `UND_ERR_SOCKET`, … */
export function networkCodeOf(cause: unknown): string {
  let error = cause;
  for (let depth = 0; depth < CAUSES_MAX && error instanceof Error; depth++) {
    if ("code" in error && typeof error.code === "string") return error.code;
    if (error.message === "unexpected redirect") return "redirects are not followed";
    error = error.cause;
  }
  return "no code";
}
