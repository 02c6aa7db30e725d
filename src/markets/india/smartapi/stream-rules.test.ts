/** Dealing out tokens, the socket's texts, and pauses between connections. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { seededRandom } from "#core/random.ts";
import { reconnectPauseMs } from "./reconnect-policy.ts";
import { parseStreamText, subscriptionRequests } from "./stream-messages.ts";
import { planStream } from "./stream-plan.ts";

const tokensOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ exchangeType: 1, token: String(at) }));
const runs = { seed: testSeed(), numRuns: testCount(100, 2000) };

describe("the plan", () => {
  test.each([
    [0, []],
    [1, [1]],
    [1000, [1000]],
    [1001, [1000, 1]],
    [3000, [1000, 1000, 1000]],
  ])("of %d tokens fills a connection before the next", (count, sizes) => {
    const { connections, use } = planStream(tokensOf(count));
    expect(connections.map(({ length }) => length)).toEqual(sizes);
    expect(use).toEqual({ tokens: count, headroom: 3000 - count, connections: sizes.length });
  });

  test("refuses more than three connections carry, but counts a token once", () => {
    expect(() => planStream(tokensOf(3001))).toThrow(
      expect.objectContaining({ code: "STREAM_TOO_LARGE" }),
    );
    expect(planStream([...tokensOf(3000), ...tokensOf(3000)]).use.headroom).toBe(0);
    expect(
      planStream([
        { exchangeType: 1, token: "1" },
        { exchangeType: 3, token: "1" },
      ]).use.tokens,
    ).toBe(2);
  });
});

const request = z.strictObject({
  correlationID: z.string().regex(/^[a-z0-9]{10}$/),
  action: z.union([z.literal(0), z.literal(1)]),
  params: z.strictObject({
    mode: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    tokenList: z.array(
      z.strictObject({ exchangeType: z.int(), tokens: z.array(z.string()).min(1) }),
    ),
  }),
});

describe("requests", () => {
  test("are in the vendor's form", () => {
    expect(
      subscriptionRequests("subscribe", "quote", tokensOf(2)).map(
        (text) => JSON.parse(text) as unknown,
      ),
    ).toEqual([
      {
        correlationID: "sub1000000",
        action: 1,
        params: { mode: 2, tokenList: [{ exchangeType: 1, tokens: ["0", "1"] }] },
      },
    ]);
  });

  test("ask for each token once", () => {
    const token = fc.record({
      exchangeType: fc.constantFrom(1, 3),
      token: fc.stringMatching(/^\d{1,6}$/),
    });
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 900 }),
        fc.constantFrom("subscribe", "unsubscribe"),
        (wanted, action) => {
          const sent = subscriptionRequests(action, "ltp", wanted).map((text) =>
            request.parse(JSON.parse(text)),
          );
          const asked = sent.flatMap(({ params }) =>
            params.tokenList.flatMap(({ exchangeType, tokens }) =>
              tokens.map((each) => `${exchangeType}:${each}`),
            ),
          );
          expect(asked.toSorted()).toEqual(
            wanted.map((each) => `${each.exchangeType}:${each.token}`).toSorted(),
          );
          for (const { action: sentAction } of sent)
            expect(sentAction).toBe(action === "subscribe" ? 1 : 0);
        },
      ),
      runs,
    );
  });
});

describe("a text frame", () => {
  test.each([
    ["pong", { kind: "pong" }],
    [" Pong\n", { kind: "pong" }],
    [
      '{"correlationID":"a","errorCode":"E1002","errorMessage":"limit"}',
      { kind: "error", code: "E1002", says: "E1002: limit" },
    ],
    ['{"errorCode":"E1001"}', { kind: "error", code: "E1001", says: "E1001: no message" }],
    ["hello", { kind: "other", says: "hello" }],
    ["{}", { kind: "other", says: "{}" }],
    ["null", { kind: "other", says: "null" }],
  ])("%s", (text, expected) => {
    expect(parseStreamText(text)).toEqual(expected);
  });

  test("never throws and is never long", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 2000 }), fc.json()), (text) => {
        const read = parseStreamText(text);
        if (read.kind !== "pong") expect(read.says.length).toBeLessThanOrEqual(300);
      }),
      runs,
    );
  });
});

describe("the pause before a connection is made again", () => {
  const settings = { reconnect_seconds: 1, reconnect_seconds_max: 30 };

  test("stays between a tenth of its step and the step, and under the largest", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat(), (failures, seed) => {
        const stepMs = Math.min(30_000, 1000 * 2 ** (failures - 1));
        const pauseMs = reconnectPauseMs(settings, { failures, status: null }, seededRandom(seed));
        expect(pauseMs).toBeGreaterThanOrEqual(stepMs * 0.1);
        expect(pauseMs).toBeLessThanOrEqual(stepMs);
      }),
      runs,
    );
  });

  test("is longer when the vendor says that there are too many, or how long", () => {
    const least = (status: number | null) =>
      reconnectPauseMs(settings, { failures: 1, status }, () => 0);
    expect(least(null)).toBe(100);
    expect(least(429)).toBe(4000);
    expect(least(503)).toBe(4000);
    const told = { failures: 1, status: 429, retryAfterMs: 9000 };
    expect(reconnectPauseMs(settings, told, () => 0)).toBe(9000);
    expect(reconnectPauseMs(settings, { ...told, retryAfterMs: 1e9 }, () => 0)).toBe(30_000);
  });
});
