/**
 * Decides which token stands for each wanted name: the watchlist's NSE names and the proxies' names, in the
 * instrument master of the day. What the master does not hold is a coverage gap with its reason, never a
 * failure. Pure.
 */
import type { InstrumentRow } from "./parse-instruments.ts";

/** NSE's cash segment on the socket; indices are there too. */
const NSE_CASH = 1;

/** A name with its token; has every field of a session's instrument. */
export type ResolvedInstrument = {
  /** The plain name: `RELIANCE`, `Nifty 50`. */
  readonly symbol: string;
  readonly token: string;
  readonly exchangeType: number;
  readonly isIndex: boolean;
  /** Whether it trades in the closing auction, on sessions that have one. */
  readonly hasAuction: boolean;
};

/** A wanted name without a token. */
export type CoverageGap = {
  readonly symbol: string;
  /** The proxy's role; null for the watchlist. */
  readonly role: string | null;
  readonly reason: string;
};

export type Resolution = {
  /** Proxies first, then the watchlist, each name once. */
  readonly instruments: readonly ResolvedInstrument[];
  readonly gaps: readonly CoverageGap[];
  /** What the operator should know: another series than -EQ, a name with two tokens. */
  readonly notes: readonly string[];
};

/** Series by which a stock may trade in the cash segment, the ordinary one first. */
const SERIES = ["EQ", "BE", "BZ", "SM", "ST", "SZ"] as const;

/** Finds the tokens. A proxy is an index by its name, in any case of its letters, else a stock or fund. */
export function resolveInstruments(wanted: {
  readonly rows: readonly InstrumentRow[];
  readonly watchlist: readonly string[];
  readonly proxies: readonly { readonly role: string; readonly symbol: string }[];
}): Resolution {
  const bySymbol = Map.groupBy(wanted.rows, ({ symbol }) => symbol.toLowerCase());
  const found = new Map<string, ResolvedInstrument>();
  const gaps: CoverageGap[] = [];
  const notes: string[] = [];
  const names = [
    ...wanted.proxies.map(({ role, symbol }) => ({ symbol: symbol.trim(), role })),
    ...wanted.watchlist.map((symbol) => ({ symbol: symbol.trim(), role: null })),
  ];
  const seen = new Set<string>();
  for (const { symbol, role } of names) {
    if (seen.has(symbol.toLowerCase())) continue;
    seen.add(symbol.toLowerCase());
    const match =
      role === null
        ? (findStock(bySymbol, symbol, notes) ?? findIndex(bySymbol, symbol, notes))
        : (findIndex(bySymbol, symbol, notes) ?? findStock(bySymbol, symbol, notes));
    if (match === undefined) gaps.push({ symbol, role, reason: reasonOf(symbol, role) });
    else if (!found.has(match.token)) found.set(match.token, match);
    else notes.push(`${symbol} is ${found.get(match.token)?.symbol ?? "there"} already`);
  }
  return { instruments: [...found.values()], gaps, notes };
}

type Rows = ReadonlyMap<string, readonly InstrumentRow[]>;

function findIndex(rows: Rows, symbol: string, notes: string[]): ResolvedInstrument | undefined {
  const matches = (rows.get(symbol.toLowerCase()) ?? []).filter(({ isIndex }) => isIndex);
  const row = chooseRow(matches, notes);
  if (row === undefined) return undefined;
  const { token } = row;
  return { symbol, token, exchangeType: NSE_CASH, isIndex: true, hasAuction: false };
}

/** A watchlist may name the series too: `RELIANCE-EQ`; the plain name goes without it. */
function findStock(rows: Rows, name: string, notes: string[]): ResolvedInstrument | undefined {
  const plain = name.toUpperCase().replace(new RegExp(`-(?:${SERIES.join("|")})$`), "");
  for (const series of SERIES) {
    const matches = (rows.get(`${plain}-${series}`.toLowerCase()) ?? []).filter(
      ({ isIndex }) => !isIndex,
    );
    const row = chooseRow(matches, notes);
    if (row === undefined) continue;
    if (series !== "EQ") notes.push(`${plain} trades in series ${series}, not EQ`);
    const { token, isCasEnabled } = row;
    const exchangeType = NSE_CASH;
    return { symbol: plain, token, exchangeType, isIndex: false, hasAuction: isCasEnabled };
  }
  return undefined;
}

function chooseRow(matches: readonly InstrumentRow[], notes: string[]): InstrumentRow | undefined {
  const first = matches[0];
  const others = matches.filter(({ token }) => token !== first?.token);
  if (first !== undefined && others.length > 0) {
    const tokens = others.map(({ token }) => token).join(", ");
    notes.push(`${first.symbol} has token ${first.token} and also ${tokens}: the first is used`);
  }
  return first;
}

function reasonOf(symbol: string, role: string | null): string {
  return role === null
    ? `the instrument master has no ${symbol.toUpperCase()} in NSE's cash segment`
    : `the instrument master has no index named ${symbol}, and no stock`;
}
