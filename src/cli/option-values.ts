/** Reads option values by name; commander has already checked choices and what is mandatory. */
import { MeridianError } from "#core/meridian-error.ts";
import { parseSessionDate } from "#core/session-date.ts";
import type { CommandInput } from "./command-spec.ts";

/** The text of an option, or `undefined` when it was not given. @throws ARGUMENT_INVALID when blank */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  if (typeof value !== "string") return undefined;
  if (value.trim() === "") throw invalid(name, "must not be blank", value);
  return value.trim();
}

/** A text option that the command table makes mandatory. @throws ARGUMENT_INVALID */
export function requiredOption(input: CommandInput, name: string): string {
  const value = textOption(input, name);
  if (value === undefined) throw invalid(name, "is missing", "");
  return value;
}

/** Whether a flag was given. */
export function flagOption(input: CommandInput, name: string): boolean {
  return input.options[name] === true;
}

/** A date option. @throws ARGUMENT_INVALID */
export function dateOption(input: CommandInput, name: string): string | undefined {
  const value = textOption(input, name);
  if (value === undefined || parseSessionDate(value) !== undefined) return value;
  throw invalid(name, `takes a date written YYYY-MM-DD, found "${value}"`, value);
}

/** A whole number option. @throws ARGUMENT_INVALID */
export function countOption(input: CommandInput, name: string, max: number): number | undefined {
  const value = textOption(input, name);
  if (value === undefined) return undefined;
  const count = Number(value);
  if (Number.isInteger(count) && count >= 0 && count <= max) return count;
  throw invalid(name, `takes a whole number up to ${max}, found "${value}"`, value);
}

function invalid(name: string, why: string, found: string): MeridianError {
  const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return new MeridianError("ARGUMENT_INVALID", {
    message: `${option} ${why}`,
    facts: { option, found },
  });
}
