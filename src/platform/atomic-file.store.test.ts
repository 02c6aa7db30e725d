/** Files that appear whole or not at all: under a reader, a kill and a full disk. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testCount } from "../../tests/support/depth.ts";
import {
  TEMPORARY_SUFFIX,
  errorCodeOf,
  publishFile,
  readTextIfThere,
  removeFolder,
  removeLeftovers,
  removeLeftoversOf,
  syncFile,
  temporaryPathOf,
  wrapDiskError,
  writeFileAtomic,
} from "./atomic-file.ts";
import { startScript } from "./child-script.testing.ts";
import { temporaryFolders } from "./temporary-folder.testing.ts";

const makeFolder = temporaryFolders();
const isWindows = process.platform === "win32";
const FILE_BYTES = 400_000;

/** Rewrites one file for ever, all of one letter each time. */
const REWRITE = `
import { writeFileAtomic } from "#platform/atomic-file.ts";
const [path, bytes] = process.argv.slice(-2);
const texts = ["a", "b"].map((letter) => letter.repeat(Number(bytes)));
writeFileAtomic(path, texts[0]);
console.log("ready");
for (;;) for (const text of texts) writeFileAtomic(path, text);`;

describe("a file that is written atomically", () => {
  test("appears in a folder that was not there, and replaces what was", () => {
    const path = join(makeFolder(), "deep", "er", "current.json");
    writeFileAtomic(path, "old");
    writeFileAtomic(path, new TextEncoder().encode("newé"));
    expect(readFileSync(path, "utf8")).toBe("newé");
    expect(readdirSync(join(path, ".."))).toEqual(["current.json"]);
  });

  test("is never seen half by a reader, and is whole after its writer was killed", async () => {
    const folder = makeFolder();
    const path = join(folder, "part");
    const writer = startScript(REWRITE, { args: [path, String(FILE_BYTES)] });
    await writer.firstLine;
    const seen = new Set<string>();
    const check = (): void => {
      const text = readFileSync(path, "utf8");
      expect(text.length).toBe(FILE_BYTES);
      expect(text).toBe((text[0] ?? "").repeat(FILE_BYTES));
      seen.add(text[0] ?? "");
    };
    for (let reads = testCount(150, 5000); reads > 0 || seen.size < 2; reads--) check();
    writer.child.kill("SIGKILL");
    await writer.ended;
    check();
    removeLeftovers(folder);
    expect(readdirSync(folder)).toEqual(["part"]);
  });

  test.skipIf(isWindows)("is not there at all when the disk has no room", async () => {
    const folder = makeFolder();
    const path = join(folder, "big.json");
    // A limit on the size of files stops a write in the middle, as a full disk does.
    const script = `
import { writeFileAtomic } from "#platform/atomic-file.ts";
try {
  writeFileAtomic(process.argv.at(-1), "x".repeat(1_000_000));
  console.log("written");
} catch (error) {
  console.log(error.code + ": " + error.message);
}`;
    const done = startScript(script, { args: [path], shellPrefix: "ulimit -f 100" });
    expect(await done.firstLine).toBe("DISK_FULL: no room on the disk to write big.json");
    await done.ended;
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leaves its temporary file behind for nobody when the target cannot be replaced", () => {
    const folder = makeFolder();
    mkdirSync(join(folder, "taken", "inside"), { recursive: true });
    expect(() => writeFileAtomic(join(folder, "taken"), "x")).toThrow();
    expect(readdirSync(folder)).toEqual(["taken"]);
  });
});

describe("leftovers", () => {
  test("of one file are removed when their writer is gone, and those of a writer that runs stay", () => {
    const folder = makeFolder();
    const path = join(folder, "current.json");
    const stays = [
      temporaryPathOf(path),
      join(folder, `other.json.999999${TEMPORARY_SUFFIX}`),
      path,
    ];
    const goes = join(folder, `current.json.999999${TEMPORARY_SUFFIX}`);
    for (const file of [...stays, goes]) writeFileSync(file, "half");
    removeLeftoversOf(path);
    expect(readdirSync(folder)).toHaveLength(stays.length);
    expect(existsSync(goes)).toBe(false);
    removeLeftoversOf(join(folder, "absent", "current.json"));
  });

  test("of any process are removed, and nothing else is", () => {
    const folder = makeFolder();
    writeFileSync(temporaryPathOf(join(folder, "a.json")), "half");
    writeFileSync(join(folder, `b.json.999999${TEMPORARY_SUFFIX}`), "half");
    mkdirSync(join(folder, `c${TEMPORARY_SUFFIX}`));
    writeFileSync(join(folder, "kept.json"), "{}");
    removeLeftovers(folder);
    expect(readdirSync(folder)).toEqual(["kept.json"]);
  });

  test("of a folder that is not there are none", () => {
    expect(() => removeLeftovers(join(makeFolder(), "absent"))).not.toThrow();
    expect(() => removeFolder(join(makeFolder(), "absent"))).not.toThrow();
  });
});

describe("a finished temporary file", () => {
  test("is published under its name", async () => {
    const path = join(makeFolder(), "part.parquet");
    const temporary = temporaryPathOf(path);
    writeFileSync(temporary, "rows");
    await syncFile(temporary);
    publishFile(temporary, path);
    expect(readTextIfThere(path)).toBe("rows");
    expect(existsSync(temporary)).toBe(false);
  });

  test("lies beside its target, so that the rename stays on one disk", () => {
    const path = join("x", "y.json");
    expect(join(temporaryPathOf(path), "..")).toBe("x");
    expect(temporaryPathOf(path).endsWith(TEMPORARY_SUFFIX)).toBe(true);
  });
});

describe("reading", () => {
  test("a file that is not there gives nothing, and a folder is an error", () => {
    const folder = makeFolder();
    expect(readTextIfThere(join(folder, "absent"))).toBeUndefined();
    expect(() => readTextIfThere(folder)).toThrow();
  });
});

describe("an error of the disk", () => {
  test.each(["ENOSPC", "EDQUOT", "EFBIG"])("%s is a full disk", (code) => {
    const wrapped = wrapDiskError(Object.assign(new Error("x"), { code }), "/deep/file.json");
    expect(wrapped).toMatchObject({ code: "DISK_FULL", facts: { file: "file.json" } });
  });

  test("that another library words as a full disk is one", () => {
    const wrapped = wrapDiskError(new Error("IO Error: No space left on device"), "part");
    expect(wrapped).toMatchObject({ code: "DISK_FULL" });
  });

  test("of another kind is handed back as it was", () => {
    const cause = Object.assign(new Error("x"), { code: "EACCES" });
    expect(wrapDiskError(cause, "file")).toBe(cause);
    expect(errorCodeOf(cause)).toBe("EACCES");
    expect(errorCodeOf("text")).toBeUndefined();
  });
});
