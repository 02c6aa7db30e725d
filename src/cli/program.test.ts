/** The command line as it explains itself: every command has help, an example, and one way to be wrong. */
import { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { COMMANDS, GROUPS } from "./command-table.ts";
import { runCommandLine } from "./run-command-line.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

async function run(...words: string[]) {
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((chunk) => {
      written[stream] += String(chunk);
      return true;
    });
  }
  const exitCode = await runCommandLine(words);
  vi.restoreAllMocks();
  return { exitCode, ...written };
}

const names = COMMANDS.map((spec) => spec.name);

describe("the help", () => {
  test("at the top shows the daily path before anything else could be needed, and ends with 0", async () => {
    const { exitCode, stdout, stderr } = await run("--help");
    expect([exitCode, stderr]).toEqual([0, ""]);
    const path = ["us daily", "us retry", "us build", "gate ingest", "truth status"];
    const places = path.map((command) => stdout.indexOf(`meridian ${command}`));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    for (const group of Object.keys(GROUPS)) expect(stdout).toContain(`\n  ${group} `);
    expect(stdout).toContain("it never acts");
  });

  test.each(names)(
    "of `%s` says what it does, shows an example, and takes the shared options",
    async (name) => {
      const spec = COMMANDS.find((one) => one.name === name);
      const { exitCode, stdout, stderr } = await run(...name.split(" "), "--help");
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout.replaceAll(/\s+/g, " ")).toContain(spec?.description);
      expect(stdout).toContain(`Example:\n  ${spec?.example}`);
      for (const option of ["--workspace <dir>", "--json", "--clock <choice>"])
        expect(stdout).toContain(option);
      for (const option of spec?.options ?? []) expect(stdout).toContain(option.form);
    },
  );

  test.each(Object.keys(GROUPS))("of the group `%s` lists its commands", async (group) => {
    const { stdout } = await run(group, "--help");
    for (const name of names.filter((one) => one.startsWith(`${group} `))) {
      expect(stdout).toContain(`\n  ${name.split(" ")[1]} `);
    }
  });
});

describe("the table of commands", () => {
  test("names each command once, and its examples call it with what it demands", () => {
    expect(new Set(names).size).toBe(names.length);
    for (const { name, example, options = [], operands = [] } of COMMANDS) {
      expect(example.startsWith(`meridian ${name}`), name).toBe(true);
      const demanded = options.filter((option) => option.required === true);
      for (const option of demanded) expect(example, name).toContain(option.form.split(" ")[0]);
      const words = example.slice(`meridian ${name}`.length).trim();
      if (operands.some((operand) => operand.form.startsWith("<")))
        expect(words, name).toMatch(/^[^-]/);
    }
  });

  test("uses no option of the program twice in one command", () => {
    for (const { name, options = [] } of COMMANDS) {
      const long = options.map((option) => new Command().createOption(option.form).attributeName());
      const all = [...long, "workspace", "json", "clock"];
      expect(new Set(all).size, name).toBe(all.length);
    }
  });

  test("holds every command that this version promises", () => {
    expect(names.toSorted()).toEqual(
      [
        "calendar import",
        "calendar show",
        "demo",
        "doctor",
        "gate ingest",
        "india build",
        "india history",
        "india import",
        "india instruments",
        "india raw",
        "india recover",
        "india review",
        "india stop",
        "india stream",
        "india withdraw",
        "init",
        "ledger decide",
        "ledger head",
        "ledger tail",
        "ledger verify",
        "status",
        "truth approve",
        "truth reject",
        "truth reopen",
        "truth reviews",
        "truth status",
        "truth waive",
        "us backfill",
        "us build",
        "us daily",
        "us import",
        "us intraday",
        "us raw",
        "us retry",
        "us symbols",
        "us withdraw",
      ].toSorted(),
    );
  });
});

describe("wrong usage", () => {
  test.each<[string, string[], RegExp]>([
    ["an unknown command", ["fly"], /"fly" is no command/],
    ["an unknown command of a group", ["us", "fly"], /unknown command 'fly'/],
    ["an unknown option", ["us", "build", "--fast"], /unknown option '--fast'/],
    ["a missing operand", ["us", "import", "--basis", "raw"], /missing required argument 'paths'/],
    ["a missing option", ["gate", "ingest"], /required option '--market <market>' not specified/],
    [
      "a choice that is none",
      ["us", "import", "x.csv", "--basis", "net"],
      /Allowed choices are raw, split, total/,
    ],
    [
      "a decision without an operator",
      ["truth", "approve", "REV-1", "--reason", "x"],
      /required option '--operator <name>'/,
    ],
    [
      "too many operands",
      ["us", "withdraw", "RAW-1", "RAW-2", "--operator", "a", "--reason", "b"],
      /too many arguments/,
    ],
  ])("as %s ends with 2, says what is wrong, and prints nothing else", async (_, words, says) => {
    const { exitCode, stdout, stderr } = await run(...words);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
  });
});
