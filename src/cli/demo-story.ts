/** Tells a demo's steps: each is the command an operator would give, with what it says. */
import type { CommandResult } from "./output.ts";

export interface Story {
  readonly steps: { readonly command: string; readonly exitCode: number }[];
  readonly say: (line: string) => void;
  /** Runs one command and tells what it says. */
  readonly tell: (
    title: string,
    command: string,
    run: () => Promise<CommandResult>,
  ) => Promise<void>;
}

/** Starts one; `json` keeps it silent, since the document tells the steps. */
export function startStory(json: boolean): Story {
  const steps: Story["steps"] = [];
  const say = (line: string): void => {
    if (!json) process.stdout.write(`${line}\n`);
  };
  return {
    steps,
    say,
    tell: async (title, command, run) => {
      say(`\n== ${title}\n$ meridian ${command}`);
      const result = await run();
      for (const line of result.lines) say(line === "" ? "" : `   ${line}`);
      steps.push({ command, exitCode: result.exitCode });
    },
  };
}
