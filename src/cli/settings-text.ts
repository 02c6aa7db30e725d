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
  "india.vendor":
    "SmartAPI. The login goes into .env as SMARTAPI_API_KEY, _CLIENT_CODE, _PIN and _TOTP_SECRET, never here.",
  "india.vendor.mode": '"ltp", "quote" or "snap_quote"; ltp has no volume, so no momentum either',
  "india.vendor.timeout_seconds": "a REST call with no complete answer after this long timed out",
  "india.vendor.candle_calls_per_second": "published are 3; 0.4 s apart was seen to trip",
  "india.vendor.stall_seconds":
    "a connection silent for so long while the market trades is made anew",
  "india.vendor.heartbeat_seconds": "the text ping is sent this often",
  "india.vendor.reconnect_seconds": "first pause before connecting again; it doubles, with jitter",
  "india.vendor.reconnect_seconds_max": "the largest such pause",
  "india.vendor.fallback_seconds":
    "REST polling replaces a socket that stayed unusable for so long",
  "india.watchlist": "Which symbols besides the proxies",
  "india.watchlist.symbols":
    "NSE names without series, e.g. RELIANCE; the proxies are always added",
  "india.proxies":
    "role = symbol; overrides a binding of the proxy set (another version of the set). Roles: benchmark_equity and volatility_gauge (required), sector_bank, sector_it, small_cap",
  "india.calendar": "Corrections of the NSE calendar; each makes another calendar version",
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
  "thresholds.india_settle_minutes": "likewise, after the closing auction where there is one",
  "thresholds.india_seal_delay_ms": "a minute is sealed this long after its end",
  "thresholds.india_clock_offset_warn_ms": "a session clock further off the exchange's is told",
  "thresholds.momentum_hod_distance_percent":
    "the close lies at most this far under the day's high",
  "thresholds.momentum_volume_ratio": "volume over the mean of the candles before it, at least",
  "thresholds.momentum_volume_candles": "how many candles that mean is of",
  "thresholds.momentum_clean_percent": "at T+15: a larger rise is CLEAN",
  "thresholds.momentum_false_percent": "at T+15: a larger fall is FALSE",
  "thresholds.momentum_surge_percent": "at T+5: a larger rise of volume is a surge",
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
    renderTable("india.vendor", settings.india.vendor),
    renderTable("india.watchlist", settings.india.watchlist),
    [...heading("india.proxies"), '# small_cap = "NIFTY SMLCAP 250"'].join("\n"),
    [
      ...heading("india.calendar"),
      '# closed = ["2026-12-24"]',
      '# open = [{ date = "2026-11-08", open = "18:00", close = "19:00" }]',
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
