/**
 * Reads from a snapshot which sessions were accepted: for each required symbol one by one, for the
 * universe as counts a session. What that means for truth time is gate 1's verdict.
 */
import { join } from "node:path";
import { z } from "zod";
import type { SnapshotManifest } from "#contracts/snapshot.ts";
import { type DuckDbSession, sqlText } from "#lake/duckdb-store.ts";
import { PART_FOLDERS, nameDamagedParts } from "#lake/snapshot-store.ts";

export type AcceptedSessions = {
  /** Accepted session dates of each symbol that was asked for by name. */
  readonly bySymbol: ReadonlyMap<string, ReadonlySet<string>>;
  /** Number of universe symbols accepted while they were listed, by session date. */
  readonly universeCounts: ReadonlyMap<string, number>;
};

type PartsReader = {
  readonly session: DuckDbSession;
  readonly analyticsDir: string;
  readonly manifest: SnapshotManifest;
};

/** Total-return rows give returns and satisfy no session (decision 12). */
const IS_PRICE = `basis <> 'total'`;

const namedRow = z.object({ symbol: z.string(), session: z.string() });
const countRow = z.object({ session: z.string(), symbols: z.coerce.number() });
const symbolRow = z.object({ symbol: z.string() });

/**
 * Reads the accepted sessions: of the named symbols from `namedFrom` on, of the universe after `after`
 * (dates, or null for all).
 */
export async function readAcceptedSessions(options: {
  readonly session: DuckDbSession;
  readonly analyticsDir: string;
  readonly manifest: SnapshotManifest;
  /** Symbols whose sessions are wanted one by one. */
  readonly named: readonly string[];
  /** Members with open reviews: only these sessions of them are wanted. */
  readonly reviewed: { readonly symbols: readonly string[]; readonly sessions: readonly string[] };
  readonly universe: readonly { readonly symbol: string; readonly delistedOn: string | null }[];
  readonly namedFrom: string | null;
  readonly after: string | null;
}): Promise<AcceptedSessions> {
  const { named, reviewed, universe } = options;
  const files = dailyFiles(options.analyticsDir, options.manifest);
  const bySymbol = new Map(
    [...named, ...reviewed.symbols].map((symbol) => [symbol, new Set<string>()]),
  );
  const universeCounts = new Map<string, number>();
  if (files === undefined) return { bySymbol, universeCounts };
  const { namedFrom, after } = options;
  const fromThere = namedFrom === null ? "" : ` AND session >= DATE ${sqlText(namedFrom)}`;
  const later = after === null ? "" : ` AND session > DATE ${sqlText(after)}`;
  const wanted = [
    `symbol IN (${listOf(named)})${fromThere}`,
    `symbol IN (${listOf(reviewed.symbols)}) AND session IN (${datesOf(reviewed.sessions)})`,
  ];
  for (const condition of wanted) {
    const sql = `SELECT DISTINCT symbol, session::VARCHAR AS session FROM read_parquet(${files})
       WHERE ${IS_PRICE} AND ${condition}`;
    for (const row of await rowsOf(options, sql, namedRow)) {
      bySymbol.get(row.symbol)?.add(row.session);
    }
  }
  for (const row of await rowsOf(
    options,
    `SELECT session::VARCHAR AS session, count(DISTINCT symbol) AS symbols
     FROM read_parquet(${files}) WHERE symbol IN (${listOf(universe.map((one) => one.symbol))})
       AND ${IS_PRICE}${whileListed(universe)}${later} GROUP BY session`,
    countRow,
  )) {
    universeCounts.set(row.session, row.symbols);
  }
  return { bySymbol, universeCounts };
}

/** Which of these symbols have an accepted row for a session. */
export async function readAcceptedSymbols(options: {
  readonly session: DuckDbSession;
  readonly analyticsDir: string;
  readonly manifest: SnapshotManifest;
  readonly symbols: readonly string[];
  readonly date: string;
}): Promise<ReadonlySet<string>> {
  const files = dailyFiles(options.analyticsDir, options.manifest);
  if (files === undefined) return new Set();
  const rows = await rowsOf(
    options,
    `SELECT DISTINCT symbol FROM read_parquet(${files})
     WHERE session = DATE ${sqlText(options.date)} AND symbol IN (${listOf(options.symbols)})
       AND ${IS_PRICE}`,
    symbolRow,
  );
  return new Set(rows.map((row) => row.symbol));
}

function dailyFiles(analyticsDir: string, manifest: SnapshotManifest): string | undefined {
  const paths = manifest.files
    .filter((file) => file.path.startsWith(`${PART_FOLDERS.daily}/`))
    .map((file) => sqlText(join(analyticsDir, file.path)));
  return paths.length === 0 ? undefined : `[${paths.join(", ")}]`;
}

/** Leaves out rows of symbols on and after the day from which the listing no longer has them. */
function whileListed(
  universe: readonly { readonly symbol: string; readonly delistedOn: string | null }[],
): string {
  return universe
    .flatMap(({ symbol, delistedOn }) =>
      delistedOn === null
        ? []
        : [` AND NOT (symbol = ${sqlText(symbol)} AND session >= DATE ${sqlText(delistedOn)})`],
    )
    .join("");
}

/** An empty list is written as one date before all data. */
function datesOf(sessions: readonly string[]): string {
  const dates = sessions.length === 0 ? ["1900-01-01"] : sessions;
  return dates.map((date) => `DATE ${sqlText(date)}`).join(", ");
}

/** An empty list is written as one name that no symbol has. */
function listOf(symbols: readonly string[]): string {
  return symbols.length === 0 ? "''" : symbols.map(sqlText).join(", ");
}

/** @throws FILE_DAMAGED naming the parts that are not as published */
async function rowsOf<T>(
  { session, analyticsDir, manifest }: PartsReader,
  sql: string,
  schema: z.ZodType<T>,
): Promise<T[]> {
  try {
    const reader = await session.connection.runAndReadAll(sql);
    return z.parse(z.array(schema), reader.getRowObjectsJson());
  } catch (cause) {
    throw nameDamagedParts(cause, analyticsDir, manifest);
  }
}
