/**
 * The house rules that no linter knows. Each test names every file that breaks its rule, so that one
 * run is enough to put things right.
 */
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { ERROR_CATALOGUE } from "#core/error-catalogue.ts";
import { findMissingBinaries, parseLockFile } from "../scripts/complete-lock.ts";
import { ERROR_PAGE_PATH, renderErrorPage } from "../scripts/error-page.ts";
import {
  BANNED_EVERYWHERE,
  BANNED_IN_CODE,
  WORD_LIST_FILES,
  findBanned,
  findVagueIdentifiers,
} from "./support/house-words.ts";
import { readAnchors, readLocalLinks } from "./support/markdown-links.ts";
import { listFiles, readProjectFile } from "./support/source-files.ts";

const FILE_LINES_MAX = 300;
const TEST_FILE_LINES_MAX = 600;
const README_LINES_MAX = 120;
const FOLDER_README_LINES_MAX = 40;

const files = listFiles();
const textFiles = files.filter((path) => !/\.(png|parquet|sqlite|ico|woff2)$/.test(path));
const codeFiles = files.filter((path) => path.endsWith(".ts"));
const wordsOf = (paths: readonly string[]) =>
  paths.filter((path) => !WORD_LIST_FILES.includes(path) && path !== "LICENSE");
const pages = files.filter((path) => path.endsWith(".md"));

/** `path: problem` for each file in which `check` finds one. */
function problemsIn(paths: readonly string[], check: (text: string, path: string) => string[]) {
  return paths.flatMap((path) =>
    check(readProjectFile(path), path).map((problem) => `${path}: ${problem}`),
  );
}

function lineCount(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

describe("code", () => {
  test("opens every file with a comment that says what it decides or does", () => {
    const opening = /^(?:#!.*\n)?\/\*\*[\s\S]{20,}?\*\//;
    expect(problemsIn(codeFiles, (text) => (opening.test(text) ? [] : ["no comment"]))).toEqual([]);
  });

  test("stays short enough to read", () => {
    const tooLong = problemsIn(codeFiles, (text, path) => {
      const isTest =
        /\.(test|testing|conformance|accept)\.ts$/.test(path) || path.startsWith("tests/");
      const most = isTest ? TEST_FILE_LINES_MAX : FILE_LINES_MAX;
      return lineCount(text) > most ? [`${lineCount(text)} lines, at most ${most}`] : [];
    });
    expect(tooLong).toEqual([]);
  });

  test("says which time it means", () => {
    expect(problemsIn(wordsOf(codeFiles), findVagueIdentifiers)).toEqual([]);
  });

  test("holds no notes to self, lone tests, re-exports or switched-off checks", () => {
    expect(problemsIn(wordsOf(codeFiles), (text) => findBanned(text, BANNED_IN_CODE))).toEqual([]);
  });

  test("has kebab-case names and no index files", () => {
    const wellNamed = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.ts$/;
    const names = codeFiles.filter((path) => {
      const name = posix.basename(path);
      return !wellNamed.test(name) || name.startsWith("index.");
    });
    expect(names).toEqual([]);
  });

  test("keeps the provenance of every fixture beside it", () => {
    const folders = new Set(
      files
        .filter((path) => path.includes("/fixtures/"))
        .map((path) => path.replace(/\/fixtures\/.*/, "/fixtures")),
    );
    const without = [...folders].filter((folder) => !files.includes(`${folder}/provenance.json`));
    expect(without).toEqual([]);
  });
});

describe("every file", () => {
  test("keeps to itself who made it, where and with what", () => {
    const found = problemsIn(wordsOf(textFiles), (text) => findBanned(text, BANNED_EVERYWHERE));
    expect(found).toEqual([]);
  });

  test("is plain text in the way git stores it", () => {
    const wrong = problemsIn(textFiles, (text, path) => [
      ...(text.includes("\r\n") !== path.endsWith(".cmd") ? ["wrong line ends"] : []),
      ...(text !== "" && !text.endsWith("\n") ? ["no line end at its end"] : []),
    ]);
    expect(wrong.filter((problem) => !problem.includes("/fixtures/"))).toEqual([]);
  });
});

describe("packages", () => {
  const manifestSchema = z.object({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    dependenciesBecause: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  });
  const manifest = manifestSchema.parse(JSON.parse(readProjectFile("package.json")));
  const pinned = { ...manifest.dependencies, ...manifest.devDependencies };
  const lock = parseLockFile(readProjectFile("package-lock.json"));

  test("are pinned exactly", () => {
    const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
    expect(Object.entries(pinned).filter(([, version]) => !exact.test(version))).toEqual([]);
  });

  test("each have a reason, and each reason a package", () => {
    const reasons = Object.entries(manifest.dependenciesBecause);
    expect(reasons.map(([name]) => name).toSorted()).toEqual(Object.keys(pinned).toSorted());
    for (const [name, reason] of reasons) expect(reason.length, name).toBeGreaterThan(15);
  });

  test("run no install script but the one that brings Node", () => {
    const allowed = Object.entries(manifest.allowScripts).filter(([, isAllowed]) => isAllowed);
    expect(allowed.map(([name]) => name)).toEqual(["node"]);
  });

  test("are locked for every platform, without naming where they came from", () => {
    expect(findMissingBinaries(lock), "run `npm run lock`").toEqual([]);
    const sources = Object.entries(lock.packages).filter(([, entry]) => "resolved" in entry);
    expect(sources).toEqual([]);
  });
});

describe("documents", () => {
  test("describe each stage beside it, briefly", () => {
    const stages = new Set(
      codeFiles
        .filter((path) => /^(src|simulators|bench)\//.test(path))
        .map((path) =>
          path.startsWith("src/")
            ? path.split("/").slice(0, 2).join("/")
            : (path.split("/")[0] ?? ""),
        ),
    );
    const problems = [...stages].flatMap((stage) => {
      if (!files.includes(`${stage}/README.md`)) return [`${stage} has no README.md`];
      const lines = lineCount(readProjectFile(`${stage}/README.md`));
      return lines > FOLDER_README_LINES_MAX ? [`${stage}/README.md has ${lines} lines`] : [];
    });
    expect(problems).toEqual([]);
  });

  test("begin with a README that fits on two screens", () => {
    expect(lineCount(readProjectFile("README.md"))).toBeLessThanOrEqual(README_LINES_MAX);
  });

  test("hold no broken link", () => {
    const broken = problemsIn(pages, (text, path) =>
      readLocalLinks(text).flatMap((link) => {
        const target =
          link.path === "" ? path : posix.normalize(posix.join(posix.dirname(path), link.path));
        const exists = files.some(
          (file) => file === target || file.startsWith(`${target.replace(/\/$/, "")}/`),
        );
        if (!exists) return [`no ${target}`];
        if (link.anchor === undefined || !target.endsWith(".md")) return [];
        const anchors = readAnchors(readProjectFile(target));
        return anchors.has(link.anchor) ? [] : [`no #${link.anchor} in ${target}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  test("list every error as the catalogue has it", () => {
    expect(readProjectFile(ERROR_PAGE_PATH), "run `npm run docs`").toBe(
      renderErrorPage(ERROR_CATALOGUE),
    );
  });

  test("number the decisions without a gap, each with the same four parts", () => {
    const records = files.filter((path) => /^docs\/decisions\/\d{4}-.*\.md$/.test(path));
    expect(records.length).toBeGreaterThan(0);
    for (const [index, path] of records.entries()) {
      const number = String(index + 1).padStart(4, "0");
      expect(path).toMatch(new RegExp(`^docs/decisions/${number}-[a-z0-9-]+\\.md$`));
      const headings = [...readProjectFile(path).matchAll(/^## (.+)$/gm)].map(([, name]) => name);
      expect(headings, path).toEqual(["Status", "Context", "Decision", "Consequences"]);
      expect(readProjectFile("docs/decisions/README.md"), path).toContain(posix.basename(path));
    }
  });

  test("restate every numbered decision that the code refers to", () => {
    const page = readProjectFile("docs/reference/numbered-decisions.md");
    const restated = new Set([...page.matchAll(/^## (\d+)\. /gm)].map(([, number]) => number));
    const dangling = problemsIn(codeFiles, (text) =>
      [...text.matchAll(/\bdecisions? (\d+)/g)]
        .filter(([, number]) => !restated.has(number))
        .map(([reference]) => `${reference} is not in docs/reference/numbered-decisions.md`),
    );
    expect(dangling).toEqual([]);
  });

  test("keep a change log with a place for what is not released", () => {
    expect(readProjectFile("CHANGELOG.md")).toMatch(/^## \[Unreleased\]$/m);
  });
});
