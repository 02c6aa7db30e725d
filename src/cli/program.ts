/**
 * The command table as a program: every command gets the shared options, an example in its help, one
 * way to print and one way to fail. What a command does is loaded only when it runs.
 */
import { Command, Option } from "commander";
import {
  type CommandContext,
  type SharedOptions,
  maskBeforeContext,
  openContext,
  isWorkspaceNamed,
} from "./command-context.ts";
import type { CommandSpec, OptionValues } from "./command-spec.ts";
import { COMMANDS, GROUPS } from "./command-table.ts";
import { printError, printResult } from "./output.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { nameStoreError } from "#platform/state-store.ts";
import { requireWorkspace } from "#platform/workspace.ts";

export interface Program {
  /** Runs one command line and returns its exit code. @throws CommanderError for wrong usage and help */
  run(argv: readonly string[]): Promise<number>;
}

const DAILY_PATH = `
The daily path, US:
  meridian us daily                        fetch what the vendor published
  meridian us retry                        the second pass over what failed
  meridian us build                        raw to staging to analytics
  meridian gate ingest --market us         gate 1: moves Canonical Truth Time, or says why not
  meridian truth status --market us        the three times, what holds them, the next command

The daily path, India:
  meridian india stream                    the session, 09:00 to 15:45 IST, and its review
  meridian india history                   daily candles of proxies and watchlist
  meridian india build                     raw to staging to analytics
  meridian gate ingest --market india      gate 1, as above

No order ever leaves this program. It observes, analyses and suggests; it never acts.`;

/** Builds the program from the command table. */
export function createProgram(): Program {
  let exitCode = 0;
  const program = new Command("meridian")
    .description("A local-first market observatory.")
    .addHelpText("after", DAILY_PATH)
    .exitOverride()
    .showHelpAfterError("(run with --help for usage)");
  const groups = new Map<string, Command>();
  for (const [name, description] of Object.entries(GROUPS)) {
    groups.set(name, program.command(name).description(description).exitOverride());
  }
  for (const spec of COMMANDS) {
    const words = spec.name.split(" ");
    const parent = words.length > 1 ? groups.get(words[0] ?? "") : program;
    if (!parent) throw new Error(`broken promise: ${spec.name} has a group`);
    const command = parent.command(words.at(-1) ?? "", { isDefault: spec.isDefault === true });
    configure(command.exitOverride(), spec);
    command.action(async (...given: unknown[]) => {
      const operands = given
        .slice(0, -2)
        .flat()
        .filter((word) => typeof word === "string");
      exitCode = await runSpec(spec, operands, command.opts<OptionValues & SharedOptions>());
    });
  }
  return {
    run: async (argv) => {
      demandCommand(program, argv[0]);
      await program.parseAsync([...argv], { from: "user" });
      return exitCode;
    },
  };
}

/** Without this an unknown word would be taken for an argument of the default command. */
function demandCommand(program: Command, word: string | undefined): void {
  if (word === undefined || word.startsWith("-") || word === "help") return;
  if (program.commands.some((command) => command.name() === word)) return;
  throw new MeridianError("ARGUMENT_INVALID", {
    message: `"${word}" is no command`,
    facts: { found: word },
    nextStep: "Run `meridian --help` for the commands.",
  });
}

function configure(command: Command, spec: CommandSpec): void {
  command.description(spec.description);
  for (const operand of spec.operands ?? []) command.argument(operand.form, operand.says);
  for (const option of spec.options ?? []) {
    const made = new Option(option.form, option.says);
    if (option.choices) made.choices(option.choices);
    if (option.fallback !== undefined) made.default(option.fallback);
    if (option.required === true) made.makeOptionMandatory();
    command.addOption(made);
  }
  command
    .option("--workspace <dir>", "the operator's folder (or MERIDIAN_WORKSPACE, or ./workspace)")
    .option("--json", "one JSON document on stdout, nothing else")
    .addOption(new Option("--clock <choice>", describeClock(spec)))
    .addHelpText("after", `\nExample:\n  ${spec.example}`);
}

function describeClock({ clocks = [] }: CommandSpec): string {
  return [...clocks, "fixed:INSTANT, in SYNTHETIC workspaces only"].join(", or ");
}

async function runSpec(
  spec: CommandSpec,
  operands: readonly string[],
  options: OptionValues & SharedOptions,
): Promise<number> {
  let context: CommandContext | undefined;
  try {
    context = openContext(options, spec.ownWorkspace, spec.clocks);
    if (spec.looksOnly === true && isWorkspaceNamed(options)) requireWorkspace(context.workspace);
    const run = await spec.load();
    const result = await run(context, { operands, options });
    printResult(result, context.json, context.credentials.mask);
    return result.exitCode;
  } catch (error) {
    const named = nameStoreError(error, "the workspace");
    const mask = context?.credentials.mask ?? maskBeforeContext(options, spec.ownWorkspace);
    return printError(named, options.json === true, mask);
  }
}
