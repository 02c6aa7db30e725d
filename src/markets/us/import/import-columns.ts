/**
 * Recognises the columns of the operator's own price files by their usual names. A file with a
 * column that nobody knows, or without one that is needed, is refused with the names.
 */
import { MeridianError } from "#core/meridian-error.ts";

/** The meaning of a column; `skip` columns are kept in raw and read by nobody. */
export type ImportField = "date" | "open" | "high" | "low" | "close" | "volume" | "skip";

const ALIASES: Record<ImportField, readonly string[]> = {
  date: ["date", "timestamp", "time", "day", "session"],
  open: ["open"],
  high: ["high"],
  low: ["low"],
  close: ["close", "close/last", "last", "price"],
  volume: ["volume", "vol", "vol."],
  // Adjusted closes serve comparison only: no event is ever made from them (decision 12).
  skip: ["adj close", "adj_close", "adjclose", "adjusted close", "adjusted_close", "adj. close"],
};

const REQUIRED = ["date", "open", "high", "low", "close"] as const;
const NAMES_SHOWN_MAX = 8;

/** The meaning of each column of a header line. @throws IMPORT_REFUSED naming unknown or missing ones */
export function readImportHeader(header: string, fileName: string): ImportField[] {
  const names = header
    .replace(/^\uFEFF/, "")
    .split(",")
    .map(plainName);
  const fields = names.map((name) => fieldOf(name));
  const unknown = names.filter((_, index) => fields[index] === undefined);
  const missing = REQUIRED.filter((field) => !fields.includes(field));
  const known = fields.flatMap((field) => (field === undefined ? [] : [field]));
  const repeated = [...REQUIRED, "volume" as const].filter(
    (field) => known.filter((one) => one === field).length > 1,
  );
  if (unknown.length + missing.length + repeated.length === 0) return known;
  const parts = [
    missing.length > 0 ? `no column for ${missing.join(", ")}` : "",
    unknown.length > 0 ? `unknown columns ${quoted(unknown)}` : "",
    repeated.length > 0 ? `more than one column for ${repeated.join(", ")}` : "",
  ].filter((part) => part !== "");
  throw new MeridianError("IMPORT_REFUSED", {
    message: `${fileName} is not price history: ${parts.join("; ")}`,
    facts: { file: fileName, missing: [...missing], unknown: unknown.slice(0, NAMES_SHOWN_MAX) },
  });
}

function plainName(name: string): string {
  return name.trim().replace(/^"|"$/g, "").trim().toLowerCase();
}

function fieldOf(name: string): ImportField | undefined {
  for (const [field, aliases] of Object.entries(ALIASES)) {
    if (aliases.includes(name)) return isField(field) ? field : undefined;
  }
  return undefined;
}

function isField(text: string): text is ImportField {
  return Object.hasOwn(ALIASES, text);
}

function quoted(names: readonly string[]): string {
  return names
    .slice(0, NAMES_SHOWN_MAX)
    .map((name) => JSON.stringify(name.slice(0, 40)))
    .join(", ");
}
