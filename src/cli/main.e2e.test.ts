/** The command line as the operator starts it: plain Node, its own process, no transpiler before it. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const KEY = "CANARY0KEY00001";
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "meridian-smoke-"));
  const files = join(root, "files");
  mkdirSync(files);
  const dates = ["2024-03-25", "2024-03-26", "2024-03-27", "2024-03-28"];
  for (const [index, symbol] of ["SPY", "VIXY"].entries()) {
    const rows = dates.map(
      (date, at) => `${date},${100 + at},${101 + at},${99 + at},${100 + at},${1000 * (index + 1)}`,
    );
    writeFileSync(
      join(files, `${symbol}.csv`),
      ["Date,Open,High,Low,Close,Volume", ...rows, ""].join("\r\n"),
    );
  }
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function meridian(...words: string[]) {
  const done = spawnSync(
    process.execPath,
    [MAIN, ...words, "--workspace", join(root, "workspace")],
    {
      encoding: "utf8",
      env: { ...process.env, ALPHAVANTAGE_API_KEYS: KEY },
    },
  );
  return { exitCode: done.status, stdout: done.stdout, stderr: done.stderr };
}

test("goes from an empty folder to truth time in five commands, each in a process of its own", () => {
  const started = meridian("init");
  expect(started).toMatchObject({ exitCode: 0, stderr: "" });
  expect(existsSync(join(root, "workspace", "meridian.toml"))).toBe(true);
  expect(meridian("us", "import", join(root, "files"), "--basis", "raw")).toMatchObject({
    exitCode: 0,
    stderr: "",
  });
  expect(meridian("us", "build")).toMatchObject({ exitCode: 0, stderr: "" });
  expect(meridian("gate", "ingest", "--market", "us")).toMatchObject({ exitCode: 0, stderr: "" });
  const status = meridian("truth", "status", "--market", "us", "--json");
  expect(status).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(status.stdout)).toMatchObject({
    market: "us",
    rdt: "2024-03-28",
    ctt: "2024-03-28",
    te: null,
    state: "PENDING_EVALUATION",
  });
});

test("without a command shows both where time stands and what to do next", () => {
  const { exitCode, stdout } = meridian();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/us +PENDING_EVALUATION +2024-03-28 +2024-03-28/);
  expect(stdout).toContain("next for us: meridian ");
});

test("ends with 2 and one line to act on when the settings are wrong", () => {
  const broken = join(root, "broken");
  mkdirSync(broken);
  writeFileSync(join(broken, "meridian.toml"), '[us.vendor]\nplan = "gold"\n');
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [MAIN, "status", "--workspace", broken],
    { encoding: "utf8" },
  );
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(
    /^error CONFIG_INVALID: meridian\.toml: us\.vendor\.plan: expected one of "free", "premium", found "gold"\.\nnext: /,
  );
});

test("has written the key of the environment into no file", () => {
  const workspace = join(root, "workspace");
  const files = readdirSync(workspace, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    expect(readFileSync(join(file.parentPath, file.name)).includes(KEY), file.name).toBe(false);
  }
});
