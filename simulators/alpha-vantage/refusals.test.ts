/** Every way in which the vendor says no with 200: the parts by which clients tell them apart. */
import { afterEach, describe, expect, test } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import type { AlphaVantageSimulator } from "./alpha-vantage-server.ts";
import { CallMeter } from "./call-meter.ts";
import { type Answered, EVENING, ask, startTestSimulator } from "./testing.ts";

let simulator: AlphaVantageSimulator | undefined;
afterEach(() => simulator?.close());

async function freeSimulator(limits = {}): Promise<AlphaVantageSimulator> {
  simulator = await startTestSimulator({ defaultPlan: "free", limits: { free: limits } });
  return simulator;
}

function messageOf({ text, status, headers }: Answered): { key: string; text: string } {
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("application/json");
  const [[key, message] = []] = Object.entries(JSON.parse(text) as Record<string, string>);
  return { key: key ?? "", text: message ?? "" };
}

const DAILY = { function: "TIME_SERIES_DAILY", symbol: "SPY", datatype: "csv" };

describe("refusals", () => {
  test("by plan: premium functions, and outputsize=full of daily bars, in JSON on a CSV call", async () => {
    const free = await freeSimulator();
    for (const name of ["TIME_SERIES_DAILY_ADJUSTED", "TIME_SERIES_INTRADAY", "INDEX_DATA"]) {
      const refusal = messageOf(await ask(free, { ...DAILY, function: name }));
      expect(refusal.key).toBe("Information");
      expect(refusal.text).toContain("premium endpoint");
    }
    const full = messageOf(await ask(free, { ...DAILY, outputsize: "full" }));
    expect(full.text).toContain("outputsize=full parameter value is a premium feature");
    for (const name of [
      "SPLITS",
      "DIVIDENDS",
      "GLOBAL_QUOTE",
      "LISTING_STATUS",
      "TREASURY_YIELD",
      "WTI",
    ]) {
      const { text } = await ask(free, { ...DAILY, function: name });
      expect(text.startsWith("{")).toBe(false);
    }
  });

  test("by key: missing, blank, not one of the known ones, and the demo key", async () => {
    simulator = await startTestSimulator({ keys: { "known-key": "free" } });
    for (const apikey of ["", "another"]) {
      const refusal = messageOf(await ask(simulator, { ...DAILY, apikey }));
      expect(refusal.key).toBe("Error Message");
      expect(refusal.text).toContain("apikey is invalid or missing");
    }
    expect(messageOf(await ask(simulator, { ...DAILY, apikey: "demo" })).text).toContain("demo");
    expect((await ask(simulator, { ...DAILY, apikey: "known-key" })).text).toContain("timestamp,");
  });

  test("by symbol and function: the message names the function", async () => {
    simulator = await startTestSimulator();
    for (const symbol of ["NOPE", "", "ZVZZT", "AEGX:BAT"]) {
      const refusal = messageOf(await ask(simulator, { ...DAILY, symbol }));
      expect(refusal.key).toBe("Error Message");
      expect(refusal.text).toMatch(/^Invalid API call.* TIME_SERIES_DAILY\.$/);
    }
    const unknown = messageOf(await ask(simulator, { function: "NOT_THERE" }));
    expect(unknown.text).toContain("NOT_THERE");
  });

  test("of a delisted name: one still answers, another is forgotten", async () => {
    simulator = await startTestSimulator({ at: EVENING });
    const kinds = await Promise.all(
      ["DELU", "DELV"].map(async (symbol) =>
        (await ask(simulator ?? expect.fail(), { ...DAILY, symbol })).text.slice(0, 9),
      ),
    );
    expect(new Set(kinds).size).toBe(2);
  });
});

describe("budgets on the simulator's clock", () => {
  test("25 calls a day, then the notice that spells the key, until midnight UTC", async () => {
    const free = await freeSimulator({ callsPerDay: 25 });
    for (let call = 1; call <= 25; call++) {
      expect((await ask(free, DAILY)).text).toContain("timestamp,");
    }
    const refusal = messageOf(await ask(free, DAILY));
    expect(refusal.text).toContain("detected your API key as canary-key-1");
    expect(refusal.text).toContain("25 requests per day");
    expect(refusal.text).not.toMatch(/sparingly|1 request per second/);
    expect((await ask(free, { ...DAILY, apikey: "other-key" })).text).toContain("timestamp,");
    free.clock.advance(2 * 3_600_000 - 1);
    expect((await ask(free, DAILY)).text).toContain("Information");
    free.clock.advance(1);
    expect((await ask(free, DAILY)).text).toContain("timestamp,");
    expect(free.callsOfDay("canary-key-1")).toBe(1);
  });

  test("two calls exactly a second apart are a burst, which costs nothing; 1.1 s apart are none", async () => {
    const free = await freeSimulator({ callsPerDay: 25, spacingMs: 1000 });
    expect((await ask(free, DAILY)).text).toContain("timestamp,");
    free.clock.advance(1000);
    const refusal = messageOf(await ask(free, DAILY));
    expect(refusal.text).toContain("more sparingly");
    expect(refusal.text).toContain("1 request per second");
    expect(refusal.text).toContain("25 requests per day");
    free.clock.advance(100);
    expect((await ask(free, DAILY)).text).toContain("timestamp,");
    expect(free.callsOfDay("canary-key-1")).toBe(2);
  });

  test("premium calls a minute end in the note about the call frequency", async () => {
    simulator = await startTestSimulator({ limits: { premium: { callsPerMinute: 3 } } });
    for (let call = 1; call <= 3; call++) await ask(simulator, DAILY);
    const refusal = messageOf(await ask(simulator, DAILY));
    expect(refusal).toMatchObject({ key: "Note" });
    expect(refusal.text).toContain("API call frequency is 3 calls per minute");
    simulator.clock.advance(60_001);
    expect((await ask(simulator, DAILY)).text).toContain("timestamp,");
  });

  test("can be shared by all keys of one address, and reset", async () => {
    simulator = await startTestSimulator({
      defaultPlan: "free",
      limits: { free: { callsPerDay: 1 } },
      limitByAddress: true,
    });
    await ask(simulator, DAILY);
    expect((await ask(simulator, { ...DAILY, apikey: "other-key" })).text).toContain("Information");
    simulator.resetBudgets();
    expect((await ask(simulator, DAILY)).text).toContain("timestamp,");
  });

  test("survive a clock that is set back", () => {
    const meter = new CallMeter();
    const limits = { spacingMs: 1000, callsPerMinute: 2 };
    const at = (ms: number) => ms as EpochMs;
    expect(meter.admit("k", limits, at(1e12))).toBe("admitted");
    expect(meter.admit("k", limits, at(1e12 - 5e6))).toBe("admitted");
    expect(meter.admit("k", limits, at(1e12 - 5e6 + 1000))).toBe("burst");
  });
});
