/**
 * What the operator is told when state or data is gone or damaged, and when a command is wrong: never
 * "there is nothing", never "please report it", and with `--json` always one document.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { runMeridian, runMeridianJson } from "../support/command-line.ts";

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "meridian-lost-"));
});
afterEach(() => {
  rmSync(workspace, { recursive: true, force: true });
});

const WHO = ["--operator", "A. Person"];
const DECISION = ["--text", "as announced", "--author", "A. Person"];
const run = (...words: string[]) => runMeridian(workspace, ...words);

async function importHistory(...options: string[]): Promise<void> {
  const path = join(workspace, "SPY.csv");
  const rows = ["2024-01-02", "2024-01-03", "2024-01-04"].map((date) => `${date},1,2,1,2,100`);
  writeFileSync(path, ["Date,Open,High,Low,Close,Volume", ...rows, ""].join("\n"));
  const done = await run("us", "import", path, "--symbol-from-name", "--basis", "raw", ...options);
  expect(done.exitCode).toBe(0);
}

async function buildHistory(): Promise<void> {
  await importHistory();
  expect((await run("us", "build")).exitCode).toBe(0);
}

function loseState(owner: string): void {
  for (const end of ["", "-wal", "-shm"]) {
    rmSync(join(workspace, "data", "state", `${owner}.sqlite${end}`), { force: true });
  }
}

describe("a lost state file", () => {
  test("breaks verification, with a kept head and without, also once it was begun anew", async () => {
    await buildHistory();
    const { heads } = await runMeridianJson(
      z.object({ heads: z.array(z.object({ hash: z.string() })) }),
      workspace,
      "ledger",
      "head",
    );
    const kept = ["--head", heads[0]?.hash ?? ""];
    expect((await run("ledger", "verify", ...kept)).exitCode).toBe(0);
    loseState("us");
    const lost = await run("ledger", "verify", ...kept);
    expect(lost.exitCode).toBe(3);
    expect(lost.stdout).toContain("data/state/us.sqlite is missing");
    expect(lost.stdout).toContain("is in no chain of this workspace");
    expect((await run("ledger", "verify")).exitCode).toBe(3);
    expect((await run("status")).stdout).toContain("LOST: data/state/us.sqlite is missing");
    expect((await run("ledger", "verify")).exitCode).toBe(3);
    const doctor = await run("doctor", "--offline");
    expect(doctor.exitCode).toBe(3);
    expect(doctor.stdout).toMatch(/FAIL +state files +data\/state\/us\.sqlite does not know SNAP-/);
  });

  test("is a failure of doctor where only raw is left", async () => {
    await importHistory();
    loseState("us");
    expect((await run("doctor", "--offline")).stdout).toMatch(
      /FAIL +state files .* beside data\/raw/,
    );
  });

  test("of governance is told beside the decisions that it had", async () => {
    expect((await run("ledger", "decide", "--id", "D-1", ...DECISION)).exitCode).toBe(0);
    expect((await run("ledger", "verify")).exitCode).toBe(0);
    loseState("system");
    expect(await run("ledger", "verify")).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining("the Decision Ledger is lost"),
    });
  });

  test("is none in a new workspace, but a kept head that no chain holds is", async () => {
    expect((await run("ledger", "verify")).exitCode).toBe(0);
    expect((await run("ledger", "verify", "--head", "0f".repeat(32))).exitCode).toBe(3);
  });
});

describe("a damaged file", () => {
  test("that should be the state file is named, and what its loss means", async () => {
    mkdirSync(join(workspace, "data", "state"), { recursive: true });
    writeFileSync(join(workspace, "data", "state", "us.sqlite"), "not a database ".repeat(100));
    const status = await run("status");
    expect(status.exitCode).toBe(3);
    expect(status.stderr).toMatch(/^error FILE_DAMAGED: data\/state\/us\.sqlite is damaged/);
    expect(status.stderr).toContain("Restore the state file from a copy");
    expect(await run("ledger", "verify")).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining("us: BROKEN: data/state/us.sqlite is damaged"),
    });
  });

  test("of a snapshot is named where gate 1 reads it", async () => {
    await buildHistory();
    const folder = "data/analytics/us/prices/frequency=1d";
    const [part = ""] = readdirSync(join(workspace, folder));
    truncateSync(join(workspace, folder, part), 100);
    const gate = await run("gate", "ingest", "--market", "us");
    expect(gate.exitCode).toBe(3);
    expect(gate.stderr).toContain(`FILE_DAMAGED: prices/frequency=1d/${part} is absent or damaged`);
    expect(gate.stderr).toContain("us build");
  });
});

describe("with --json", () => {
  const documentSchema = z.object({
    error: z.strictObject({
      code: z.string(),
      message: z.string().min(1),
      facts: z.record(z.string(), z.json()),
      nextStep: z.string().min(1),
    }),
  });

  test.each([
    [["us", "daily", "--no-such-option"]],
    [["us", "import", "x.csv", "--basis", "wrong"]],
    [["us", "withdraw"]],
    [["us"]],
    [["us", "nothing"]],
    [["nothing"]],
    [["gate", "ingest"]],
  ])("wrong usage is one document: %j", async (words) => {
    const { exitCode, stdout } = await run(...words, "--json");
    expect(exitCode).toBe(2);
    expect(documentSchema.parse(JSON.parse(stdout)).error.code).toBe("ARGUMENT_INVALID");
  });
});

test.each([
  ["at a key that does not exist", '[us.vendor]\nnickname = "CANARYKEY12345678"', ""],
  ["that is configured", '[us.vendor]\nplan = "CANARYKEY12345678"', "CANARYKEY12345678"],
])("a secret in the settings is not repeated: %s", async (_, settings, key) => {
  writeFileSync(join(workspace, "meridian.toml"), settings);
  writeFileSync(join(workspace, ".env"), `ALPHAVANTAGE_API_KEYS=${key}\n`);
  const { exitCode, stdout, stderr } = await run("status", "--json");
  expect(exitCode).toBe(2);
  expect(stdout).toContain("CONFIG_INVALID");
  expect(stdout + stderr).not.toContain("CANARY");
});

test("a correction that was undone is recorded again when it is needed again", async () => {
  expect((await run("ledger", "decide", "--id", "D-1", ...DECISION)).exitCode).toBe(0);
  const recorded = async (correction: object): Promise<boolean> => {
    const path = join(workspace, "correction.json");
    writeFileSync(path, JSON.stringify(correction));
    const words = ["calendar", "import", path, "--market", "us", ...WHO, "--decision", "D-1"];
    const schema = z.object({ recorded: z.boolean() });
    return (await runMeridianJson(schema, workspace, ...words)).recorded;
  };
  const close = { closed: [{ date: "2026-05-15", name: "storm" }] };
  const open = { open: [{ date: "2026-05-15", open: "09:30", close: "16:00", name: "over" }] };
  const outcomes = [];
  for (const one of [close, close, open, close, close]) outcomes.push(await recorded(one));
  expect(outcomes).toEqual([true, false, true, true, false]);
});

test("doctor tells no growth from the receipts of one day", async () => {
  await importHistory();
  const { stdout } = await run("doctor", "--offline");
  expect(stdout).toMatch(/disk +.* free; data\/ holds .*, growth not known yet/);
});

test("doctor counts the growth of all of data/ over the days that there are receipts of", async () => {
  expect((await run("init", "--synthetic")).exitCode).toBe(0);
  await importHistory("--synthetic", "--clock", "fixed:2026-05-10T22:00:00Z");
  const { stdout } = await run("doctor", "--offline", "--clock", "fixed:2026-05-20T22:00:00Z");
  const found = /data\/ holds ([\d.]+) MB, grew by about ([\d.]+) MB in 10 days: room for \d+/.exec(
    stdout,
  );
  expect(found?.[1]).toBe(found?.[2]);
  expect(Number(found?.[1])).toBeGreaterThan(0);
});
