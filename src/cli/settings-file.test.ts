/** A wrong setting is told by file, key, what was expected and what was found. */
import { describe, expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import { parseSettings } from "./settings-file.ts";
import { renderSettings } from "./settings-text.ts";

const refusal = (text: string) => {
  try {
    parseSettings(text);
  } catch (cause) {
    return cause;
  }
  return undefined;
};

describe("settings", () => {
  test("of an empty file are the defaults, and so are those that init writes", () => {
    const defaults = settingsSchema.parse({});
    expect(parseSettings("")).toEqual(defaults);
    expect(parseSettings(renderSettings())).toEqual(defaults);
    expect(parseSettings(`\uFEFF${renderSettings()}`.replaceAll("\n", "\r\n"))).toEqual(defaults);
  });

  test("that init writes name every key of the contract, with a comment where one helps", () => {
    const text = renderSettings();
    const { us, india, thresholds } = settingsSchema.parse({});
    for (const key of [
      ...Object.keys(us.vendor),
      ...Object.keys(us.universe),
      ...Object.keys(india.vendor),
      ...Object.keys(india.watchlist),
      ...Object.keys(thresholds),
    ]) {
      expect(text).toMatch(new RegExp(`^${key} = `, "m"));
    }
    expect(text).toContain("# exactly 1 a second trips the vendor");
    for (const key of Object.keys(thresholds))
      expect(text).toMatch(new RegExp(`^${key} = .*# `, "m"));
    for (const name of ["us", "india"].flatMap((market) => [
      `${market}.proxies`,
      `${market}.calendar`,
    ]))
      expect(text).toContain(`[${name}]`);
  });

  test("are taken from the file where it says them", () => {
    const { us, thresholds } = parseSettings(
      '[us.universe]\nsymbols = ["AAPL"]\n[us.proxies]\nvolatility_gauge = "VIX"\n[thresholds]\ndrift_required_percent = 12.5\n',
    );
    expect(us.universe.symbols).toEqual(["AAPL"]);
    expect(us.proxies).toEqual({ volatility_gauge: "VIX" });
    expect(thresholds.drift_required_percent).toBe(12.5);
  });
});

describe("a wrong setting", () => {
  test.each<[string, string, string, string, string]>([
    [
      "of another type",
      '[us.vendor]\ncalls_per_day = "many"',
      "us.vendor.calls_per_day",
      "a number",
      '"many"',
    ],
    [
      "out of range",
      "[us.vendor]\ncalls_per_day = 0",
      "us.vendor.calls_per_day",
      "a value above 0",
      "0",
    ],
    [
      "beyond its largest value",
      "[us.vendor]\ntries_per_call = 11",
      "us.vendor.tries_per_call",
      "a value of at most 10",
      "11",
    ],
    [
      "none of the choices",
      '[us.vendor]\nplan = "gold"',
      "us.vendor.plan",
      'one of "free", "premium"',
      '"gold"',
    ],
    [
      "unknown",
      "[thresholds]\ndrift_percent = 5",
      "thresholds.drift_percent",
      "a key that exists",
      "a number",
    ],
    ["an unknown table", "[uk]\nx = 1", "uk", "a key that exists", "a table"],
    [
      "a table where a list belongs",
      "[us.universe.symbols]\na = 1",
      "us.universe.symbols",
      "an array",
      "a table",
    ],
    ["inside a list", "[us.universe]\nsymbols = [5]", "us.universe.symbols.0", "a string", "5"],
    [
      "a date that is none",
      '[us.calendar]\nclosed = ["2026-02-30"]',
      "us.calendar.closed.0",
      "a date written YYYY-MM-DD",
      '"2026-02-30"',
    ],
    [
      "a session without a close",
      '[us.calendar]\nopen = [{ date = "2026-05-16", open = "09:30" }]',
      "us.calendar.open.0.close",
      "a string",
      "nothing",
    ],
  ])("%s is named", (_, text, key, expected, found) => {
    expect(refusal(text)).toMatchObject({
      code: "CONFIG_INVALID",
      exitCode: 2,
      facts: { file: "meridian.toml", key, expected, found },
      message: `meridian.toml: ${key}: expected ${expected}, found ${found}`,
    });
  });

  test.each(["[us.vendor", "a = ", "a = 1\na = 2", '"'])(
    "in a file that is no TOML is named with its place: %j",
    (text) => {
      expect(refusal(text)).toMatchObject({
        code: "CONFIG_INVALID",
        message: expect.stringMatching(
          /^meridian\.toml is not readable as TOML in line \d+, column \d+: .+/,
        ),
      });
    },
  );

  test.each([
    "nickname",
    "api_key",
    "API_KEYS",
    "smartapi_pin",
    "totp_secret",
    "access_token",
    "password",
  ])("that is a secret in the wrong file is not repeated: %s", (key) => {
    const error = refusal(`[us.vendor]\n${key} = "CANARY0001"`);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", facts: { key: `us.vendor.${key}` } });
    expect(JSON.stringify([error instanceof Error ? error.message : "", error])).not.toContain(
      "CANARY",
    );
  });
});
