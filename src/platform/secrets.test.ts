/** No part of a secret survives the mask, in whatever form or neighbourhood it stands. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { secretMask } from "./secrets.ts";

const run = { numRuns: testCount(500, 20_000), seed: testSeed() };
const secretText = fc.string({ unit: fc.constantFrom(...'ABCab12/+=&% "\\é'), minLength: 8 });

describe("a secret", () => {
  test("is masked wherever it stands", () => {
    const mask = secretMask(["CANARYKEY1", "CANARYKEY2"]);
    expect(mask.apply("key CANARYKEY1, CANARYKEY1 and CANARYKEY2.")).toBe(
      "key [masked], [masked] and [masked].",
    );
  });

  test("that begins another is masked whole in both", () => {
    const mask = secretMask(["ABCDEFGH", "ABCDEFGHIJ"]);
    expect(mask.apply("ABCDEFGHIJ ABCDEFGH")).toBe("[masked] [masked]");
  });

  test("that overlaps another leaves nothing of either", () => {
    const mask = secretMask(["ABCDEFGH", "EFGHIJKL"]);
    expect(mask.apply("<ABCDEFGHIJKL>")).toBe("<[masked]>");
  });

  test.each([
    ["in a URL", encodeURIComponent("a/b+c=d e")],
    ["in a URL with small hexadecimal digits", "a%2fb%2bc%3dd%20e"],
    ["in a form, where a blank is a plus", "a%2Fb%2Bc%3Dd+e"],
    ["as it is", "a/b+c=d e"],
  ])("is masked %s", (_, written) => {
    expect(secretMask(["a/b+c=d e"]).apply(`?apikey=${written}&x`)).toBe("?apikey=[masked]&x");
  });

  test("is masked inside a line of JSON, where quotes are escaped", () => {
    const line = JSON.stringify({ message: 'the key is p"q\\r!' });
    expect(secretMask(['p"q\\r!']).apply(line)).toBe('{"message":"the key is [masked]"}');
  });

  test("is masked whatever characters it has and whatever stands around it", () => {
    fc.assert(
      fc.property(
        fc.array(secretText, { minLength: 1, maxLength: 4 }),
        fc.string(),
        (secrets, rest) => {
          const mask = secretMask(secrets);
          for (const text of [
            secrets.join(""),
            secrets.join(rest),
            encodeURIComponent(secrets.join()),
          ]) {
            const masked = mask.apply(text).replaceAll("[masked]", "\u0000");
            for (const secret of secrets) expect(masked).not.toContain(secret);
          }
        },
      ),
      run,
    );
  });

  test("is masked in any case of its letters", () => {
    expect(secretMask(["CANARYKEY1"]).apply("key canarykey1, CanaryKey1")).toBe(
      "key [masked], [masked]",
    );
  });

  test("of less than eight characters is masked as a word of its own, never inside a path", () => {
    const mask = secretMask(["ABC123"]);
    expect(mask.apply('ABC123 "ABC123" ?apikey=ABC123&x. It was ABC123.')).toBe(
      '[masked] "[masked]" ?apikey=[masked]&x. It was [masked].',
    );
    const paths = "/srv/ABC123/x ABC123-workspace C:\\ABC123\\y XABC123 ABC123.csv";
    expect(mask.apply(paths)).toBe(paths);
  });

  test("is not the key that the vendor publishes", () => {
    const text = "the demo key in demo-workspace";
    expect(secretMask(["demo"]).apply(text)).toBe(text);
  });

  test("shorter than four characters is left, for it would mask ordinary words", () => {
    expect(secretMask(["the", ""]).apply("the word")).toBe("the word");
  });
});

test("text without secrets passes unchanged", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(secretMask([]).apply(text)).toBe(text);
      expect(secretMask(["\u0001\u0001\u0001\u0001"]).apply(text)).toBe(text);
    }),
    run,
  );
});
