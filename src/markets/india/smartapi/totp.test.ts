/** One-time codes against the vectors of RFC 4226 (appendix D) and RFC 6238 (appendix B). */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { TOTP_STEP_MS, hotp, msUntilNextTotp, parseBase32, secretProblem, totp } from "./totp.ts";

const SECRET = Buffer.from("12345678901234567890", "ascii");

describe("a code of a counter", () => {
  test.each(
    [
      "755224",
      "287082",
      "359152",
      "969429",
      "338314",
      "254676",
      "287922",
      "162583",
      "399871",
      "520489",
    ].map((code, counter) => [counter, code] as const),
  )("for %d is %s", (counter, code) => {
    expect(hotp(SECRET, counter, 6)).toBe(code);
  });
});

describe("a code of a moment", () => {
  test.each([
    [59, "94287082"],
    [1_111_111_109, "07081804"],
    [1_111_111_111, "14050471"],
    [1_234_567_890, "89005924"],
    [2_000_000_000, "69279037"],
    [20_000_000_000, "65353130"],
  ])("at %d s is %s", (seconds, code) => {
    expect(totp(SECRET, seconds * 1000, 8)).toBe(code);
  });

  test("has six digits and changes at its step", () => {
    expect(totp(SECRET, 59_000)).toBe("287082");
    expect(msUntilNextTotp(59_000)).toBe(1000);
    expect(msUntilNextTotp(60_000)).toBe(TOTP_STEP_MS);
  });
});

describe("a base32 secret", () => {
  test("is read as people copy it", () => {
    const plain = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for (const text of [plain, plain.toLowerCase(), "gezd gnbv-gy3t qojq gezd gnbv gy3t qojq==="]) {
      expect(Buffer.from(parseBase32(text) ?? []).toString("ascii")).toBe("12345678901234567890");
    }
  });

  test.each(["", "   ", "A", "0189", "GEZDGNB!", "not base32 at all 1"])("is not %j", (text) => {
    expect(parseBase32(text)).toBeUndefined();
  });

  test.each([
    ["GEZDGNBVGY3TQOJQ", undefined],
    ["gezd gnbv-gy3t qojq===", undefined],
    ["", "is empty"],
    ["0189-SECRET", "is not base32 text"],
    ["GEZDGNBVGY3TQOJ!", "is not base32 text"],
    ["GEZDGNBVGY3TQO", "is too short"],
  ])("%j: what is wrong with it is said without it", (text, problem) => {
    const says = secretProblem(text);
    if (problem === undefined) expect(says).toBeUndefined();
    else {
      expect(says).toContain(problem);
      if (text !== "") expect(says).not.toContain(text);
    }
  });

  test("gives back what was written, for any bytes", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const write = (bytes: Uint8Array) => {
      const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
      return (bits.match(/.{1,5}/g) ?? [])
        .map((five) => alphabet[Number.parseInt(five.padEnd(5, "0"), 2)])
        .join("");
    };
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        expect(parseBase32(write(bytes))).toEqual(bytes);
      }),
      { seed: testSeed(), numRuns: testCount(100, 2000) },
    );
  });
});
