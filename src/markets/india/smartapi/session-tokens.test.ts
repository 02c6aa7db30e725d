/** When a session ends, and which tokens it has after a refresh. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import type { EpochMs } from "#core/clock.ts";
import { endOf, tokensOfLogin, tokensOfRefresh } from "./session-tokens.ts";

const at = Date.UTC(2026, 2, 12, 3, 30) as EpochMs; // 09:00 in India
const midnight = Date.UTC(2026, 2, 12, 18, 30);
const MINUTE_MS = 60_000;

function jwt(payload: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(payload)}.c2ln`;
}

describe("a session", () => {
  test("ends by its token's claim, a minute early", () => {
    const exp = (at + 150 * MINUTE_MS) / 1000;
    expect(endOf(jwt({ exp }), at)).toBe(at + 149 * MINUTE_MS);
    expect(endOf(jwt({ exp: at / 1000 + 10 }), at)).toBe(at + 9000);
  });

  test.each([
    ["no token of three parts", "opaque"],
    ["no JSON", "a.b.c"],
    ["no claim", jwt({ sub: "A1" })],
    ["a claim that is no number", jwt({ exp: "soon" })],
    ["a claim in the past", jwt({ exp: at / 1000 - 1 })],
    ["a claim of years", jwt({ exp: at / 1000 + 1e8 })],
    ["a claim in milliseconds", jwt({ exp: at + 3_600_000 })],
  ])("ends at midnight in India with %s", (_title, token) => {
    expect(endOf(token, at)).toBe(midnight - MINUTE_MS);
  });

  test("ends after it began, and within 28 hours, whatever the token is", () => {
    fc.assert(
      fc.property(fc.string(), fc.anything(), fc.nat(4e12), (text, payload, instant) => {
        for (const token of [
          text,
          `a.${Buffer.from(text).toString("base64url")}.c`,
          jwt(payload ?? 0),
        ]) {
          const lifeMs = endOf(token, instant as EpochMs) - instant;
          expect(lifeMs).toBeGreaterThan(0);
          expect(lifeMs).toBeLessThanOrEqual(28 * 3_600_000);
        }
      }),
      { seed: testSeed(), numRuns: testCount(200, 3000) },
    );
  });
});

describe("tokens", () => {
  const data = { jwtToken: "Bearer abc", refreshToken: "r1", feedToken: "f1", state: null };

  test("of a login are three, without the word that goes before them", () => {
    expect(tokensOfLogin(data, at)).toMatchObject({
      jwtToken: "abc",
      refreshToken: "r1",
      feedToken: "f1",
    });
    for (const missing of ["jwtToken", "refreshToken", "feedToken"]) {
      expect(tokensOfLogin({ ...data, [missing]: undefined }, at)).toBeUndefined();
      expect(tokensOfLogin({ ...data, [missing]: "two\r\nlines" }, at)).toBeUndefined();
    }
    for (const nothing of [null, "", [], 7]) expect(tokensOfLogin(nothing, at)).toBeUndefined();
  });

  test("are all replaced by a refresh", () => {
    const before = tokensOfLogin(data, at);
    if (before === undefined) throw new Error("the login has tokens");
    const renewed = { jwtToken: "j2", refreshToken: "r2", feedToken: "f2" };
    expect(tokensOfRefresh(renewed, before, at)).toMatchObject(renewed);
    expect(tokensOfRefresh({ jwtToken: "j2" }, before, at)).toMatchObject({
      jwtToken: "j2",
      refreshToken: "r1",
      feedToken: "f1",
    });
    expect(tokensOfRefresh({ feedToken: "f2" }, before, at)).toBeUndefined();
  });
});
