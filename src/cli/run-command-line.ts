/** Runs one command line to its exit code; nothing that goes wrong inside escapes as an exception. */
import { CommanderError } from "commander";
import { MeridianError } from "#core/meridian-error.ts";
import { secretMask } from "#platform/secrets.ts";
import { printError, printErrorDocument } from "./output.ts";
import { createProgram } from "./program.ts";

const USAGE_ERROR = 2;

/** `argv` are the words after the program's name. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const json = argv.includes("--json");
  const mask = secretMask([]);
  try {
    return await createProgram().run(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      return printError(error, json, mask);
    }
    // Commander has already written to stderr what is wrong with the usage; help is no error.
    if (error.exitCode === 0) return 0;
    if (json) printErrorDocument(usageError(error), mask);
    return USAGE_ERROR;
  }
}

/** What commander says, as an error of the catalogue. A group without a command makes it show its help. */
function usageError({ code, message }: CommanderError): MeridianError {
  return new MeridianError("ARGUMENT_INVALID", {
    message:
      code === "commander.help" ? "the command is not complete" : message.replace(/^error: /, ""),
  });
}
