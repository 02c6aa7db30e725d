/**
 * The US proxy sets of decision 9 as data: which symbol stands for which role, by plan, and what
 * another binding from `[us.proxies]` makes of them. What a role means is the intelligence's business.
 */
import type { InstrumentClass, ProxyRole, ProxySet } from "#core/market-definition.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { digestOfJson } from "#platform/digest.ts";
import { type VendorPlan, isSeriesSymbol } from "./vendor-calls.ts";

type RoleTemplate = {
  readonly role: string;
  readonly symbol: { readonly [plan in VendorPlan]: string };
  readonly blocking: boolean;
  /** Sessions by which the newest observation may lag when a series is bound (decision 9). */
  readonly lagSessionsMax?: number | undefined;
};

const BASE_VERSION = "1.0.0";
const VERSION_DIGITS = 8;
const GAUGE_ROLE = "volatility_gauge";
/** A series bound to a role that has none by default gets the longer lag of the two kinds. */
const LAG_SESSIONS_MAX_DEFAULT = 10;

const same = (symbol: string): RoleTemplate["symbol"] => ({ free: symbol, premium: symbol });

const ROLES: readonly RoleTemplate[] = [
  { role: "benchmark_equity", symbol: same("SPY"), blocking: true },
  { role: "growth", symbol: same("QQQ"), blocking: false },
  { role: "small_cap", symbol: same("IWM"), blocking: false },
  { role: "blue_chip", symbol: same("DIA"), blocking: false },
  { role: GAUGE_ROLE, symbol: { free: "VIXY", premium: "VIX" }, blocking: true },
  {
    role: "rates_anchor",
    symbol: same("TREASURY_YIELD_10YEAR"),
    blocking: false,
    lagSessionsMax: 3,
  },
  { role: "rates_short", symbol: same("TREASURY_YIELD_2YEAR"), blocking: false, lagSessionsMax: 3 },
  { role: "credit_high_yield", symbol: same("HYG"), blocking: false },
  { role: "credit_investment_grade", symbol: same("LQD"), blocking: false },
  { role: "dollar", symbol: same("UUP"), blocking: false },
  { role: "oil", symbol: same("WTI"), blocking: false, lagSessionsMax: 10 },
];

/** Indices that INDEX_DATA serves by name, as far as they are on record. They trade nowhere. */
const INDEX_SYMBOLS: ReadonlySet<string> = new Set([
  "SPX",
  "DJI",
  "COMP",
  "NDX",
  "VIX",
  "RUT",
  "DJS",
]);

/**
 * The proxy set of a plan with the operator's bindings. A binding that differs from the published
 * one makes another version: `1.0.0+` and 8 hex digits of all bindings.
 * @throws CONFIG_INVALID for a role that the set does not have
 */
export function usProxySet(
  plan: VendorPlan,
  bindings: { readonly [role: string]: string } = {},
): ProxySet {
  const unknown = Object.keys(bindings).find((role) => !ROLES.some((known) => known.role === role));
  if (unknown !== undefined) throw unknownRole(unknown);
  const roles = ROLES.map((template) =>
    bind(template, bindings[template.role] ?? template.symbol[plan]),
  );
  const isPublished = ROLES.every(
    (template, index) => roles[index]?.symbol === template.symbol[plan],
  );
  const bound = Object.fromEntries(roles.map(({ role, symbol }) => [role, symbol]));
  const suffix = isPublished ? "" : `+${digestOfJson(bound).slice(0, VERSION_DIGITS)}`;
  return { id: `us-${plan}`, version: `${BASE_VERSION}${suffix}`, roles };
}

/** The class of a symbol that is bound to a role. What is neither series nor index is a fund. */
function classOfProxy(symbol: string): InstrumentClass {
  if (isSeriesSymbol(symbol)) return "series";
  return INDEX_SYMBOLS.has(symbol) ? "index" : "fund";
}

/** The kind of a gauge belongs to the symbol, not to the plan: VIX is judged as an index anywhere. */
function bind(template: RoleTemplate, symbol: string): ProxyRole {
  const { role, blocking } = template;
  const instrumentClass = classOfProxy(symbol);
  const gaugeKind = instrumentClass === "index" ? "index" : "futures_fund";
  return {
    role,
    symbol,
    blocking,
    instrumentClass,
    ...(role === GAUGE_ROLE ? { gaugeKind } : {}),
    ...(instrumentClass === "series"
      ? { lagSessionsMax: template.lagSessionsMax ?? LAG_SESSIONS_MAX_DEFAULT }
      : {}),
  };
}

function unknownRole(role: string): MeridianError {
  const expected = ROLES.map((known) => known.role);
  return new MeridianError("CONFIG_INVALID", {
    message: `meridian.toml: us.proxies.${role} names no role; expected one of ${expected.join(", ")}`,
    facts: { file: "meridian.toml", key: `us.proxies.${role}`, expected, found: role },
  });
}
