/**
 * The workspace: everything the operator owns, in one folder. Knows where things lie (architecture
 * 3) and whether the folder holds vendor or SYNTHETIC data; what the files mean is their stages' business.
 */
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { MarketId } from "#core/market-definition.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { readTextIfThere, removeLeftoversOf, writeFileAtomic } from "./atomic-file.ts";

/** `empty` until the first payload lands or `init --synthetic` decides. The two kinds never mix (decision 33). */
export type WorkspaceKind = "empty" | "vendor" | "synthetic";

export type Workspace = {
  readonly root: string;
  readonly settingsPath: string;
  readonly envPath: string;
  readonly kindPath: string;
  readonly logsDir: string;
  readonly stateDir: string;
  /** The state file of a market, or the governance one (`system`). */
  statePath(owner: MarketId | "system"): string;
  rawDir(market: MarketId): string;
  stagingDir(market: MarketId): string;
  analyticsDir(market: MarketId): string;
  quarantineDir(market: MarketId): string;
  truthDir(market: MarketId): string;
  readonly ledgerDocsDir: string;
};

/** Names the places of a workspace. Touches nothing on the disk. */
export function workspaceAt(dir: string): Workspace {
  const root = resolve(dir);
  const data = join(root, "data");
  return {
    root,
    settingsPath: join(root, "meridian.toml"),
    envPath: join(root, ".env"),
    kindPath: join(data, "workspace-kind"),
    logsDir: join(root, "logs"),
    stateDir: join(data, "state"),
    statePath: (owner) => join(data, "state", `${owner}.sqlite`),
    rawDir: (market) => join(data, "raw", market),
    stagingDir: (market) => join(data, "staging", market),
    analyticsDir: (market) => join(data, "analytics", market),
    quarantineDir: (market) => join(data, "quarantine", market),
    truthDir: (market) => join(data, "truth", market),
    ledgerDocsDir: join(root, "docs", "epistemic", "ledger"),
  };
}

/** What the workspace holds. @throws FILE_DAMAGED when the mark is neither word. */
export function readWorkspaceKind(workspace: Workspace): WorkspaceKind {
  const text = readTextIfThere(workspace.kindPath)?.trim();
  if (text === undefined) return "empty";
  if (text === "vendor" || text === "synthetic") return text;
  throw new MeridianError("FILE_DAMAGED", {
    message: `data/workspace-kind must say "vendor" or "synthetic", found "${text}"`,
    facts: { file: "data/workspace-kind" },
  });
}

/** By one of these a folder is known as a workspace. */
const OWN_NAMES: ReadonlySet<string> = new Set(["meridian.toml", ".env", "data"]);

/**
 * Checks that the workspace can be a folder; it need not be there. @throws WORKSPACE_NOT_FOLDER when a file
 * stands in its place or above it
 */
export function requireFolder({ root }: Workspace): void {
  let path = root;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  if (statSync(path).isDirectory()) return;
  throw new MeridianError("WORKSPACE_NOT_FOLDER", {
    message: `the workspace ${root} cannot be a folder: ${path === root ? "it" : path} is a file`,
    facts: { workspace: root, file: path },
  });
}

/**
 * Checks that the folder is one of this program's, or empty and to become one. Makes nothing.
 * @throws WORKSPACE_MISSING
 */
export function requireWorkspace({ root }: Workspace): void {
  const names = existsSync(root) ? readdirSync(root) : undefined;
  if (names?.length === 0 || names?.some((name) => OWN_NAMES.has(name)) === true) return;
  const says =
    names === undefined ? "does not exist" : "holds other things, and no settings or data";
  throw new MeridianError("WORKSPACE_MISSING", {
    message: `the workspace ${root} ${says}`,
    facts: { workspace: root },
  });
}

/** Checks that what would come in is of the kind that the workspace holds, and marks nothing. @throws SYNTHETIC_MIX */
export function requireWorkspaceKind(workspace: Workspace, kind: "vendor" | "synthetic"): void {
  const held = readWorkspaceKind(workspace);
  if (held === kind || held === "empty") return;
  throw new MeridianError("SYNTHETIC_MIX", {
    message: `this workspace holds ${held} data; ${kind} data must not enter it`,
    facts: { holds: held, offered: kind },
  });
}

/**
 * Marks an empty workspace, or checks that what comes in is of the kind the workspace holds.
 * @throws SYNTHETIC_MIX when it is not.
 */
export function claimWorkspaceKind(workspace: Workspace, kind: "vendor" | "synthetic"): void {
  requireWorkspaceKind(workspace, kind);
  if (readWorkspaceKind(workspace) === kind) return;
  mkdirSync(workspace.root, { recursive: true });
  removeLeftoversOf(workspace.kindPath);
  writeFileAtomic(workspace.kindPath, `${kind}\n`);
}
