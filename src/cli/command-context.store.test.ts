/** What every command gets: the right workspace, valid settings, and a clock that can be trusted. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { claimWorkspaceKind, workspaceAt } from "#platform/workspace.ts";
import { maskBeforeContext, openContext } from "./command-context.ts";

const makeFolder = temporaryFolders();
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the workspace", () => {
  test("is the option's, else the command's own, else the environment's, else ./workspace", () => {
    const [option, own, environment] = [makeFolder(), makeFolder(), makeFolder()];
    vi.stubEnv("MERIDIAN_WORKSPACE", environment);
    expect(openContext({ workspace: option }, own).workspace.root).toBe(option);
    expect(openContext({}, own).workspace.root).toBe(own);
    expect(openContext({}).workspace.root).toBe(environment);
    vi.stubEnv("MERIDIAN_WORKSPACE", undefined);
    expect(openContext({}).workspace.root).toBe(join(process.cwd(), "workspace"));
  });

  test("with wrong settings opens for no command, and no key in them is shown", () => {
    const root = makeFolder();
    writeFileSync(join(root, "meridian.toml"), '[us.universe]\nsymbols = "CANARY0001"\n');
    writeFileSync(join(root, ".env"), "ALPHAVANTAGE_API_KEYS=CANARY0001\n");
    const open = () => openContext({ workspace: root });
    expect(open).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(maskBeforeContext({ workspace: root }).apply('found "CANARY0001"')).toBe(
      'found "[masked]"',
    );
  });

  test("whose secrets cannot be read masks nothing rather than hide the error", () => {
    const root = makeFolder();
    mkdirSync(join(root, ".env"));
    expect(maskBeforeContext({ workspace: root }).apply("text")).toBe("text");
  });
});

describe("the clock", () => {
  const contextOf = (kind: "vendor" | "synthetic" | undefined, clock: string | undefined) => {
    const workspace = workspaceAt(makeFolder());
    if (kind) claimWorkspaceKind(workspace, kind);
    return openContext({ workspace: workspace.root, clock });
  };

  test("is fixed in a SYNTHETIC workspace when asked for", () => {
    const { clock } = contextOf("synthetic", "fixed:2026-05-18T22:00:00Z");
    expect(clock.wallMs()).toBe(Date.UTC(2026, 4, 18, 22));
  });

  test.each(["vendor", undefined] as const)("cannot be fixed where data is %s", (kind) => {
    expect(() => contextOf(kind, "fixed:2026-05-18T22:00:00Z")).toThrow(
      expect.objectContaining({ code: "CLOCK_NOT_FIXABLE", exitCode: 2 }),
    );
  });

  test.each(["2026-05-18T22:00:00Z", "fixed:", "fixed:tomorrow", "fixed:2026-05-18T22:00:00"])(
    "is no %j",
    (choice) => {
      expect(() => contextOf("synthetic", choice)).toThrow(
        expect.objectContaining({ code: "ARGUMENT_INVALID" }),
      );
    },
  );

  test("is the machine's otherwise", () => {
    const { clock } = contextOf(undefined, undefined);
    expect(Math.abs(clock.wallMs() - Date.now())).toBeLessThan(5000);
  });
});
