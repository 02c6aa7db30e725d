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
  "us.proxies": "role = symbol; overrides a binding of the proxy set (another version of the set)",
  "us.calendar": "Corrections of the NYSE calendar; each makes another calendar version",
  thresholds: "Every number that decides anything; echoed into what it decided",
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
