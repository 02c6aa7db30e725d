/** `init`: writes the commented settings of a new workspace. The only command that writes them. */
import { chmodSync, existsSync } from "node:fs";
import { writeFileAtomic } from "#platform/atomic-file.ts";
import { claimWorkspaceKind, readWorkspaceKind } from "#platform/workspace.ts";
import type { RunCommand } from "../command-spec.ts";
import { flagOption } from "../option-values.ts";
import { renderSettings } from "../settings-text.ts";

const ENV_TEXT = `# Secrets of this workspace. They are read from here or from the environment and written nowhere else.
# ALPHAVANTAGE_API_KEYS=KEY1,KEY2
# SMARTAPI_API_KEY=
# SMARTAPI_CLIENT_CODE=
# SMARTAPI_PIN=
# SMARTAPI_TOTP_SECRET=
`;

const OWNER_ONLY = 0o600;

/** Never overwrites settings that are there. */
export const runInit: RunCommand = async (context, input) => {
  const { workspace } = context;
  if (flagOption(input, "print")) {
    const text = renderSettings();
    return { exitCode: 0, document: { settings: context.settings, text }, lines: [text.trimEnd()] };
  }
  const wrote: string[] = [];
  if (flagOption(input, "synthetic")) claimWorkspaceKind(workspace, "synthetic");
  if (!existsSync(workspace.settingsPath)) {
    writeFileAtomic(workspace.settingsPath, renderSettings());
    wrote.push("meridian.toml");
  }
  if (!existsSync(workspace.envPath)) {
    writeFileAtomic(workspace.envPath, ENV_TEXT);
    // For its owner only; where the file system knows no modes this changes nothing.
    chmodSync(workspace.envPath, OWNER_ONLY);
    wrote.push(".env");
  }
  const kind = readWorkspaceKind(workspace);
  return {
    exitCode: 0,
    document: { workspace: workspace.root, kind, wrote },
    lines: [
      wrote.length > 0
        ? `wrote ${wrote.join(" and ")} in ${workspace.root}`
        : `${workspace.root} has its settings already; nothing changed`,
      ...(kind === "synthetic" ? ["this workspace takes SYNTHETIC data only"] : []),
      "next: put your key into .env, then meridian doctor",
    ],
  };
};
