/**
 * One GET to Alpha Vantage: bytes in, status and bytes out, or how the connection failed. The key
 * stands in the URL's query and nowhere else; what the bytes mean is `classify.ts`'s to say.
 */
import type { CallFailure } from "#ingestion/market-data-source.ts";

/** Largest body that is read. The whole listing is 1 MB; twenty years of one symbol are 0.5 MB. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const USER_AGENT = "meridian";
const RETRY_AFTER_SECONDS_MAX = 86_400;
/** Set by the simulator; a vendor would have no reason to send it. */
const SYNTHETIC_HEADER = "x-meridian-synthetic";

export type HttpAnswer =
  | {
      readonly outcome: "answered";
      readonly status: number;
      readonly bytes: Uint8Array;
      readonly synthetic: boolean;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly outcome: CallFailure; readonly detail: string };

export type HttpRequest = {
  readonly baseUrl: string;
  /** The vendor's function, its parameters, and the key. */
  readonly name: string;
  readonly params: { readonly [parameter: string]: string };
  readonly key: string;
  /** For the whole answer, from connecting to its last byte. */
  readonly timeoutMs: number;
  readonly bytesMax?: number | undefined;
};

/** Asks once. Never throws for what the network or the server does. */
export async function fetchBody(request: HttpRequest): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  let received = 0;
  try {
    const response = await fetch(urlOf(request), {
      method: "GET",
      // The vendor answers `{detail: …}` when it cannot serve what `Accept` names.
      headers: { accept: "*/*", "user-agent": USER_AGENT },
      redirect: "error",
      cache: "no-store",
      credentials: "omit",
      signal,
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
      synthetic: response.headers.get(SYNTHETIC_HEADER) !== null,
      retryAfterMs: retryAfterOf(response),
    };
  } catch (cause) {
    return failureOf(cause, { received, timeoutMs: request.timeoutMs });
  }
}

function urlOf(request: HttpRequest): URL {
  const url = new URL(request.baseUrl);
  url.searchParams.set("function", request.name);
  for (const [name, value] of Object.entries(request.params)) url.searchParams.set(name, value);
  url.searchParams.set("apikey", request.key);
  return url;
}

/** The announced length of the bytes as they are read; unknown when they were compressed on the way. */
function announcedLength(response: Response): number | undefined {
  const text = response.headers.get("content-length");
  if (text === null || !/^\d+$/.test(text) || response.headers.has("content-encoding"))
    return undefined;
  return Number(text);
}

/** Only the form in seconds is used; a date would need the server's clock to agree with ours. */
function retryAfterOf(response: Response): number | undefined {
  const text = response.headers.get("retry-after")?.trim() ?? "";
  if (!/^\d{1,9}$/.test(text)) return undefined;
  return Math.min(Number(text), RETRY_AFTER_SECONDS_MAX) * 1000;
}

/** Names a failure by its codes. Messages are left out: those of a URL error spell the URL. */
function failureOf(
  cause: unknown,
  about: { readonly received: number; readonly timeoutMs: number },
): HttpAnswer {
  if (cause instanceof DOMException && cause.name === "TimeoutError") {
    return { outcome: "TIMEOUT", detail: `no complete answer within ${about.timeoutMs / 1000} s` };
  }
  const code = codeOf(cause) ?? "no code";
  if (about.received > 0) {
    return {
      outcome: "TRUNCATED",
      detail: `the connection broke off after ${about.received} bytes (${code})`,
    };
  }
  return { outcome: "NETWORK", detail: `the connection failed (${code})` };
}

/** The first code along the chain of causes: `ECONNREFUSED`, `UND_ERR_SOCKET`, … */
function codeOf(cause: unknown): string | undefined {
  let error = cause;
  for (let depth = 0; depth < 5 && error instanceof Error; depth++) {
    if ("code" in error && typeof error.code === "string") return error.code;
    if (error.message === "unexpected redirect") return "redirects are not followed";
    error = error.cause;
  }
  return undefined;
}
