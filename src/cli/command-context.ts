/** What every command gets: the workspace, its settings, the clock, and where to print. */
import { randomBytes } from "node:crypto";
import type { Settings } from "#contracts/settings.ts";
import type { Clock } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { RandomSource } from "#core/random.ts";
import { type SecretMask, secretMask } from "#platform/secrets.ts";
import { fixedClock, instantOfIso, systemClock } from "#platform/system-clock.ts";
import {
  type Workspace,
  readWorkspaceKind,
  requireFolder,
  workspaceAt,
} from "#platform/workspace.ts";
import { type Credentials, readCredentials } from "./credentials.ts";
import { readSettings } from "./settings-file.ts";

/** Options that every command takes. */
export type SharedOptions = {
  readonly workspace?: string | undefined;
  readonly json?: boolean | undefined;
  readonly clock?: string | undefined;
};

export type CommandContext = {
  readonly workspace: Workspace;
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly json: boolean;
};

const DEFAULT_WORKSPACE = "workspace";
const FIXED_PREFIX = "fixed:";
const UINT32 = 4_294_967_296;

/** Resolves the workspace and reads what it configures. @throws WORKSPACE_NOT_FOLDER, CONFIG_INVALID, CLOCK_NOT_FIXABLE */
export function openContext(
  options: SharedOptions,
  ownWorkspace?: string,
  ownClocks: readonly string[] = [],
): CommandContext {
  const workspace = chooseWorkspace(options, ownWorkspace);
  requireFolder(workspace);
  return {
    workspace,
    settings: readSettings(workspace.settingsPath),
    credentials: readCredentials(workspace.envPath, process.env),
    clock: ownClocks.some((word) => word === options.clock)
      ? systemClock()
      : openClock(options.clock, workspace),
    random: () => randomBytes(4).readUInt32LE() / UINT32,
    json: options.json === true,
  };
}

/** The mask for an error of `openContext` itself: a key may stand in the settings by mistake. */
export function maskBeforeContext(options: SharedOptions, ownWorkspace?: string): SecretMask {
  try {
    return readCredentials(chooseWorkspace(options, ownWorkspace).envPath, process.env).mask;
  } catch {
    return secretMask([]);
  }
}

/** Whether somebody wrote down which workspace is meant, and so can have mistyped it. */
export function isWorkspaceNamed(options: SharedOptions): boolean {
  return (options.workspace ?? process.env["MERIDIAN_WORKSPACE"]) !== undefined;
}

function chooseWorkspace(options: SharedOptions, ownWorkspace?: string): Workspace {
  return workspaceAt(
    options.workspace ?? ownWorkspace ?? process.env["MERIDIAN_WORKSPACE"] ?? DEFAULT_WORKSPACE,
  );
}

/** The machine's clock, or a fixed one where no vendor data can be misdated by it (decision 11). */
function openClock(choice: string | undefined, workspace: Workspace): Clock {
  if (choice === undefined) return systemClock();
  if (!choice.startsWith(FIXED_PREFIX)) throw badClock(choice);
  const kind = readWorkspaceKind(workspace);
  if (kind !== "synthetic") {
    throw new MeridianError("CLOCK_NOT_FIXABLE", {
      message: `--clock fixed: works in SYNTHETIC workspaces only; this one is ${kind}`,
      facts: { holds: kind },
    });
  }
  try {
    return fixedClock(instantOfIso(choice.slice(FIXED_PREFIX.length)));
  } catch (cause) {
    throw badClock(choice, cause);
  }
}

function badClock(choice: string, cause?: unknown): MeridianError {
  return new MeridianError("ARGUMENT_INVALID", {
    message: `--clock takes fixed: and an instant such as fixed:2026-05-18T22:00:00Z, found "${choice}"`,
    facts: { option: "--clock", found: choice },
    cause,
  });
}
