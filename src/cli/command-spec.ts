/** The shape of a command: how it is called, what its help says, and what runs. */
import type { CommandContext } from "./command-context.ts";
import type { CommandResult } from "./output.ts";

export type OptionValues = { readonly [name: string]: string | boolean | undefined };

export type CommandInput = {
  readonly operands: readonly string[];
  readonly options: OptionValues;
};

export type RunCommand = (context: CommandContext, input: CommandInput) => Promise<CommandResult>;

export type OptionSpec = {
  /** Commander's form, e.g. `--market <market>`. */
  readonly form: string;
  readonly says: string;
  readonly choices?: readonly string[] | undefined;
  readonly fallback?: string | undefined;
  readonly required?: boolean | undefined;
};

export type CommandSpec = {
  readonly name: string;
  readonly description: string;
  readonly operands?: readonly { readonly form: string; readonly says: string }[] | undefined;
  readonly options?: readonly OptionSpec[] | undefined;
  readonly example: string;
  readonly isDefault?: boolean | undefined;
  /** Where the command works when no workspace is named; the demo never touches the operator's. */
  readonly ownWorkspace?: string | undefined;
  /** It only looks: for a workspace that is not there it says so, and makes none. */
  readonly looksOnly?: boolean | undefined;
  /** Words besides `fixed:` that `--clock` takes here; the machine's clock serves, and the command reads them. */
  readonly clocks?: readonly string[] | undefined;
  readonly load: () => Promise<RunCommand>;
};
