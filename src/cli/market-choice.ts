/** Which market a command is about. India comes with its own adapter; until then it is named as absent. */
import { MeridianError } from "#core/meridian-error.ts";
import type { CommandInput } from "./command-spec.ts";

/** @throws ARGUMENT_INVALID for a market that has no data pipeline in this version */
export function requireUs(input: CommandInput): void {
  if (input.options["market"] === "us") return;
  throw new MeridianError("ARGUMENT_INVALID", {
    message: `--market ${String(input.options["market"])}: this version has a data pipeline for us only`,
    facts: { option: "--market", found: String(input.options["market"]) },
  });
}
