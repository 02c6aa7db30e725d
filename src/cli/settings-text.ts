/** The commented `meridian.toml` of `init`, made from the contract's own defaults. */
import { type Settings, settingsSchema } from "#contracts/settings.ts";

type Table = { readonly [key: string]: string | number | readonly string[] };

const COMMENTS: { readonly [key: string]: string } = {
  "us.vendor": "Alpha Vantage. The key goes into .env as ALPHAVANTAGE_API_KEYS, never here.",
  "us.vendor.plan": '"free" or "premium": decides which functions are asked for',
  "us.vendor.calls_per_second": "exactly 1 a second trips the vendor",
  "us.vendor.calls_per_day":
    "counted from 00:00 UTC for each key; the vendor limits by address too",
  "us.vendor.timeout_seconds": "a call with no complete answer after this long has timed out",
  "us.vendor.tries_per_call": "tries inside one job before a call goes to the retry queue",
  "us.universe": "Which symbols besides the proxies",
  "us.universe.symbols": "non-empty: exactly these; empty on free: the proxies only",
  "us.proxies":
    "role = symbol; overrides a binding of the proxy set (another version of the set). Roles: benchmark_equity and volatility_gauge (required), growth, small_cap, blue_chip, rates_anchor, rates_short, credit_high_yield, credit_investment_grade, dollar, oil",
  "us.calendar": "Corrections of the NYSE calendar; each makes another calendar version",
  thresholds: "Every number that decides anything; echoed into what it decided",
  "thresholds.drift_required_percent": "larger moves of a required equity or index role are parked",
  "thresholds.drift_gauge_percent": "larger moves of a required volatility gauge are parked",
  "thresholds.drift_stock_percent": "larger moves of a stock or fund must be corroborated",
  "thresholds.drift_split_ratio_percent": "this close to a common split ratio is no corroboration",
  "thresholds.drift_undone_percent": "a move undone to within this in the next session neither",
  "thresholds.basis_mismatch_percent": "where two price bases overlap they must agree within this",
  "thresholds.coverage_failed_share_max": "of the universe; one symbol may always fail",
  "thresholds.first_load_sessions": "sessions that must be whole on a first load",
  "thresholds.us_settle_minutes": "after the close, before a fetched row is whole",
  "thresholds.listing_short_share": "a listing with fewer rows than this share replaces nothing",
};

/** The text, with every key at its default. */
export function renderSettings(): string {
  const settings: Settings = settingsSchema.parse({});
  const { vendor, universe } = settings.us;
  const sections = [
    renderTable("us.vendor", vendor),
    renderTable("us.universe", universe),
    [...heading("us.proxies"), '# volatility_gauge = "VIX"'].join("\n"),
    [
      ...heading("us.calendar"),
      '# closed = ["2026-12-24"]',
      '# open = [{ date = "2026-12-26", open = "09:30", close = "13:00" }]',
    ].join("\n"),
    renderTable("thresholds", settings.thresholds),
  ];
  return `# Settings of a Meridian workspace. All keys are optional; the values here are the defaults.\n\n${sections.join("\n\n")}\n`;
}

function heading(name: string): string[] {
  const comment = COMMENTS[name];
  return [...(comment === undefined ? [] : [`# ${comment}`]), `[${name}]`];
}

function renderTable(name: string, values: Table): string {
  const rows = Object.entries(values).map(([key, value]) => {
    const comment = COMMENTS[`${name}.${key}`];
    return `${key} = ${renderValue(value)}${comment === undefined ? "" : `  # ${comment}`}`;
  });
  return [...heading(name), ...rows].join("\n");
}

function renderValue(value: string | number | readonly string[]): string {
  return typeof value === "object"
    ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]`
    : JSON.stringify(value);
}
