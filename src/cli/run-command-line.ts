/** Runs one command line to its exit code; nothing that goes wrong inside escapes as an exception. */
import { CommanderError } from "commander";
import { secretMask } from "#platform/secrets.ts";
import { printError } from "./output.ts";
import { createProgram } from "./program.ts";

const USAGE_ERROR = 2;

/** `argv` are the words after the program's name. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  try {
    return await createProgram().run(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      return printError(error, argv.includes("--json"), secretMask([]));
    }
    // Commander has already written what is wrong with the usage; help is no error.
    return error.exitCode === 0 ? 0 : USAGE_ERROR;
  }
}
