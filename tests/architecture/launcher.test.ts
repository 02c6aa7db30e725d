/**
 * Shows that bin/meridian starts the installed Node whatever `node` and folder it is started from,
 * and that it becomes that process: arguments, streams, signals and exit code are handed on.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROJECT_ROOT, readProjectFile } from "../support/source-files.ts";

/** Prints what it was given, then does what its first argument says. */
const PROGRAM = `
const [order, ...rest] = process.argv.slice(2);
if (order === "tell") console.log(JSON.stringify({ version: process.version, rest }));
if (order === "exit") process.exit(Number(rest[0]));
if (order === "echo") process.stdin.pipe(process.stdout);
if (order === "wait") {
  process.on("SIGTERM", () => process.exit(42));
  setInterval(() => undefined, 1000);
  console.log("ready");
}
`;

describe.runIf(process.platform !== "win32")("bin/meridian", () => {
  let root: string;
  let launcher: string;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "meridian launcher "));
    launcher = join(root, "house/bin/meridian");
    mkdirSync(join(root, "house/src/cli"), { recursive: true });
    cpSync(join(PROJECT_ROOT, "bin"), join(root, "house/bin"), { recursive: true });
    writeFileSync(join(root, "house/src/cli/main.ts"), PROGRAM);
    writeFileSync(join(root, "house/package.json"), '{"type":"module"}');
    symlinkSync(join(PROJECT_ROOT, "node_modules"), join(root, "house/node_modules"));
    mkdirSync(join(root, "elsewhere"));
    // A `node` on the PATH that must never run.
    writeFileSync(join(root, "elsewhere/node"), "#!/bin/sh\necho wrong node\nexit 99\n");
    chmodSync(join(root, "elsewhere/node"), 0o755);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function environment(): NodeJS.ProcessEnv {
    return { PATH: `${join(root, "elsewhere")}:/usr/bin:/bin` };
  }

  test("runs on the installed Node and hands arguments on as they are", () => {
    const awkward = ["a b", "", "$HOME", "'quoted\"", "*", "--flag=x"];
    const output = execFileSync(launcher, ["tell", ...awkward], {
      cwd: join(root, "elsewhere"),
      env: environment(),
      encoding: "utf8",
    });
    expect(JSON.parse(output)).toEqual({ version: process.version, rest: awkward });
  });

  test("finds its house through links, absolute and relative", () => {
    symlinkSync(launcher, join(root, "elsewhere/absolute"));
    symlinkSync("absolute", join(root, "elsewhere/twice"));
    symlinkSync("../house/bin/meridian", join(root, "elsewhere/relative"));
    for (const name of ["absolute", "twice", "relative"]) {
      const started = spawnSync(join(root, "elsewhere", name), ["exit", "5"], {
        env: environment(),
      });
      expect(started.status, `${name}: ${started.stderr.toString()}`).toBe(5);
    }
  });

  test("hands on the exit code and the streams", () => {
    expect(spawnSync(launcher, ["exit", "3"], { env: environment() }).status).toBe(3);
    const echoed = spawnSync(launcher, ["echo"], { env: environment(), input: "through and back" });
    expect(echoed.stdout.toString()).toBe("through and back");
  });

  test("hands on signals, because it becomes the process", async () => {
    const child = spawn(launcher, ["wait"], {
      env: environment(),
      stdio: ["ignore", "pipe", "ignore"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGTERM");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(42);
  });

  test("says what to do when nothing is installed, with exit code 2", () => {
    const bare = join(root, "bare/bin");
    mkdirSync(bare, { recursive: true });
    cpSync(launcher, join(bare, "meridian"));
    const started = spawnSync(join(bare, "meridian"), [], { env: environment() });
    expect(started.status).toBe(2);
    expect(started.stderr.toString()).toContain("run `npm ci`");
  });
});

describe("bin/meridian.cmd", () => {
  test("has Windows line ends and the same target, arguments and exit code", () => {
    const text = readProjectFile("bin/meridian.cmd");
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
    expect(text).toContain("node_modules\\node\\bin\\node.exe");
    expect(text).toContain('"%meridian_root%\\src\\cli\\main.ts" %*');
    expect(text).toContain("exit /b %errorlevel%");
  });
});
