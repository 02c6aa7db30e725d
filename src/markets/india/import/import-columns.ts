/**
 * Says what each column of the operator's Indian price files means: by their usual names, or by place as
 * the operator says. A column that nobody knows is refused by its name, never guessed or dropped.
 */
import { MeridianError } from "#core/meridian-error.ts";

/** The meaning of a column; `skip` columns are kept in raw and read by nobody. */
export const IMPORT_FIELDS = [
  "symbol",
  "date",
  "time",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "skip",
] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];

export type ImportInterval = "1d" | "1m" | "5m";

const ALIASES: Record<ImportField, readonly string[]> = {
  symbol: ["symbol", "ticker", "tradingsymbol"],
  date: ["date", "timestamp", "datetime", "date_time", "date/time", "day", "session"],
  time: ["time"],
  open: ["open"],
  high: ["high"],
  low: ["low"],
  close: ["close", "last", "price"],
  volume: ["volume", "vol", "vol.", "shares traded"],
  // Values in rupees, and open interest: Meridian reads neither.
  skip: ["turnover", "turnover (rs. cr)", "turnover (₹ cr)", "value", "oi", "open interest"],
};

const REQUIRED = ["date", "open", "high", "low", "close"] as const;
const NAMES_SHOWN_MAX = 8;

/** The fields of `--columns`, e.g. `symbol,date,time,open,high,low,close,skip,skip`. @throws ARGUMENT_INVALID */
export function readColumnsOption(text: string): ImportField[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const fields = names.flatMap((name) => IMPORT_FIELDS.find((field) => field === name) ?? []);
  const unknown = names.filter((name) => !IMPORT_FIELDS.some((field) => field === name));
  const problem =
    unknown.length > 0
      ? `--columns does not know ${quoted(unknown)}; it knows ${IMPORT_FIELDS.join(", ")}`
      : problemOf(fields, "--columns names");
  if (problem === undefined) return fields;
  throw new MeridianError("ARGUMENT_INVALID", { message: problem, facts: { option: "--columns" } });
}

/** The meaning of each column of a header line. @throws IMPORT_REFUSED naming unknown or missing ones */
export function readImportHeader(header: string, fileName: string): ImportField[] {
  const names = header
    .replace(/^\uFEFF/, "")
    .split(",")
    .map((name) => name.trim().replace(/^"|"$/g, "").trim().toLowerCase());
  if (names.some((name) => name !== "" && !Number.isNaN(Number(name)))) {
    throw refused(fileName, "its first line is no header; say with --columns what its columns are");
  }
  const found = names.map(fieldOf);
  const unknown = names.filter((_, index) => found[index] === undefined);
  const known = found.flatMap((field) => field ?? []);
  if (unknown.length > 0) {
    throw refused(
      fileName,
      `unknown columns ${quoted(unknown)}; say with --columns what they are (skip for what is not wanted)`,
    );
  }
  // Some files call the whole stamp `time`.
  const fields = known.includes("date")
    ? known
    : known.map((field) => (field === "time" ? "date" : field));
  const problem = problemOf(fields, "it has");
  if (problem !== undefined) throw refused(fileName, problem);
  return fields;
}

function problemOf(fields: readonly ImportField[], subject: string): string | undefined {
  const missing = REQUIRED.filter((field) => !fields.includes(field));
  const repeated = IMPORT_FIELDS.filter(
    (field) => field !== "skip" && fields.filter((one) => one === field).length > 1,
  );
  if (missing.length > 0) return `${subject} no column for ${missing.join(", ")}`;
  return repeated.length > 0
    ? `${subject} more than one column for ${repeated.join(", ")}`
    : undefined;
}

function fieldOf(name: string): ImportField | undefined {
  return IMPORT_FIELDS.find((field) => ALIASES[field].includes(name));
}

function refused(fileName: string, why: string): MeridianError {
  return new MeridianError("IMPORT_REFUSED", {
    message: `${fileName} is not price history as it stands: ${why}`,
    facts: { file: fileName },
  });
}

function quoted(names: readonly string[]): string {
  return names
    .slice(0, NAMES_SHOWN_MAX)
    .map((name) => JSON.stringify(name.slice(0, 40)))
    .join(", ");
}
