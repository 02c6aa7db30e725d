/** Reads `meridian.toml` once, at the edge, and says exactly what is wrong with it. */
import { TomlDate, TomlError, parse as parseToml } from "smol-toml";
import type { z } from "zod";
import { type Settings, settingsSchema } from "#contracts/settings.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { readTextIfThere } from "#platform/atomic-file.ts";

const FILE = "meridian.toml";

/** The settings of a workspace; all defaults when it has no file. @throws CONFIG_INVALID */
export function readSettings(path: string): Settings {
  const text = readTextIfThere(path);
  return parseSettings(text ?? "");
}

/** Settings from TOML text. @throws CONFIG_INVALID naming file, key, expected and found */
export function parseSettings(text: string): Settings {
  let table: unknown;
  try {
    table = parseToml(text);
  } catch (cause) {
    const where =
      cause instanceof TomlError ? ` in line ${cause.line}, column ${cause.column}` : "";
    const says = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new MeridianError("CONFIG_INVALID", {
      message: `${FILE} is not readable as TOML${where}: ${says}`,
      facts: { file: FILE },
      cause,
    });
  }
  const parsed = settingsSchema.safeParse(table, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  if (!first) throw new Error("broken promise: a failed parse has an issue");
  throw describeIssue(first, table, parsed.error);
}

function describeIssue(issue: z.core.$ZodIssue, table: unknown, cause: unknown): MeridianError {
  const unknownKeys = issue.code === "unrecognized_keys" ? issue.keys : [];
  const path = [...issue.path, ...unknownKeys.slice(0, 1)].map(String);
  const key = path.join(".");
  const found = unknownKeys.length > 0 ? typeNameOf(valueAt(table, path)) : foundAt(table, path);
  const expected = unknownKeys.length > 0 ? "a key that exists" : expectationOf(issue);
  return new MeridianError("CONFIG_INVALID", {
    message: `${FILE}: ${key}: expected ${expected}, found ${found}`,
    facts: { file: FILE, key, expected, found },
    cause,
  });
}

/** What stands there; of a list or table only that. Configured secrets are masked where it is printed. */
function foundAt(table: unknown, path: readonly string[]): string {
  const value = valueAt(table, path);
  if (value === undefined) return "nothing";
  return typeof value === "object" ? typeNameOf(value) : JSON.stringify(value);
}

/** Only the type: what stands at a key that does not exist may be a secret in the wrong file. */
function typeNameOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return `a ${typeof value}`;
  return value instanceof TomlDate ? "a date" : "a table";
}

function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "too_small":
      return `a value ${issue.inclusive === false ? "above" : "of at least"} ${issue.minimum}`;
    case "too_big":
      return `a value ${issue.inclusive === false ? "below" : "of at most"} ${issue.maximum}`;
    case "invalid_value":
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    default:
      return issue.message;
  }
}

function valueAt(table: unknown, path: readonly string[]): unknown {
  let value: unknown = table;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}
