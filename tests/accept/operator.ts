/** Runs the product as its operator does: the real command line in a child process, with a workspace. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { z } from "zod";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export type Run = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export interface Operator {
  readonly workspace: string;
  /** Runs `meridian` with these words. */
  run(...words: string[]): Promise<Run>;
  /** Runs with `--json` and parses the document. */
  json<T>(schema: z.ZodType<T>, ...words: string[]): Promise<T>;
  remove(): void;
}

/** A fresh workspace with these settings, and the keys that the environment hands over. */
export function startOperator(settings: string, keys = "ACCEPTKEY1"): Operator {
  const workspace = mkdtempSync(join(tmpdir(), "meridian-accept-"));
  writeFileSync(join(workspace, "meridian.toml"), settings);
  const run = (...words: string[]): Promise<Run> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [MAIN, ...words, "--workspace", workspace], {
        env: { ...process.env, ALPHAVANTAGE_API_KEYS: keys },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.on("error", reject);
      child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
    });
  return {
    workspace,
    run,
    json: async (schema, ...words) => {
      const done = await run(...words, "--json");
      try {
        return schema.parse(JSON.parse(done.stdout));
      } catch (cause) {
        throw new Error(
          `${words.join(" ")} ended ${done.exitCode}: ${done.stderr}${done.stdout.slice(0, 500)}`,
          { cause },
        );
      }
    },
    remove: () => rmSync(workspace, { recursive: true, force: true }),
  };
}
