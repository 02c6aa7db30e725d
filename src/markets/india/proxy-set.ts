/**
 * The Indian proxy set of decision 9 as data: which symbol stands for which role, what another binding
 * from `[india.proxies]` makes of the set, and for which roles there is no source at all.
 */
import type { ProxyGap, ProxyRole, ProxySet } from "#core/market-definition.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { digestOfJson } from "#platform/digest.ts";

type RoleTemplate = Pick<ProxyRole, "role" | "symbol" | "blocking">;

const SET_ID = "india";
const BASE_VERSION = "1.0.0";
const VERSION_DIGITS = 8;
const GAUGE_ROLE = "volatility_gauge";

/** Symbols as the vendor's instrument master writes the names of indices. */
const ROLES: readonly RoleTemplate[] = [
  { role: "benchmark_equity", symbol: "Nifty 50", blocking: true },
  { role: "sector_bank", symbol: "Nifty Bank", blocking: false },
  { role: "sector_it", symbol: "Nifty IT", blocking: false },
  { role: "small_cap", symbol: "NIFTY SMLCAP 100", blocking: false },
  { role: GAUGE_ROLE, symbol: "India VIX", blocking: true },
];

const NO_SOURCE = "SmartAPI has no source for it";

/** What the set does not have and does not invent. */
const GAPS: readonly ProxyGap[] = ["rates", "currency", "oil", "gift"].map((role) => ({
  role,
  why: NO_SOURCE,
}));

/** What can be traded is spelled like this; the master's names of indices hold small letters or blanks. */
const TRADED_SYMBOL = /^[A-Z0-9&-]+$/;

/**
 * The proxy set with the operator's bindings. A binding that differs from the published one makes
 * another version: `1.0.0+` and 8 hex digits of all bindings.
 * @throws CONFIG_INVALID for a role that the set does not have
 */
export function indiaProxySet(bindings: { readonly [role: string]: string } = {}): ProxySet {
  const unknown = Object.keys(bindings).find((role) => !ROLES.some((known) => known.role === role));
  if (unknown !== undefined) throw unknownRole(unknown);
  const roles = ROLES.map((template) => bind(template, bindings[template.role] ?? template.symbol));
  const isPublished = ROLES.every((template, index) => roles[index]?.symbol === template.symbol);
  const bound = Object.fromEntries(roles.map(({ role, symbol }) => [role, symbol]));
  const suffix = isPublished ? "" : `+${digestOfJson(bound).slice(0, VERSION_DIGITS)}`;
  return { id: SET_ID, version: `${BASE_VERSION}${suffix}`, roles, gaps: GAPS };
}

/** The kind of a gauge belongs to the symbol: a fund that is bound in the index's place decays. */
function bind({ role, blocking }: RoleTemplate, symbol: string): ProxyRole {
  const instrumentClass = TRADED_SYMBOL.test(symbol) ? "fund" : "index";
  const gaugeKind = instrumentClass === "index" ? "index" : "futures_fund";
  return {
    role,
    symbol,
    blocking,
    instrumentClass,
    ...(role === GAUGE_ROLE ? { gaugeKind } : {}),
  };
}

function unknownRole(role: string): MeridianError {
  const expected = ROLES.map((known) => known.role);
  const gap = GAPS.find((one) => one.role === role);
  const why = gap === undefined ? "names no role" : `is a declared gap (${gap.why})`;
  return new MeridianError("CONFIG_INVALID", {
    message: `meridian.toml: india.proxies.${role} ${why}; expected one of ${expected.join(", ")}`,
    facts: { file: "meridian.toml", key: `india.proxies.${role}`, expected, found: role },
  });
}
