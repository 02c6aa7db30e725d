/** What a newcomer meets first: wrong paths, half a login, a market with minutes only, a stream that runs. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { takeSessionLock } from "#markets/india/session/session-lock.ts";
import {
  removeStreamingProcess,
  writeStreamingProcess,
} from "#markets/india/session/stop-request-store.ts";
import { fixedClock, instantOfIso } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { runMeridian, runMeridianJson } from "../../tests/support/command-line.ts";

const LOGIN = {
  SMARTAPI_API_KEY: "Key4Tests",
  SMARTAPI_CLIENT_CODE: "T123456",
  SMARTAPI_PIN: "4321",
  SMARTAPI_TOTP_SECRET: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
};
const makeFolder = temporaryFolders();
let workspace: string;
beforeEach(() => {
  workspace = join(makeFolder(), "workspace");
  for (const name of ["ALPHAVANTAGE_API_KEYS", ...Object.keys(LOGIN)]) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const run = (...words: string[]) => runMeridian(workspace, ...words);
const checksSchema = z.object({
  checks: z.array(z.object({ check: z.string(), outcome: z.string(), says: z.string() })),
});
const doctor = async (...words: string[]) => {
  const { checks } = await runMeridianJson(checksSchema, workspace, "doctor", ...words);
  return new Map(checks.map((one) => [one.check, one]));
};
const indiaSchema = z.object({
  markets: z.object({
    india: z.object({
      why: z.array(z.string()),
      next: z.string(),
      session: z
        .object({ pid: z.number().nullable(), since: z.string().nullable(), isStream: z.boolean() })
        .nullable(),
    }),
  }),
});
const indiaStatus = async () =>
  (await runMeridianJson(indiaSchema, workspace, "status")).markets.india;

/** Imports one file of India under this name. */
async function importIndia(name: string, lines: readonly string[], ...words: string[]) {
  const path = join(dirname(workspace), name);
  writeFileSync(path, ["date,open,high,low,close,volume", ...lines, ""].join("\n"));
  const ended = await run("india", "import", path, "--symbol-from-name", ...words);
  expect(ended.exitCode).toBe(0);
}
const MINUTES = ["2024-03-12 09:15,10,11,9,10,5", "2024-03-12 09:16,10,11,9,10,5"];
const ONE_MINUTE = ["--interval", "1m", "--label", "start"];

describe("a workspace that is not there", () => {
  test.each(["status", "doctor"])("is named by %s, which makes nothing", async (word) => {
    const { exitCode, stderr } = await run(word, ...(word === "doctor" ? ["--offline"] : []));
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/^error WORKSPACE_MISSING: .*workspace does not exist\.\nnext: .*init/),
    ]);
    expect(existsSync(workspace)).toBe(false);
  });

  test("is not made of a folder that holds other things", async () => {
    mkdirSync(workspace);
    writeFileSync(join(workspace, "letter.txt"), "mine");
    for (const word of ["status", "doctor"]) {
      expect((await run(word)).stderr).toContain("holds other things, and no settings or data");
    }
    expect(readdirSync(workspace)).toEqual(["letter.txt"]);
  });
});

describe("a workspace whose path is a file", () => {
  test.each([
    ["init", ""],
    ["status", ""],
    ["init", "below"],
  ])("is named by %s %s", async (word, below) => {
    writeFileSync(workspace, "a letter");
    const { exitCode, stderr } = await runMeridian(join(workspace, below), word);
    expect([exitCode, stderr.split(":")[0]]).toEqual([2, "error WORKSPACE_NOT_FOLDER"]);
    expect(stderr).not.toContain("    at ");
  });
});

describe("who uses only India", () => {
  test("is not failed for the US key, and told what it would be for", async () => {
    await run("init");
    for (const [name, value] of Object.entries(LOGIN)) vi.stubEnv(name, value);
    expect((await doctor("--offline")).get("credentials")).toMatchObject({
      outcome: "warn",
      says: expect.stringContaining("only to fetch US data"),
    });
    expect((await run("doctor", "--offline")).exitCode).toBe(0);
  });

  test("is one whose data are all Indian", async () => {
    await importIndia("TCS.csv", MINUTES, ...ONE_MINUTE);
    expect((await doctor("--offline")).get("credentials")?.outcome).toBe("warn");
  });

  test("is failed for a secret of which no code can be made", async () => {
    await run("init");
    for (const [name, value] of Object.entries(LOGIN)) vi.stubEnv(name, value);
    expect((await doctor("--offline")).get("india credentials")?.outcome).toBe("ok");
    vi.stubEnv("SMARTAPI_TOTP_SECRET", "0189-NOT-BASE32");
    const { stdout, exitCode } = await run("doctor", "--offline");
    expect(stdout).toContain("SMARTAPI_TOTP_SECRET is not base32 text");
    expect(stdout).not.toContain("0189");
    expect(exitCode).toBe(3);
  });
});

test("doctor names the cause when a host cannot be reached", async () => {
  // A port that was free a moment ago: nobody listens there.
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  mkdirSync(workspace, { recursive: true });
  const lines = ["[us.vendor]", `base_url = "http://127.0.0.1:${port}/query"`, ""];
  writeFileSync(join(workspace, "meridian.toml"), lines.join("\n"));
  expect((await doctor()).get("network")).toMatchObject({
    outcome: "warn",
    says: expect.stringMatching(/nothing accepts connections there \(ECONNREFUSED\); .*us\.vendor/),
  });
});

describe("status", () => {
  test("tells what there is after an import of minutes only, and what to do", async () => {
    await importIndia("TCS.csv", MINUTES, ...ONE_MINUTE);
    const unbuilt = await indiaStatus();
    expect(unbuilt.why).toEqual([
      expect.stringContaining("there is: imported minutes of TCS (1 payload)"),
      "what was received has not been built yet",
    ]);
    expect(unbuilt.next).toBe("meridian india build");
    await run("india", "build");
    const built = await indiaStatus();
    expect(built.why[0]).toContain("the snapshot has minute candles of the session 2024-03-12");
    expect(built.next).toContain("meridian india history");
    expect((await run("truth", "status", "--market", "india")).stdout).toContain(
      "minute candles, by symbol and session: 1 EARLY_END",
    );
  });

  test("names the command for sessions that are over when data are stale", async () => {
    const rows = ["2024-03-12,100,101,99,100,", "2024-03-13,100,101,99,100,"];
    await importIndia("NIFTY.csv", rows, "--interval", "1d");
    await importIndia("INDIA_VIX.csv", rows, "--interval", "1d");
    await run("india", "build");
    expect((await indiaStatus()).next).toBe("meridian gate ingest --market india");
    await run("gate", "ingest", "--market", "india");
    expect((await indiaStatus()).next).toBe("meridian india history");
    expect((await run("status")).stdout).toMatch(/^india +\S+ +2024-03-13 .*STALE/m);
  });

  test("shows who holds the session: a stream, or another job", async () => {
    await run("init");
    expect((await indiaStatus()).session).toBeNull();
    const place = workspaceAt(workspace);
    const lock = takeSessionLock(place, fixedClock(instantOfIso("2026-03-12T03:30:00Z")));
    const holder = { pid: process.pid, since: "2026-03-12T03:30:00.000Z" };
    expect((await indiaStatus()).session).toEqual({ ...holder, isStream: false });
    writeStreamingProcess(place, process.pid);
    const { session, next } = await indiaStatus();
    expect(session).toEqual({ ...holder, isStream: true });
    expect(next).toContain("when the stream has ended");
    expect((await run("status")).stdout).toContain(
      `india: a stream is running: process ${process.pid} since 2026-03-12T03:30:00.000Z`,
    );
    removeStreamingProcess(place);
    lock.release();
    expect((await indiaStatus()).session).toBeNull();
  });
});
