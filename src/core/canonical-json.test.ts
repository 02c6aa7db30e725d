/** One text for one value: order of keys does not matter, and nothing is dropped in silence. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { canonicalJson } from "./canonical-json.ts";

const run = { numRuns: testCount(300, 10_000), seed: testSeed() };

describe("canonical JSON", () => {
  test("reads back as the value that was written", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      run,
    );
  });

  test("is the same text whatever the order in which keys were set", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
      run,
    );
  });

  test("sorts keys by code unit, also inside lists, and writes no white space", () => {
    expect(canonicalJson({ b: [{ z: 1, a: null }], B: "x y", "": true })).toBe(
      '{"":true,"B":"x y","b":[{"a":null,"z":1}]}',
    );
  });

  test("leaves out keys without a value and keeps null", () => {
    expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
  });

  test("writes numbers as ECMAScript does, and no negative zero", () => {
    expect(canonicalJson([1e21, 0.1, -0, 1e-7])).toBe("[1e+21,0.1,0,1e-7]");
  });

  test.each([
    ["NaN", Number.NaN],
    ["an infinity", Infinity],
    ["a function", () => 1],
    ["a big integer", 1n],
    ["undefined", undefined],
    ["undefined in a list", [undefined]],
  ])("refuses %s", (_, value) => {
    expect(() => canonicalJson({ value: [value] })).toThrow("has no JSON form");
  });
});
