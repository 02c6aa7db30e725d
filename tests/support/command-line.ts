/** Runs the command line inside the test's process and gives back what it would have printed. */
import { vi } from "vitest";
import { z } from "zod";
import { runCommandLine } from "../../src/cli/run-command-line.ts";

export type CommandRun = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs `meridian` with these words on a workspace. */
export async function runMeridian(workspace: string, ...words: string[]): Promise<CommandRun> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((chunk) => {
      written[stream] += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
      return true;
    }),
  );
  try {
    const exitCode = await runCommandLine([...words, "--workspace", workspace]);
    return { exitCode, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs with `--json` and parses the one document on stdout. */
export async function runMeridianJson<T>(
  schema: z.ZodType<T>,
  workspace: string,
  ...words: string[]
): Promise<T> {
  const run = await runMeridian(workspace, ...words, "--json");
  return z.parse(schema, JSON.parse(run.stdout));
}
