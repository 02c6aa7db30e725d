/** Runs a few lines against the product's modules in a process of their own, which tests may kill. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export type ScriptProcess = {
  readonly child: ChildProcess;
  /** Resolves with the first line that the script prints. @throws with its errors when it prints none */
  readonly firstLine: Promise<string>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly output: string }>;
};

/**
 * Starts a script; `#folder/file.ts` imports work in it. `shellPrefix` is set before the command in a
 * POSIX shell, for limits that only a shell can set.
 */
export function startScript(
  script: string,
  options: { readonly args?: readonly string[]; readonly shellPrefix?: string } = {},
): ScriptProcess {
  const words = ["--input-type=module", "--eval", script, "--", ...(options.args ?? [])];
  const spawnOptions = { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] as const };
  const child =
    options.shellPrefix === undefined
      ? spawn(process.execPath, words, { ...spawnOptions, stdio: [...spawnOptions.stdio] })
      : spawn("sh", ["-c", `${options.shellPrefix}; exec "$0" "$@"`, process.execPath, ...words], {
          ...spawnOptions,
          stdio: [...spawnOptions.stdio],
        });
  let output = "";
  const ended = new Promise<{ exitCode: number | null; output: string }>((resolve) => {
    child.on("close", (exitCode) => resolve({ exitCode, output }));
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("\n")) resolve(output.slice(0, output.indexOf("\n")));
    });
    child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", () => reject(new Error(`the script ended without a line: ${output}`)));
  });
  firstLine.catch(() => undefined);
  return { child, firstLine, ended };
}
