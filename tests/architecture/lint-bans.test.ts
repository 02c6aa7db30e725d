/**
 * Shows that the bans of the house are alive: each is broken in a planted file and must be reported
 * there, and is not reported where it does not apply.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type PlantedTree, plantTree, runTool } from "./planted-tree.ts";

/** Apart, so that this file itself does not hold a focused test. */
const ONLY = "only";

const lintSchema = z.object({
  diagnostics: z.array(z.object({ code: z.string(), filename: z.string(), message: z.string() })),
});

/** A file body that breaks one rule, and the rule. */
const BROKEN: readonly (readonly [rule: string, body: string])[] = [
  ["no-restricted-globals", "export const day = new Date(0);"],
  ["no-restricted-globals", "export const spent = performance.now();"],
  ["no-restricted-globals", "setTimeout(() => undefined, 1);"],
  ["no-restricted-globals", "setInterval(() => undefined, 1);"],
  ["no-restricted-globals", "export const folder = process.cwd();"],
  ["no-restricted-globals", 'export const answer = await fetch("http://127.0.0.1/");'],
  ["no-restricted-properties", "export const instant = Temporal.Now.instant();"],
  ["no-restricted-properties", "export const chance = Math.random();"],
  ["no-restricted-properties", "const { random } = Math;\nexport { random };"],
  ["no-restricted-properties", 'export const day: unknown = globalThis["Date"];'],
  ["no-restricted-imports", 'import "node:timers/promises";'],
  ["no-restricted-imports", 'import { randomUUID } from "node:crypto";\nexport { randomUUID };'],
  ["no-process-env", 'export const home = process.env["HOME"];'],
  ["no-console", 'console.log("loud");'],
  ["no-non-null-assertion", "export const one = [1].at(0)!;"],
  ["no-default-export", "export default 1;"],
  ["no-namespace", "export namespace Space {\n  export const one = 1;\n}"],
  ["no-explicit-any", "export type Loose = any;"],
  ["no-unsafe-assignment", 'export const loose = JSON.parse("1");'],
  // The boundary table does not see these, so they must not exist.
  ["consistent-type-imports", 'export type Own = import("./broken-0.ts").Own;'],
  ["no-floating-promises", "async function later() {}\nlater();"],
  ["no-misused-promises", "export const odd = [1].filter(async () => true);"],
  ["switch-exhaustiveness-check", switchWithoutACase()],
  ["no-dynamic-require", 'const name = "x";\nexport const part: unknown = await import(name);'],
  ["no-empty", "export function quiet() {\n  try {\n    quiet();\n  } catch {}\n}"],
  ["eqeqeq", "export const same = (a: unknown, b: unknown) => a == b;"],
  ["max-lines", `${"// line\n".repeat(301)}export const long = 1;`],
  ["max-lines-per-function", `export function long() {\n${"  long();\n".repeat(70)}}`],
];

/** What may stand where it does: the seams, the edges and the checks. */
const ALLOWED: readonly (readonly [file: string, body: string])[] = [
  ["src/platform/clock.ts", "export const instant = Temporal.Now.instant();"],
  ["src/cli/print.ts", 'console.log(process.env["HOME"]);'],
  ["src/lake/far-client.ts", 'export const answer = await fetch("http://127.0.0.1/");'],
  ["simulators/wait.ts", "setTimeout(() => undefined, 1);"],
  ["vitest.config.ts", "export default {};"],
];

/** What is banned in one place only, or even there. */
const STRICTER: readonly (readonly [file: string, rule: string, body: string])[] = [
  ["src/core/bytes.ts", "no-restricted-globals", "export const bytes = Buffer.alloc(1);"],
  ["src/contracts/far-client.ts", "no-restricted-globals", "export const ask = fetch;"],
  ["src/lake/slow-client.ts", "no-restricted-globals", "setTimeout(() => undefined, 1);"],
  ["simulators/chance.ts", "no-restricted-properties", "export const chance = Math.random();"],
  ["src/lake/rows.test.ts", "no-focused-tests", focusedTest()],
  ["src/lake/empty.test.ts", "expect-expect", testThatAssertsNothing()],
];

function switchWithoutACase(): string {
  return `export function pick(side: "a" | "b"): number {
  switch (side) {
    case "a":
      return 1;
  }
  return 2;
}`;
}

function focusedTest(): string {
  return `import { expect, test } from "vitest";
test.${ONLY}("focused", () => {
  expect(1).toBe(1);
});`;
}

function testThatAssertsNothing(): string {
  return `import { test } from "vitest";
test("asserts nothing", () => {});`;
}

describe("the linter", () => {
  let tree: PlantedTree;
  let found: { readonly rule: string; readonly file: string }[];

  beforeAll(async () => {
    const files: Record<string, string> = {};
    for (const [index, [, body]] of BROKEN.entries()) files[brokenFile(index)] = `${body}\n`;
    for (const [file, body] of ALLOWED) files[file] = `${body}\n`;
    for (const [file, , body] of STRICTER) files[file] = `${body}\n`;
    tree = plantTree(files);
    const { stdout } = await runTool(tree.root, "oxlint/bin/oxlint", ["--format=json"]);
    found = lintSchema.parse(JSON.parse(stdout)).diagnostics.map(({ code, filename }) => ({
      rule: /\((.+)\)/.exec(code)?.[1] ?? code,
      file: filename.replaceAll("\\", "/"),
    }));
  });
  afterAll(() => tree.remove());

  test.each(BROKEN.map(([rule, body], index) => [rule, body.split("\n")[0], brokenFile(index)]))(
    "reports %s in: %s",
    (rule, _, file) => {
      expect(found).toContainEqual({ rule, file });
    },
  );

  test.each(STRICTER)("reports in %s: %s", (file, rule) => {
    expect(found).toContainEqual({ rule, file });
  });

  test.each(ALLOWED)("says nothing about %s", (file) => {
    expect(found.filter((hit) => hit.file === file)).toEqual([]);
  });
});

describe("the compiler", () => {
  test("refuses what cannot be erased, and an optional field set to undefined", async () => {
    const tree = plantTree({
      "src/lake/enum.ts": "export enum Side {\n  A,\n}\n",
      "src/lake/field.ts": "export class Box {\n  constructor(readonly size: number) {}\n}\n",
      "src/lake/optional.ts":
        "type Box = { size?: number };\nexport const box: Box = { size: undefined };\n",
      "src/lake/index.ts": 'export const first: string = ["a"][0];\n',
    });
    const { stdout } = await runTool(tree.root, "typescript/bin/tsc", [
      "-p",
      ".",
      "--pretty",
      "false",
    ]);
    tree.remove();
    const reported = [...stdout.matchAll(/^(\S+?)\(\d+,\d+\): error (TS\d+)/gm)].map(
      ([, file, code]) => `${file} ${code}`,
    );
    expect(reported).toEqual(
      expect.arrayContaining([
        "src/lake/enum.ts TS1294",
        "src/lake/field.ts TS1294",
        "src/lake/index.ts TS2322",
        "src/lake/optional.ts TS2375",
      ]),
    );
  });
});

function brokenFile(index: number): string {
  return `src/lake/broken-${index}.ts`;
}
