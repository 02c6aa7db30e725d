/** Finds a Python that has pandas, preferring Debian's own, which has version 1.5. */
import { spawnSync } from "node:child_process";

const CANDIDATES = ["/usr/bin/python3", "python3", "python"];
const ASK = "import pandas; print(pandas.__version__)";
const ASK_TIMEOUT_MS = 20_000;

export type Pandas = { readonly command: string; readonly version: string };

/** The first interpreter that can import pandas, or `undefined`. */
export function findPandas(): Pandas | undefined {
  for (const command of CANDIDATES) {
    const asked = spawnSync(command, ["-c", ASK], { encoding: "utf8", timeout: ASK_TIMEOUT_MS });
    if (asked.status === 0) return { command, version: asked.stdout.trim() };
  }
  return undefined;
}
