/** A withdrawn file comes back: imported again it has a new id, and builds are what they were before. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { runMeridian, runMeridianJson } from "../support/command-line.ts";

const importSchema = z.object({
  files: z.array(z.object({ raw: z.string(), outcome: z.string() })),
});
const buildSchema = z.object({ counts: z.object({ daily: z.object({ accepted: z.number() }) }) });
const rawSchema = z.object({
  total: z.number(),
  raw: z.array(
    z.object({ id: z.string(), symbol: z.string(), rows: z.number(), withdrawn: z.boolean() }),
  ),
});

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "meridian-withdrawn-"));
});
afterEach(() => {
  rmSync(workspace, { recursive: true, force: true });
});

const HISTORY = `Date,Open,High,Low,Close,Volume
2024-03-26,10,11,9,10,100
2024-03-27,10,11,9,10,100
2024-03-28,10,11,9,10,100
`;

test("a file that was withdrawn and is imported again counts again", async () => {
  const path = join(workspace, "IBM.csv");
  writeFileSync(path, HISTORY);
  const words = ["us", "import", path, "--symbol-from-name", "--basis", "raw"];
  const importFile = async () =>
    (await runMeridianJson(importSchema, workspace, ...words)).files[0] ?? { raw: "", outcome: "" };
  const accepted = async () =>
    (await runMeridianJson(buildSchema, workspace, "us", "build")).counts.daily.accepted;

  const first = await importFile();
  expect((await importFile()).outcome).toBe("known");
  expect(await accepted()).toBe(3);
  const who = ["--operator", "A. Person", "--reason", "mistaken"];
  await runMeridian(workspace, "us", "withdraw", first.raw, ...who);
  await runMeridian(workspace, "us", "build");
  const second = await importFile();
  expect(second.outcome).toBe("same_bytes");
  expect(second.raw).not.toBe(first.raw);
  expect(await accepted()).toBe(3);
  expect(await importFile()).toMatchObject({ raw: second.raw, outcome: "known" });

  expect(await runMeridianJson(rawSchema, workspace, "us", "raw", "--symbol", "ibm")).toMatchObject(
    {
      total: 2,
      raw: [
        { id: second.raw, symbol: "IBM", rows: 3, withdrawn: false },
        { id: first.raw, withdrawn: true },
      ],
    },
  );
  const screen = await runMeridian(workspace, "us", "raw", "--limit", "1");
  expect(screen.stdout).toContain(second.raw);
  expect(screen.stdout).not.toContain(first.raw);
  expect((await runMeridian(workspace, ...words)).stdout).toContain(second.raw);
});
