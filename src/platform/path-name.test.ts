/** Any symbol becomes one path name, kept apart from all others on every file system. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { encodePathName } from "./path-name.ts";

const run = { numRuns: testCount(2000, 100_000), seed: testSeed() };
/** Well-formed text: a symbol is read from UTF-8, which cannot hold half a surrogate pair. */
const anyName = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(..."aAbBcCzZ019-_.~:/\\ %2E5F"), maxLength: 6 }),
);
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;

describe("an encoded name", () => {
  test.each([
    ["SPY", "SPY"],
    ["BRK-B", "BRK-B"],
    ["NIFTY_50", "NIFTY_50"],
    ["CON", "~43ON"],
    ["PRN", "~50RN"],
    ["AUX", "~41UX"],
    ["NUL", "~4EUL"],
    ["COM1", "~43OM1"],
    ["LPT9", "~4CPT9"],
    ["CONE", "CONE"],
    ["-P-HIZ", "~2DP-HIZ"],
    ["AEGN:BAT", "AEGN~3ABAT"],
    ["BC/PB", "BC~2FPB"],
    ["NXT(EXP20091224)", "NXT~28EXP20091224~29"],
    ["BRK.B", "BRK~2EB"],
    ["..", "~2E~2E"],
    ["a", "~61"],
    ["Nifty 50", "N~69~66~74~79~2050"],
    ["~", "~7E"],
    ["", "~"],
  ])("of %j is %s", (name, encoded) => expect(encodePathName(name)).toBe(encoded));

  test("holds only characters that every file system takes, and is no device", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const encoded = encodePathName(name);
        expect(encoded).toMatch(/^[A-Z0-9_~][A-Z0-9_~-]*$/);
        expect(encoded).not.toMatch(RESERVED);
      }),
      run,
    );
  });

  test("differs from that of any other name, also where case does not count", () => {
    fc.assert(
      fc.property(anyName, anyName, (a, b) => {
        fc.pre(a !== b);
        expect(encodePathName(a).toLowerCase()).not.toBe(encodePathName(b).toLowerCase());
      }),
      run,
    );
  });

  test("differs from that of the same name in another case", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        for (const other of [name.toLowerCase(), name.toUpperCase()]) {
          const isSame = encodePathName(name).toLowerCase() === encodePathName(other).toLowerCase();
          expect(isSame).toBe(name === other);
        }
      }),
      run,
    );
  });
});
