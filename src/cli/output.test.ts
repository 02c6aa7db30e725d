/** What is printed: one document or text on stdout, errors on stderr, and never a secret. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { MeridianError } from "#core/meridian-error.ts";
import { secretMask } from "#platform/secrets.ts";
import { printError, printResult, table } from "./output.ts";

const KEY = "CANARY0001";
const mask = secretMask([KEY]);

function captured(print: () => unknown) {
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((chunk) => {
      written[stream] += String(chunk);
      return true;
    });
  }
  const returned = print();
  vi.restoreAllMocks();
  return { ...written, returned };
}
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a result", () => {
  const result = { exitCode: 0, document: { key: KEY, rows: [1] }, lines: [`key ${KEY}`, "two"] };

  test("is its lines for people and its document for programs, both masked", () => {
    expect(captured(() => printResult(result, false, mask))).toMatchObject({
      stdout: "key [masked]\ntwo\n",
      stderr: "",
    });
    const { stdout } = captured(() => printResult(result, true, mask));
    expect(JSON.parse(stdout)).toEqual({ key: "[masked]", rows: [1] });
  });
});

describe("an error", () => {
  const refused = new MeridianError("VENDOR_KEY_INVALID", {
    message: `the key ${KEY} is invalid`,
    facts: { key: KEY },
  });

  test("says its code, its sentence and the next step on stderr, and ends with its exit code", () => {
    const { stdout, stderr, returned } = captured(() => printError(refused, false, mask));
    expect(stderr).toBe(
      `error VENDOR_KEY_INVALID: the key [masked] is invalid.\nnext: ${refused.nextStep}\n`,
    );
    expect([stdout, returned]).toEqual(["", 2]);
  });

  test("is a document too where one was asked for", () => {
    const { stdout } = captured(() => printError(refused, true, mask));
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: "VENDOR_KEY_INVALID",
        message: "the key [masked] is invalid",
        facts: { key: "[masked]" },
        nextStep: refused.nextStep,
      },
    });
  });

  test("that nobody expected is a document with a code of its own where one was asked for", () => {
    const { stdout, returned } = captured(() =>
      printError(new Error(`bug with ${KEY}`), true, mask),
    );
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: "UNEXPECTED",
        message: "bug with [masked]",
        facts: {},
        nextStep: expect.any(String),
      },
    });
    expect(returned).toBe(1);
  });

  test("that nobody expected ends with 1, shows where it came from, and is masked", () => {
    const { stderr, returned } = captured(() =>
      printError(new Error(`bug with ${KEY}`), false, mask),
    );
    expect(stderr).toContain("something unexpected happened");
    expect(stderr).toContain("bug with [masked]");
    expect(stderr).toContain("output.test.ts");
    expect([returned, captured(() => printError("text", false, mask)).returned]).toEqual([1, 1]);
  });
});

test("columns are aligned, and nothing trails", () => {
  expect(
    table(
      [
        ["a", "bbb", "c"],
        ["aaa", "b", ""],
      ],
      "  ",
    ),
  ).toEqual(["  a    bbb  c", "  aaa  b"]);
  expect(table([])).toEqual([]);
});
