/**
 * The contract of `MarketDataSource` as checks that every vendor's adapter must pass, against a hostile
 * server on loopback. The adapter supplies samples of its data and of its refusals; what is special
 * to one vendor is tested beside its adapter.
 */
import { Readable, pipeline } from "node:stream";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { must } from "#core/assert.ts";
import { sha256Hex } from "#platform/digest.ts";
import type { CallFailure } from "./market-data-source.ts";
import {
  DETAIL_LENGTH_MAX,
  type DataSample,
  type Handler,
  type HostileServer,
  KEY,
  OTHER_SECRET,
  type SourceUnderTest,
  ask,
  askAll,
  checkAnswer,
  expectNoData,
  expectOutcome,
  makeSource,
  reply,
  serve,
  withServer,
} from "./source-probe.conformance.ts";

/** One promise of the port. */
export type SourceCheck = {
  readonly title: string;
  readonly check: (subject: SourceUnderTest) => Promise<void>;
};

/** Registers the whole contract as tests of one adapter. */
export function describeMarketDataSource(name: string, subject: SourceUnderTest): void {
  describe(`${name} keeps the contract of MarketDataSource: it`, () => {
    for (const { title, check } of SOURCE_CONTRACT) {
      test(title, async () => {
        expect(subject.samples.length).toBeGreaterThan(0);
        await check(subject);
      });
    }
  });
}

const TIMEOUT_MS = 400;
/** What a busy machine may add to a timeout. */
const LATENESS_MS = 3000;

const NEVER_DATA: readonly (string | Uint8Array)[] = [
  "",
  " \r\n\t\n",
  "{}",
  "[]",
  "null",
  "0",
  '""',
  "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
  '<?xml version="1.0"?><error>no</error>',
  "Service temporarily unavailable, please try again later.",
  '{"error": "upstream"',
  new Uint8Array(1000),
  new Uint8Array([0xff, 0xfe, 0x00, 0xd8, 0xc3, 0x28]),
  gzipSync("timestamp,open\n"),
];

/** A text of the sample long enough to be taken for a secret. */
function wordOf(sample: DataSample): string {
  const text = new TextDecoder().decode(sample.body);
  return must(
    /[A-Za-z0-9._-]{9,}/.exec(text)?.[0],
    `${sample.title} holds a word of nine characters`,
  );
}

/** Places at which a body is cut inside a line, spread over it by seed. */
function cutsOf(sample: DataSample): number[] {
  const text = new TextDecoder("latin1").decode(sample.body);
  const positions = fc.sample(fc.integer({ min: 1, max: text.length - 1 }), {
    seed: testSeed(),
    numRuns: testCount(25, 400),
  });
  const isInsideLine = (at: number) => !/[\r\n]/.test(text.slice(at - 1, at + 1));
  return [...positions, 1, 2, text.length - 3].filter((at) => at > 0 && isInsideLine(at));
}

/** The promises of the port, each on its own server. */
export const SOURCE_CONTRACT: readonly SourceCheck[] = [
  {
    title: "takes data for data, byte for byte, with its rows, its dates and the clock's time",
    check: (subject) =>
      withServer((server) =>
        askAll(subject, server, serve, (answer, sample) => {
          const { format, rows, newestDate, oldestDate } = sample;
          const expected = {
            outcome: "data",
            format,
            rows,
            newestDate,
            oldestDate,
            synthetic: false,
          };
          expect(answer, sample.title).toMatchObject(expected);
          expect(answer.outcome === "data" && Buffer.compare(answer.bytes, sample.body)).toBe(0);
        }),
      ),
  },
  {
    title: "says so when the server says that its data is SYNTHETIC",
    check: (subject) =>
      withServer((server) => {
        const header = Object.fromEntries([subject.syntheticHeader]);
        const behaviour = (sample: DataSample) => serve(sample, header);
        return askAll(subject, server, behaviour, (answer, sample) => {
          expect(answer, sample.title).toMatchObject({ outcome: "data", synthetic: true });
        });
      }),
  },
  {
    title: "reads data that was compressed on the way",
    check: (subject) =>
      withServer(async (server) => {
        for (const [encoding, compress] of [
          ["gzip", gzipSync],
          ["br", brotliCompressSync],
        ] as const) {
          const behaviour = (sample: DataSample) =>
            reply(200, compress(sample.body), {
              "content-type": sample.contentType,
              "content-encoding": encoding,
            });
          await askAll(subject, server, behaviour, (answer, sample) => {
            expect(answer, sample.title).toMatchObject({ outcome: "data" });
            expect(answer.outcome === "data" && Buffer.compare(answer.bytes, sample.body)).toBe(0);
          });
        }
      }),
  },
  {
    title: "names each of the vendor's refusals",
    check: (subject) =>
      withServer(async (server) => {
        for (const refusal of subject.refusals) {
          server.handler = reply(refusal.status ?? 200, refusal.body);
          const answer = await ask(subject, server, refusal.call);
          expect(answer, refusal.title).toMatchObject({
            outcome: refusal.outcome,
            bytes: Buffer.byteLength(refusal.body),
            sha256: sha256Hex(refusal.body),
          });
        }
      }),
  },
  {
    title: "takes no refusal for data, whatever was asked",
    check: (subject) =>
      withServer(async (server) => {
        for (const { body, status = 200 } of subject.refusals) {
          await askAll(subject, server, () => reply(status, body), expectNoData);
        }
      }),
  },
  {
    title: "takes no empty, foreign or broken body for data",
    check: (subject) =>
      withServer(async (server) => {
        for (const body of NEVER_DATA) {
          await askAll(
            subject,
            server,
            ({ contentType }) => reply(200, body, { "content-type": contentType }),
            expectNoData,
          );
        }
      }),
  },
  {
    title: "takes no body for data that was cut inside a line, announced or not",
    check: (subject) =>
      withServer(async (server) => {
        for (const sample of subject.samples) {
          for (const at of cutsOf(sample)) {
            server.handler = reply(200, sample.body.subarray(0, at));
            const answer = await ask(subject, server, sample.call);
            expect(answer.outcome, `${sample.title} cut at ${at}`).not.toBe("data");
          }
        }
      }),
  },
  {
    title: "takes no body for data that is shorter than announced, or whose connection breaks",
    check: (subject) =>
      withServer(async (server) => {
        const announced =
          (sample: DataSample): Handler =>
          (_request, response) => {
            response.writeHead(200, { "content-length": sample.body.length + 10 });
            response.write(sample.body, () => response.socket?.destroy());
          };
        const chunked =
          (sample: DataSample): Handler =>
          (_request, response) => {
            response.writeHead(200);
            response.write(sample.body, () => response.socket?.resetAndDestroy());
          };
        for (const behaviour of [announced, chunked]) {
          await askAll(subject, server, behaviour, expectOutcome("TRUNCATED", "NETWORK"));
        }
      }),
  },
  {
    title: "names the status of a server that refuses, even with data in the body",
    check: (subject) =>
      withServer(async (server) => {
        const expected: [number, CallFailure][] = [
          [400, "HTTP_4XX"],
          [401, "HTTP_4XX"],
          [403, "HTTP_4XX"],
          [404, "HTTP_4XX"],
          [429, "HTTP_429"],
          [500, "HTTP_5XX"],
          [502, "HTTP_5XX"],
          [503, "HTTP_5XX"],
          [504, "HTTP_5XX"],
        ];
        for (const [status, outcome] of expected) {
          const behaviour = ({ body }: DataSample) => reply(status, body);
          await askAll(subject, server, behaviour, expectOutcome(outcome));
          await askAll(subject, server, () => reply(status, ""), expectOutcome(outcome));
        }
      }),
  },
  {
    title: "hands on the server's Retry-After in seconds, and survives one that is none",
    check: (subject) =>
      withServer(async (server) => {
        const wish = (text: string) => () => reply(429, "", { "retry-after": text });
        await askAll(subject, server, wish("17"), (answer, sample) => {
          expect(answer, sample.title).toMatchObject({ outcome: "HTTP_429", retryAfterMs: 17_000 });
        });
        for (const text of ["soon", "-5", "1e9", "99999999999999999999"]) {
          await askAll(subject, server, wish(text), (answer) => {
            const retryAfterMs = answer.outcome === "data" ? 0 : (answer.retryAfterMs ?? 0);
            expect(retryAfterMs >= 0 && retryAfterMs <= 7 * 86_400_000, text).toBe(true);
          });
        }
      }),
  },
  {
    title: "follows no redirect: the key goes to nobody else",
    check: (subject) =>
      withServer(async (server) => {
        for (const status of [301, 302, 303, 307, 308]) {
          const behaviour =
            (sample: DataSample): Handler =>
            (request, response) => {
              const isMoved = request.url?.startsWith("/elsewhere") ?? false;
              if (isMoved) serve(sample)(request, response);
              else reply(status, "", { location: "/elsewhere" })(request, response);
            };
          await askAll(subject, server, behaviour, expectNoData);
        }
        expect(server.asked.filter((url) => url.startsWith("/elsewhere"))).toEqual([]);
      }),
  },
  {
    title: "resolves in time when the server is silent, drips, or never ends",
    check: (subject) =>
      withServer(async (server) => {
        const silent: Handler = () => undefined;
        const headOnly: Handler = (_request, response) => {
          response.writeHead(200);
          response.flushHeaders();
        };
        const drips =
          ({ body }: DataSample): Handler =>
          (_request, response) => {
            response.writeHead(200);
            let at = 0;
            const timer = setInterval(
              () => response.write(body.subarray(at, ++at)),
              TIMEOUT_MS / 10,
            );
            response.on("close", () => clearInterval(timer));
          };
        const asking = { timeoutMs: TIMEOUT_MS };
        for (const behaviour of [() => silent, () => headOnly, drips]) {
          const first = subject.samples.slice(0, 1);
          const startedMs = performance.now();
          await askAll(
            { ...subject, samples: first },
            server,
            behaviour,
            expectOutcome("TIMEOUT"),
            asking,
          );
          const tookMs = performance.now() - startedMs;
          expect(tookMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 20);
          expect(tookMs).toBeLessThan(TIMEOUT_MS + LATENESS_MS);
        }
      }),
  },
  {
    title: "stops reading at its size limit, also of what grows when it is unpacked",
    check: (subject) =>
      withServer(async (server) => {
        const one = { ...subject, samples: subject.samples.slice(0, 1) };
        let hungUp = false;
        const endless: Handler = (_request, response) => {
          response.writeHead(200);
          const rows = new Readable({
            read: () => rows.push(Buffer.alloc(1 << 16, "1,2,3,4,5\n")),
          });
          pipeline(rows, response, () => {
            hungUp = true;
          });
        };
        await askAll(one, server, () => endless, expectOutcome("OVERSIZED"));
        await expect.poll(() => hungUp).toBe(true);
        const bomb = gzipSync(Buffer.alloc(subject.bodyBytesMax + 1024, "1"));
        const behaviour = () => reply(200, bomb, { "content-encoding": "gzip" });
        await askAll(one, server, behaviour, expectOutcome("OVERSIZED"));
      }),
  },
  {
    title: "names a server that is not there, hangs up, or speaks another protocol",
    check: async (subject) => {
      let gone: HostileServer | undefined;
      await withServer(async (server) => {
        gone = server;
        await askAll(
          subject,
          server,
          () => (request) => request.socket.destroy(),
          expectOutcome("NETWORK"),
        );
        await askAll(
          subject,
          server,
          () => (request) => request.socket.resetAndDestroy(),
          expectOutcome("NETWORK"),
        );
        await askAll(
          subject,
          server,
          () => (request) => request.socket.end("220 smtp ready\r\n"),
          expectOutcome("NETWORK", "NOT_DATA", "TRUNCATED"),
        );
        const badGzip = () => reply(200, "not gzip", { "content-encoding": "gzip" });
        await askAll(subject, server, badGzip, expectNoData);
      });
      const closed = must(gone, "the server was there");
      await askAll(subject, closed, () => reply(200, ""), expectOutcome("NETWORK"));
    },
  },
  {
    title: "sends one request a call, whatever comes back: the caller has one permit",
    check: (subject) =>
      withServer(async (server) => {
        const sample = must(subject.samples[0], "there is a sample");
        const behaviours: Handler[] = [
          serve(sample),
          reply(200, "{}"),
          reply(429, "", { "retry-after": "0" }),
          reply(503, ""),
          (request) => request.socket.destroy(),
        ];
        for (const behaviour of behaviours) {
          // A source that has an open connection from before is no exception.
          const source = makeSource(subject, server);
          server.handler = serve(sample);
          await source.fetchCall(sample.call, KEY);
          server.handler = behaviour;
          const before = server.asked.length;
          await source.fetchCall(sample.call, KEY);
          expect(server.asked.length - before).toBe(1);
        }
      }),
  },
  {
    title: "shows no secret that the server echoes back, in any form and place",
    check: (subject) =>
      withServer(async (server) => {
        const forms = [KEY, OTHER_SECRET].flatMap((secret) => [secret, encodeURIComponent(secret)]);
        for (const status of [200, 401, 500]) {
          for (const form of forms) {
            const texts = [
              form,
              `${"x".repeat(DETAIL_LENGTH_MAX - 8)}${form}`,
              JSON.stringify({ Information: `We have detected your API key as ${form}.` }),
              `<html><title>${form}</title></html>`,
            ];
            for (const text of texts)
              await askAll(subject, server, () => reply(status, text), expectNoData);
          }
        }
        await askAll(
          subject,
          server,
          () => (_request, response) =>
            response.writeHead(302, { location: `/?k=${encodeURIComponent(KEY)}` }).end(),
          expectNoData,
        );
      }),
  },
  {
    title: "takes no body for data that holds a configured secret",
    check: (subject) =>
      withServer(async (server) => {
        for (const sample of subject.samples) {
          const secret = wordOf(sample);
          for (const key of [secret, KEY]) {
            server.handler = serve(sample);
            const answer = await ask(subject, server, sample.call, { key, secrets: [secret, key] });
            expect(answer.outcome, `${sample.title} with the secret ${secret}`).not.toBe("data");
          }
        }
      }),
  },
  {
    title: "keeps calls apart that run at the same time",
    check: (subject) =>
      withServer(async (server) => {
        const source = makeSource(subject, server);
        const bodies = new Map(subject.samples.map((sample, index) => [String(index), sample]));
        const indexInUrl = (url: string): string =>
          new URL(url, server.baseUrl).searchParams.get("sample") ?? "";
        const answerLate = async (...[request, response]: Parameters<Handler>): Promise<void> => {
          const index = (await subject.sampleOf?.(request)) ?? indexInUrl(request.url ?? "");
          const sample = must(bodies.get(index), "each call names its sample");
          // The first asked is answered last.
          setTimeout(() => serve(sample)(request, response), 40 - 4 * Number(index));
        };
        server.handler = (request, response) => void answerLate(request, response);
        const answers = await Promise.all(
          subject.samples.slice(0, 10).map(({ call }, index) => {
            const params = { ...call.params, sample: String(index) };
            return source.fetchCall({ ...call, params }, KEY);
          }),
        );
        for (const [index, answer] of answers.entries()) {
          const sample = must(subject.samples[index], "one answer a sample");
          expect(answer, sample.title).toMatchObject({ outcome: "data", rows: sample.rows });
        }
      }),
  },
  {
    title: "by property: never throws, and what it takes for data it hands on unchanged",
    check: (subject) =>
      withServer(async (server) => {
        const source = makeSource(subject, server);
        const edit = fc.record({
          at: fc.nat(),
          remove: fc.nat(40),
          insert: fc.oneof(
            fc.uint8Array({ maxLength: 12 }),
            fc.string({ maxLength: 12 }).map((text) => Buffer.from(text)),
          ),
        });
        const body = fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc
            .tuple(
              fc.nat(subject.samples.length - 1),
              fc.array(edit, { minLength: 1, maxLength: 4 }),
            )
            .map(([index, edits]) =>
              edits.reduce(edited, subject.samples[index]?.body ?? new Uint8Array()),
            ),
        );
        await fc.assert(
          fc.asyncProperty(fc.nat(subject.samples.length - 1), body, async (index, sent) => {
            const sample = must(subject.samples[index], "the index is one of the samples");
            server.handler = reply(200, sent, { "content-type": sample.contentType });
            const answer = await source.fetchCall(sample.call, KEY);
            checkAnswer(answer, [KEY, OTHER_SECRET]);
            if (answer.outcome === "data") {
              expect(Buffer.compare(answer.bytes, sent)).toBe(0);
              expect(answer.rows).toBeGreaterThanOrEqual(0);
            }
          }),
          { seed: testSeed(), numRuns: testCount(150, 5000) },
        );
      }),
  },
];

type Edit = { readonly at: number; readonly remove: number; readonly insert: Uint8Array };

function edited(body: Uint8Array, { at, remove, insert }: Edit): Uint8Array {
  const from = body.length === 0 ? 0 : at % body.length;
  return Buffer.concat([body.subarray(0, from), insert, body.subarray(from + remove)]);
}
