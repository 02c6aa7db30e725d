/**
 * The conformance suite itself: a small honest source passes every check, and each planted fault is
 * found by the check that names it.
 */
import { expect, test } from "vitest";
import { must } from "#core/assert.ts";
import type { Clock } from "#core/clock.ts";
import { sha256Hex } from "#platform/digest.ts";
import { secretMask } from "#platform/secrets.ts";
import { SOURCE_CONTRACT, describeMarketDataSource } from "./market-data-source.conformance.ts";
import type { SourceUnderTest } from "./source-probe.conformance.ts";
import type {
  CallAnswer,
  CallFailure,
  MarketDataSource,
  VendorCall,
} from "./market-data-source.ts";

const BODY_BYTES_MAX = 4 << 20;
const CALL: VendorCall = {
  kind: "daily",
  name: "CLOSES",
  params: { symbol: "ACME" },
  symbol: "ACME",
};
const ROWS = "timestamp,close\n2026-05-18,10.25\n2026-05-15,10.00\n2026-05-14,9.75\n";

/** Ways in which a source can break its contract. */
type Fault =
  | "takes anything for data"
  | "leaks the key"
  | "throws"
  | "follows redirects"
  | "has no timeout"
  | "has no size limit"
  | "tries again by itself"
  | "ignores the status"
  | "keeps a secret in data"
  | "hides that data is synthetic";

type Refusal = Exclude<CallAnswer, { outcome: "data" }>;
type Options = Parameters<SourceUnderTest["makeSource"]>[0];

/** A vendor of closes in CSV, invented for this test. */
function closesSource(options: Options, fault: Fault | undefined): MarketDataSource {
  const has = (name: Fault) => fault === name;
  return {
    vendor: "closes",
    fetchCall: async (call, key) => {
      const secrets = [...options.secrets, key];
      const refuse = (
        outcome: CallFailure,
        detail: string,
        body: Uint8Array | null = null,
      ): Refusal => ({
        outcome,
        detail: (has("leaks the key") ? detail : secretMask(secrets).apply(detail)).slice(0, 300),
        bytes: body?.length ?? null,
        sha256: body === null ? null : sha256Hex(body),
        receivedAt: options.clock.wallMs(),
      });
      const once = () => fetchCloses(options, call, key, has);
      try {
        let got = await once();
        if (has("tries again by itself") && got.status !== 200) got = await once();
        return judge(got, secrets, options.clock, refuse, has);
      } catch (cause) {
        if (has("throws")) throw cause;
        if (cause instanceof RangeError) return refuse("OVERSIZED", cause.message);
        if (cause instanceof DOMException && cause.name === "TimeoutError")
          return refuse("TIMEOUT", "too late");
        return refuse("NETWORK", "the connection failed");
      }
    },
  };
}

type Got = { status: number; body: Uint8Array; headers: Headers };

async function fetchCloses(
  { baseUrl, timeoutMs }: Options,
  call: VendorCall,
  key: string,
  has: (fault: Fault) => boolean,
): Promise<Got> {
  const url = new URL(baseUrl);
  for (const [name, value] of Object.entries({ ...call.params, key }))
    url.searchParams.set(name, value);
  const response = await fetch(url, {
    redirect: has("follows redirects") ? "follow" : "error",
    signal: AbortSignal.timeout(timeoutMs + (has("has no timeout") ? 3500 : 0)),
  });
  const chunks: Uint8Array[] = [];
  const body: AsyncIterable<Uint8Array> | null = response.body;
  let length = 0;
  const bytesMax = has("has no size limit") ? 8 * BODY_BYTES_MAX : BODY_BYTES_MAX;
  if (body !== null) {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > bytesMax) throw new RangeError("the body is too long");
      chunks.push(chunk);
    }
  }
  return { status: response.status, body: Buffer.concat(chunks), headers: response.headers };
}

function judge(
  { status, body, headers }: Got,
  secrets: readonly string[],
  clock: Clock,
  refuse: (outcome: CallFailure, detail: string, body: Uint8Array) => Refusal,
  has: (fault: Fault) => boolean,
): CallAnswer {
  const text = new TextDecoder().decode(body);
  if (status !== 200 && !has("ignores the status")) {
    const outcome = status === 429 ? "HTTP_429" : status >= 500 ? "HTTP_5XX" : "HTTP_4XX";
    const seconds = headers.get("retry-after") ?? "";
    const retryAfterMs = /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
    return { ...refuse(outcome, `HTTP ${status} ${text}`, body), retryAfterMs };
  }
  if (text === "over quota" && !has("takes anything for data"))
    return refuse("QUOTA_SPENT", text, body);
  const isData =
    has("takes anything for data") ||
    /^timestamp,close\n(\d{4}-\d{2}-\d{2},\d+\.\d{2}\n)+$/.test(text);
  if (!isData) return refuse(text.trim() === "" ? "EMPTY" : "NOT_DATA", `no rows: ${text}`, body);
  if (secrets.some((secret) => text.includes(secret)) && !has("keeps a secret in data")) {
    return refuse("NOT_DATA", "the body holds a secret", body);
  }
  const dates = text.split("\n").flatMap((line) => /^\d{4}-\d{2}-\d{2}/.exec(line) ?? []);
  return {
    outcome: "data",
    bytes: body,
    format: "csv",
    synthetic: headers.has("x-synthetic") && !has("hides that data is synthetic"),
    receivedAt: clock.wallMs(),
    rows: dates.length,
    newestDate: dates[0] ?? null,
    oldestDate: dates.at(-1) ?? null,
  };
}

function subjectWith(fault?: Fault): SourceUnderTest {
  return {
    makeSource: (options) => closesSource(options, fault),
    bodyBytesMax: BODY_BYTES_MAX,
    samples: [
      {
        title: "closes",
        call: CALL,
        contentType: "text/csv",
        body: Buffer.from(ROWS),
        format: "csv",
        rows: 3,
        newestDate: "2026-05-18",
        oldestDate: "2026-05-14",
      },
    ],
    refusals: [{ title: "quota", call: CALL, body: "over quota", outcome: "QUOTA_SPENT" }],
    syntheticHeader: ["x-synthetic", "1"],
  };
}

describeMarketDataSource("a small honest source", subjectWith());

const planted: [Fault, string][] = [
  ["takes anything for data", "takes no empty, foreign or broken body for data"],
  ["takes anything for data", "takes no refusal for data, whatever was asked"],
  [
    "takes anything for data",
    "takes no body for data that was cut inside a line, announced or not",
  ],
  ["leaks the key", "shows no secret that the server echoes back, in any form and place"],
  ["throws", "names a server that is not there, hangs up, or speaks another protocol"],
  ["follows redirects", "follows no redirect: the key goes to nobody else"],
  ["has no timeout", "resolves in time when the server is silent, drips, or never ends"],
  ["has no size limit", "stops reading at its size limit, also of what grows when it is unpacked"],
  [
    "tries again by itself",
    "sends one request a call, whatever comes back: the caller has one permit",
  ],
  ["ignores the status", "names the status of a server that refuses, even with data in the body"],
  ["keeps a secret in data", "takes no body for data that holds a configured secret"],
  ["hides that data is synthetic", "says so when the server says that its data is SYNTHETIC"],
];

test.each(planted)("a source that %s fails the check that it %s", async (fault, title) => {
  const found = SOURCE_CONTRACT.find((check) => check.title === title);
  await expect(
    must(found, `the contract has "${title}"`).check(subjectWith(fault)),
  ).rejects.toThrow();
});
