/** The entry of the command line: parses, runs one command, ends with its exit code. */
import { CommanderError } from "commander";
import { secretMask } from "#platform/secrets.ts";
import { printError } from "./output.ts";
import { createProgram } from "./program.ts";

const USAGE_ERROR = 2;

try {
  process.exitCode = await createProgram().run(process.argv.slice(2));
} catch (error) {
  // Commander has already written what is wrong with the usage; help and version are no errors.
  process.exitCode =
    error instanceof CommanderError
      ? error.exitCode === 0
        ? 0
        : USAGE_ERROR
      : printError(error, process.argv.includes("--json"), secretMask([]));
}
