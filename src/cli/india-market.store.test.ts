/** The Indian market at the command line, from nothing received to a waived row of a required role. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { settingsSchema } from "#contracts/settings.ts";
import { openMarketData } from "#curation/market-context.ts";
import { indiaCalendar } from "#markets/india/india-calendar.ts";
import { INDIA_MARKET } from "#markets/india/india-market.ts";
import { sessionDates } from "#core/small-calendar.testing.ts";
import { fixedClock, instantOfIso } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { runMeridian, runMeridianJson } from "../../tests/support/command-line.ts";

const makeFolder = temporaryFolders();
let workspace: string;
beforeEach(() => {
  workspace = join(makeFolder(), "workspace");
  for (const name of ["ALPHAVANTAGE_API_KEYS", ...Object.keys(LOGIN)]) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const run = (...words: string[]) => runMeridian(workspace, ...words);
const json = <T>(schema: z.ZodType<T>, ...words: string[]) =>
  runMeridianJson(schema, workspace, ...words);
const LOGIN = {
  SMARTAPI_API_KEY: "Key4Tests",
  SMARTAPI_CLIENT_CODE: "T123456",
  SMARTAPI_PIN: "4321",
  SMARTAPI_TOTP_SECRET: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
};
const INDIA = ["--market", "india"] as const;

/** Half a month around the two-day weekend of a holiday. */
const DATES = sessionDates(indiaCalendar([])).filter(
  (date) => date >= "2024-03-11" && date <= "2024-03-28",
);
type Row = readonly [open: number, high: number, low: number, close: number];
const calm = DATES.map((): Row => [100, 101, 99, 100]);

/** Lands daily candles as the vendor sends them, whole on the evening after the last of them. */
function landDaily(symbol: string, rows: readonly Row[] = calm): void {
  const clock = fixedClock(instantOfIso("2024-03-28T14:00:00Z"));
  const opened = openMarketData(INDIA_MARKET, {
    workspace: workspaceAt(workspace),
    settings: settingsSchema.parse({}),
    clock,
    progress: { step: () => undefined },
  });
  try {
    const data = rows.map((row, index) => [`${DATES[index] ?? ""}T00:00:00+05:30`, ...row, 1000]);
    const answer = { status: true, message: "SUCCESS", errorcode: "", data };
    opened.rawStore.land({
      kind: "daily",
      source: "smartapi",
      synthetic: false,
      endpoint: { name: "getCandleData", params: { symbol, interval: "ONE_DAY" } },
      symbol,
      fetchedAt: clock.wallMs(),
      format: "json",
      bytes: new TextEncoder().encode(JSON.stringify(answer)),
      rows: rows.length,
      newestSession: DATES.at(-1) ?? null,
    });
  } finally {
    opened.close();
  }
}

const truthSchema = z.object({
  market: z.string(),
  state: z.string(),
  rdt: z.string().nullable(),
  ctt: z.string().nullable(),
  calendar: z.string(),
  proxySet: z.string(),
  proxyGaps: z.array(z.object({ role: z.string(), why: z.string() })),
  why: z.array(z.string()),
  next: z.string(),
});

describe("before anything was received", () => {
  test("truth status says so, with the declared gaps and the next command", async () => {
    expect(await json(truthSchema, "truth", "status", ...INDIA)).toMatchObject({
      market: "india",
      state: "PENDING_INGESTION",
      rdt: null,
      ctt: null,
      calendar: "nse-2026.1",
      proxySet: "india 1.0.0",
      proxyGaps: [{ role: "rates" }, { role: "currency" }, { role: "oil" }, { role: "gift" }],
      why: ["nothing was received yet"],
      next: "meridian india history, or meridian india import FILE --interval 1d --symbol-from-name",
    });
    expect((await run("truth", "status", ...INDIA)).stdout).toMatch(/no source +rates, currency/);
  });

  test("status shows both markets and the next command for each", async () => {
    await run("init");
    const { stdout } = await run("status");
    expect(stdout).toMatch(/^us +PENDING_INGESTION/m);
    expect(stdout).toMatch(/^india +PENDING_INGESTION/m);
    expect(stdout).toContain("next for us: meridian us daily");
    expect(stdout).toContain("next for india: meridian india history");
  });

  test("build and gate say what to do first", async () => {
    const built = await run("india", "build");
    expect([built.exitCode, built.stderr]).toEqual([3, expect.stringContaining("india history")]);
    const gate = await run("gate", "ingest", ...INDIA);
    expect([gate.exitCode, gate.stderr]).toEqual([3, expect.stringContaining("india build")]);
  });

  test("doctor checks both calendars and ledgers, and names the missing login", async () => {
    const schema = z.object({
      checks: z.array(z.object({ check: z.string(), outcome: z.string(), says: z.string() })),
    });
    await run("init");
    const { checks } = await json(schema, "doctor", "--offline");
    const found = new Map(checks.map((one) => [one.check, one]));
    expect(found.get("india credentials")).toMatchObject({
      outcome: "warn",
      says: expect.stringContaining("SMARTAPI_API_KEY"),
    });
    expect(found.get("india ledger")).toMatchObject({ outcome: "ok" });
    expect(found.get("india calendar")?.says).toContain("NSE nse-2026.1");
    expect(found.get("india stream")?.says).toContain("5 instruments on 1 of 3 connections");
  });
});

describe("a secret of which no one-time code can be made", () => {
  const words = ["history", "stream", "recover", "review"] as const;

  test.each(words)("is refused by india %s before anything is asked", async (word) => {
    for (const [name, value] of Object.entries(LOGIN)) vi.stubEnv(name, value);
    vi.stubEnv("SMARTAPI_TOTP_SECRET", "0189-NOT-BASE32");
    const { exitCode, stderr, stdout } = await run("india", word);
    expect([exitCode, stderr.slice(0, 20)]).toEqual([2, "error LOGIN_REFUSED:"]);
    expect(stderr).toContain("SMARTAPI_TOTP_SECRET is not base32 text");
    expect(stdout + stderr).not.toContain("0189");
    vi.stubEnv("SMARTAPI_TOTP_SECRET", "GEZDGNBV");
    expect((await run("india", word)).stderr).toContain("SMARTAPI_TOTP_SECRET is too short");
  });
});

describe("the calendar", () => {
  const days = z.object({
    id: z.string(),
    version: z.string(),
    days: z.array(
      z.object({
        date: z.string(),
        kind: z.string(),
        hours: z.record(z.string(), z.unknown()).nullable(),
      }),
    ),
  });
  const around = async (date: string) => {
    const shown = await json(days, "calendar", "show", ...INDIA, "--around", date);
    return shown.days.find((one) => one.date === date);
  };

  test("shows the outage, a Saturday of two windows, and hours that nobody announced", async () => {
    expect(await around("2021-02-24")).toMatchObject({
      hours: {
        closesAt: "2021-02-24T11:30:00.000Z",
        breaks: [{ from: "2021-02-24T06:10:00.000Z", to: "2021-02-24T10:15:00.000Z" }],
      },
    });
    expect((await around("2024-03-02"))?.hours).toHaveProperty("breaks");
    expect((await around("2026-11-08"))?.hours).toMatchObject({ known: "not_announced" });
    expect((await around("2026-08-03"))?.hours).toHaveProperty("auction");
    expect((await around("2024-03-29"))?.kind).toBe("Good Friday");
    const { stdout } = await run("calendar", "show", ...INDIA, "--around", "2012-01-07");
    expect(stdout).toContain("hours assumed");
  });
});

describe("daily candles of the required roles", () => {
  const gateSchema = truthSchema.extend({ moved: z.boolean() });
  const gate = () => json(gateSchema, "gate", "ingest", ...INDIA);

  test("move truth time to the newest session received", async () => {
    landDaily("Nifty 50");
    landDaily("India VIX");
    expect((await run("india", "build")).stdout).toContain("gate ingest --market india");
    expect(await gate()).toMatchObject({ moved: true, rdt: DATES.at(-1), ctt: DATES.at(-1) });
    expect((await run("india", "raw", "--symbol", "nifty 50")).stdout).toContain("1 of 1 raw");
    expect((await run("ledger", "verify", ...INDIA)).exitCode).toBe(0);
  });

  test("stop it at an impossible row until that is waived", async () => {
    landDaily("Nifty 50");
    const at = DATES.length - 3;
    const spoilt = calm.with(at, [15, 16, 14, 13]);
    landDaily("India VIX", spoilt);
    await run("india", "build");
    expect(await gate()).toMatchObject({ moved: true, ctt: DATES[at - 1] });
    const refused = await run("gate", "ingest", ...INDIA);
    expect(refused.exitCode).toBe(3);
    expect(refused.stdout).toContain("India VIX");
    const session = DATES[at] ?? "";
    await run("ledger", "decide", "--id", "D-1", "--text", "vendor's row", "--author", "A. Person");
    const waive = ["--session", session, "--symbol", "India VIX", "--operator", "A. Person"];
    const why = ["--reason", "close under low", "--decision", "D-1"];
    expect((await run("truth", "waive", ...INDIA, ...waive, ...why)).exitCode).toBe(0);
    expect(await gate()).toMatchObject({ moved: true, ctt: DATES.at(-1) });
  });
});
