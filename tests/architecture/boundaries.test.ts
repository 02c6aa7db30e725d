/**
 * Shows that the boundary table is alive: every file on disk is read by dependency-cruiser (which
 * reads none, without complaint, when it cannot parse TypeScript), and every rule of the table finds
 * a violation that is planted for it.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cruise, cruise } from "./cruise.ts";
import { type PlantedTree, PROJECT_ROOT, plantTree } from "./planted-tree.ts";

const FOLDERS = ["src", "simulators", "bench", "scripts", "tests"];

function typescriptFilesBelow(folder: string): string[] {
  const root = join(PROJECT_ROOT, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`);
}

/** One violation a rule: the file to plant and what it imports. `needs` are files it refers to. */
type Planted = {
  readonly rule: string;
  readonly file: string;
  readonly imports: string;
  readonly needs?: string | undefined;
};

/** `stage-lake` and its like: each stage imports a stage that its row does not name. */
const STAGE_VIOLATIONS: readonly Planted[] = [
  ["core", "contracts"],
  ["contracts", "platform"],
  ["platform", "ledger"],
  ["ledger", "lake"],
  ["lake", "truth"],
  ["ingestion", "lake"],
  ["truth", "curation"],
  ["curation", "intelligence"],
  ["intelligence", "harness"],
  ["evaluation", "ingestion"],
  ["harness", "lake"],
  ["shadow", "lake"],
  ["monitors", "truth"],
  ["operator", "ingestion"],
  ["api", "curation"],
  ["markets", "harness"],
].map(([from, to]) => ({
  rule: `stage-${from}`,
  file: `src/${from}/planted.ts`,
  imports: `#${to}/goal.ts`,
  needs: `src/${to}/goal.ts`,
}));

const OTHER_VIOLATIONS: readonly Planted[] = [
  {
    rule: "market-separation",
    file: "src/markets/us/planted-separation.ts",
    imports: "../india/goal.ts",
    needs: "src/markets/india/goal.ts",
  },
  {
    rule: "market-only-by-cli",
    file: "src/truth/planted-market.ts",
    imports: "#markets/india/goal.ts",
  },
  {
    rule: "cli-is-the-top",
    file: "src/markets/us/planted-cli.ts",
    imports: "#cli/goal.ts",
    needs: "src/cli/goal.ts",
  },
  { rule: "pure-no-node", file: "src/core/planted-node.ts", imports: "node:fs" },
  { rule: "pure-no-packages", file: "src/contracts/planted-package.ts", imports: "pino" },
  { rule: "core-no-packages", file: "src/core/planted-zod.ts", imports: "zod" },
  { rule: "io-only-at-edges", file: "src/lake/planted-io.ts", imports: "node:sqlite" },
  { rule: "gate-1-is-pure", file: "src/truth/gate1/planted.ts", imports: "#ledger/goal.ts" },
  {
    rule: "evaluation-never-reaches-execution",
    file: "src/evaluation/planted-reach.ts",
    imports: "#intelligence/planted.ts",
  },
  { rule: "harness-sees-no-data", file: "src/harness/planted.ts", imports: "#lake/goal.ts" },
  {
    rule: "no-broker-package",
    file: "src/markets/india/planted-broker.ts",
    imports: "../../../broker/node_modules/smartapi-javascript/index.ts",
    needs: "broker/node_modules/smartapi-javascript/index.ts",
  },
  { rule: "no-unresolvable", file: "src/ledger/planted-nowhere.ts", imports: "./nowhere.ts" },
  { rule: "no-undeclared-package", file: "scripts/planted-undeclared.ts", imports: "acorn" },
  { rule: "product-without-tools", file: "src/cli/planted-tool.ts", imports: "fast-check" },
  {
    rule: "product-without-checks",
    file: "src/cli/planted-check.ts",
    imports: "../../tests/goal.ts",
    needs: "tests/goal.ts",
  },
  {
    rule: "simulators-only-by-demo",
    file: "src/truth/planted-simulator.ts",
    imports: "../../simulators/goal.ts",
    needs: "simulators/goal.ts",
  },
  { rule: "simulators-stand-alone", file: "simulators/planted.ts", imports: "#lake/goal.ts" },
  {
    rule: "across-folders-by-number-sign",
    file: "src/ledger/planted-relative.ts",
    imports: "../core/goal.ts",
    needs: "src/core/goal.ts",
  },
  {
    rule: "internal-is-private",
    file: "src/ledger/planted-internal.ts",
    imports: "#platform/internal/goal.ts",
    needs: "src/platform/internal/goal.ts",
  },
];

const PLANTED = [...STAGE_VIOLATIONS, ...OTHER_VIOLATIONS];

describe("the boundary table", () => {
  let tree: PlantedTree;
  let found: Cruise;

  beforeAll(async () => {
    const files: Record<string, string> = {};
    for (const { needs } of PLANTED)
      if (needs !== undefined) files[needs] = "export const goal = 1;\n";
    for (const { file, imports } of PLANTED) files[file] = `export * from "${imports}";\n`;
    files["src/ledger/circle-one.ts"] = `export * from "./circle-two.ts";\n`;
    files["src/ledger/circle-two.ts"] = `export * from "./circle-one.ts";\n`;
    files["src/lake/planted-type.ts"] =
      `import type { Goal } from "#truth/goal.ts";\nexport type Own = Goal;\n`;
    files["src/lake/planted-passed-on.ts"] = `export type { Goal } from "#truth/goal.ts";\n`;
    files["src/lake/planted-later.ts"] = `export const later = () => import("#truth/goal.ts");\n`;
    files["src/lake/innocent-type.ts"] =
      `import type { DatabaseSync } from "node:sqlite";\nexport type Own = DatabaseSync;\n`;
    files["src/lake/innocent-store.ts"] = `export { openSync } from "node:fs";\n`;
    tree = plantTree(files);
    found = await cruise(tree.root, ["src", "simulators", "scripts", "tests"]);
  });
  afterAll(() => tree.remove());

  test.each(PLANTED)("finds $file, planted against $rule", ({ rule, file }) => {
    expect(found.violations).toContainEqual(expect.objectContaining({ rule, from: file }));
  });

  test("finds a circle", () => {
    const circles = found.violations.filter(({ rule }) => rule === "no-circular");
    expect(circles.map(({ from }) => from).toSorted()[0]).toMatch(/circle-(one|two)\.ts$/);
  });

  test("has no rule without a planted violation, a reason and the power to fail", () => {
    const table = found.rules;
    const planted = new Set(["no-circular", ...PLANTED.map(({ rule }) => rule)]);
    expect(table.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
    for (const { name, comment, severity } of table) {
      expect(comment.length, name).toBeGreaterThan(20);
      expect(severity, name).toBe("error");
    }
  });

  test("sees imports of types and imports at run time", () => {
    const from = found.violations
      .filter(({ rule }) => rule === "stage-lake")
      .map((hit) => hit.from);
    for (const name of ["type", "passed-on", "later"]) {
      expect(from).toContain(`src/lake/planted-${name}.ts`);
    }
  });

  test("lets a file do IO whose name says so, and any file name a type of IO", () => {
    const from = found.violations.map((hit) => hit.from);
    expect(from.filter((path) => path.includes("innocent"))).toEqual([]);
  });
});

test("every TypeScript file on disk is read by dependency-cruiser", async () => {
  const { modules } = await cruise(
    PROJECT_ROOT,
    FOLDERS.filter((name) => existsSync(join(PROJECT_ROOT, name))),
  );
  const own = modules.filter((path) => FOLDERS.some((folder) => path.startsWith(`${folder}/`)));
  expect(own.filter((path) => path.endsWith(".ts")).toSorted()).toEqual(
    FOLDERS.flatMap(typescriptFilesBelow).toSorted(),
  );
});
