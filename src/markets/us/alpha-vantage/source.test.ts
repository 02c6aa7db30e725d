/** The source over real connections: a small server answers as it is told to. */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { MarketDataSource, VendorCall } from "#ingestion/market-data-source.ts";
import { sha256Hex } from "#platform/digest.ts";
import { systemClock } from "#platform/system-clock.ts";
import { fetchBody } from "./alpha-vantage-client.ts";
import { fixtureText } from "./fixture-store.ts";
import { openAlphaVantage } from "./source.ts";

const KEY = "CANARY0KEY/+ 123456";
const DAILY: VendorCall = {
  kind: "daily",
  name: "TIME_SERIES_DAILY",
  params: { symbol: "ACME", outputsize: "compact", datatype: "csv" },
  symbol: "ACME",
};

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
let handler: Handler = () => undefined;
const seen: IncomingMessage[] = [];
const server = createServer((request, response) => {
  seen.push(request);
  handler(request, response);
});
let baseUrl = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  const address = server.address();
  baseUrl = `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}/query`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
});

const source = (timeoutMs = 2000, url = baseUrl): MarketDataSource =>
  openAlphaVantage({ baseUrl: url, timeoutMs, secrets: [KEY], clock: systemClock() });
const answerWith = (body: string, status = 200, headers: Record<string, string> = {}): void => {
  handler = (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
};

describe("a call", () => {
  test("is one GET with the parameters and the key in the query, and accepts anything", async () => {
    answerWith(fixtureText("daily.csv"), 200, { "x-meridian-synthetic": "true" });
    const answer = await source(2000, `${baseUrl}?tenant=7`).fetchCall(DAILY, KEY);
    expect(answer).toMatchObject({
      outcome: "data",
      format: "csv",
      rows: 3,
      synthetic: true,
      newestDate: "2026-05-15",
      oldestDate: "2026-05-13",
    });
    expect(answer.outcome === "data" && new TextDecoder().decode(answer.bytes)).toBe(
      fixtureText("daily.csv"),
    );
    const url = new URL(seen[0]?.url ?? "", baseUrl);
    expect(Object.fromEntries(url.searchParams)).toStrictEqual({
      tenant: "7",
      function: "TIME_SERIES_DAILY",
      ...DAILY.params,
      apikey: KEY,
    });
    expect(seen[0]?.method).toBe("GET");
    expect(seen[0]?.headers.accept).toBe("*/*");
    expect(JSON.stringify(seen[0]?.headers)).not.toContain(KEY);
  });

  test("of a vendor that says nothing about it is not synthetic", async () => {
    answerWith(fixtureText("daily.csv"));
    expect(await source().fetchCall(DAILY, KEY)).toMatchObject({
      outcome: "data",
      synthetic: false,
    });
  });

  test("that is refused tells length, digest and the vendor's words with every key masked", async () => {
    const encoded = encodeURIComponent(KEY);
    const body = JSON.stringify({
      Information: `We have detected your API key as ${KEY} (${encoded}) and our standard API rate limit is 25 requests per day.`,
    });
    answerWith(body);
    const answer = await source().fetchCall(DAILY, KEY);
    expect(answer).toMatchObject({
      outcome: "QUOTA_SPENT",
      bytes: body.length,
      sha256: sha256Hex(body),
    });
    expect(JSON.stringify(answer)).not.toContain(KEY);
    expect(JSON.stringify(answer)).not.toContain(encoded);
    expect(answer).toMatchObject({ detail: expect.stringContaining("[masked]") });
  });

  test("masks the key it was made with, even when it is no configured secret, and cuts after masking", async () => {
    const other = "OTHERKEY00001234";
    answerWith(`<html><title>${"x".repeat(90)}</title></html>`.replace("xxxxx", other));
    const answer = await source().fetchCall(DAILY, other);
    expect(answer.outcome).toBe("NOT_DATA");
    expect(JSON.stringify(answer)).not.toContain("OTHERKEY");
  });

  test("hands on what Retry-After wishes, in seconds only", async () => {
    answerWith("slow down", 429, { "retry-after": "7" });
    expect(await source().fetchCall(DAILY, KEY)).toMatchObject({
      outcome: "HTTP_429",
      retryAfterMs: 7000,
    });
    answerWith("slow down", 429, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" });
    expect(await source().fetchCall(DAILY, KEY)).toMatchObject({
      outcome: "HTTP_429",
      retryAfterMs: undefined,
    });
  });
});

describe("a connection", () => {
  const FAILURES: readonly (readonly [string, Handler, string])[] = [
    ["that stays silent times out", () => undefined, "TIMEOUT"],
    [
      "whose body never ends times out",
      (_, response) => {
        response.writeHead(200);
        response.write("timestamp,open");
      },
      "TIMEOUT",
    ],
    [
      "that is closed before an answer is a network failure",
      (request) => request.socket.destroy(),
      "NETWORK",
    ],
    [
      "that breaks off inside a body is truncated",
      (_, response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write(fixtureText("daily.csv"), () => response.destroy());
      },
      "TRUNCATED",
    ],
    [
      "that breaks off inside a chunked body is truncated",
      (_, response) => {
        response.writeHead(200);
        response.write(fixtureText("daily.csv"), () => response.destroy());
      },
      "TRUNCATED",
    ],
    [
      "that redirects is not followed",
      (_, response) => {
        response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" });
        response.end();
      },
      "NETWORK",
    ],
  ];
  test.each(FAILURES)("%s", async (_, answer, outcome) => {
    handler = answer;
    const answered = await source(400).fetchCall(DAILY, KEY);
    expect(answered).toMatchObject({ outcome, bytes: null, sha256: null });
    expect(JSON.stringify(answered)).not.toContain("CANARY");
  });

  test("that is refused is a network failure without the URL in its words", async () => {
    const answered = await source(1000, "http://127.0.0.1:1/query").fetchCall(DAILY, KEY);
    expect(answered).toMatchObject({ outcome: "NETWORK" });
    expect(JSON.stringify(answered)).not.toContain("CANARY");
  });

  test("to a URL that is none is a failure too, never an exception", async () => {
    for (const url of ["not a url", "http://user:pass@127.0.0.1:1/", "ftp://127.0.0.1/"]) {
      const answered = await source(1000, url).fetchCall(DAILY, KEY);
      expect(answered.outcome).toBe("NETWORK");
      expect(JSON.stringify(answered)).not.toContain("CANARY");
    }
  });

  test("with more bytes than the limit is cut off", async () => {
    answerWith("x".repeat(5000));
    const request = { baseUrl, name: "X", params: {}, key: KEY, timeoutMs: 2000 };
    expect(await fetchBody({ ...request, bytesMax: 4999 })).toMatchObject({ outcome: "OVERSIZED" });
    expect(await fetchBody({ ...request, bytesMax: 5000 })).toMatchObject({
      outcome: "answered",
      status: 200,
    });
  });
});

describe("a body that ends inside its last line", () => {
  const unterminated = fixtureText("daily.csv").trimEnd();

  test("is believed when the same bytes come again, and from then on", async () => {
    const vendor = source();
    answerWith(unterminated);
    expect(await vendor.fetchCall(DAILY, KEY)).toMatchObject({ outcome: "TRUNCATED" });
    expect(await vendor.fetchCall(DAILY, KEY)).toMatchObject({ outcome: "data", rows: 3 });
    const other = { ...DAILY, symbol: "OTHR", params: { ...DAILY.params, symbol: "OTHR" } };
    expect(await vendor.fetchCall(other, KEY)).toMatchObject({ outcome: "data" });
  });

  test("is cut when other bytes come the second time", async () => {
    const vendor = source();
    answerWith(unterminated.slice(0, -1));
    expect(await vendor.fetchCall(DAILY, KEY)).toMatchObject({ outcome: "TRUNCATED" });
    answerWith(unterminated.slice(0, -2));
    expect(await vendor.fetchCall(DAILY, KEY)).toMatchObject({ outcome: "TRUNCATED" });
  });

  test("is cut when the function was seen to end its lines", async () => {
    const vendor = source();
    answerWith(fixtureText("daily.csv"));
    await vendor.fetchCall(DAILY, KEY);
    answerWith(unterminated.slice(0, -1));
    for (let time = 0; time < 3; time++) {
      expect(await vendor.fetchCall(DAILY, KEY)).toMatchObject({ outcome: "TRUNCATED" });
    }
  });
});
