/** Every fault of the closed list can be switched on by name, strikes as told, and goes away again. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AlphaVantageSimulator } from "./alpha-vantage-server.ts";
import { VENDOR_FUNCTIONS } from "./answer-query.ts";
import type { FaultRule } from "./fault-book.ts";
import { FAULTS, FAULT_NAMES, type FaultName } from "./fault-list.ts";
import { type Answered, NOON, ask, csvRows, newestFirst, startTestSimulator } from "./testing.ts";

let simulator: AlphaVantageSimulator;
let clean: string;
beforeAll(async () => {
  simulator = await startTestSimulator({ at: NOON });
  clean = (await ask(simulator, DAILY)).text;
});
afterAll(() => simulator.close());
beforeEach(() => simulator.clearFaults());

const DAILY = { function: "TIME_SERIES_DAILY", symbol: "SPY", datatype: "csv" };
/** Shorter waits than the defaults, so that the table is quick. */
const QUICK_ARGS = { delayMs: 5, chunkBytes: 1000, bytes: 300_000 };

/** What is seen of an answer: how it failed, or its status, type and body. */
async function seen(rule: FaultRule): Promise<Answered | string> {
  simulator.addFault(rule);
  const timeoutMs = rule.fault === "never_answers" ? 150 : 10_000;
  try {
    return await ask(simulator, DAILY, timeoutMs);
  } catch (error) {
    return error instanceof Error
      ? `${error.name}: ${error.cause instanceof Error ? error.cause.message : ""}`
      : "failed";
  } finally {
    simulator.clearFaults();
  }
}

function rowsOf(answer: Answered | string): string[][] {
  return typeof answer === "string" ? [] : csvRows(answer.text);
}

const cleanRows = (): string[][] => csvRows(clean);
const textOf = (answer: Answered | string): string =>
  typeof answer === "string" ? answer : answer.text;

/** What a caller sees of each fault on a daily CSV call; every name has its line. */
const EXPECTED: Readonly<Record<FaultName, (answer: Answered | string) => void>> = {
  burst_notice: (answer) => expect(textOf(answer)).toContain("more sparingly"),
  daily_quota_notice: (answer) => expect(textOf(answer)).toContain("as canary-key-1"),
  legacy_note: (answer) => expect(textOf(answer)).toMatch(/"Note".*API call frequency/),
  premium_endpoint: (answer) => expect(textOf(answer)).toContain("premium endpoint"),
  premium_outputsize: (answer) =>
    expect(textOf(answer)).toContain("outputsize=full parameter value is a premium feature"),
  demo_key: (answer) => expect(textOf(answer)).toContain("**demo** API key"),
  invalid_key: (answer) => expect(textOf(answer)).toContain("apikey is invalid or missing"),
  unknown_symbol: (answer) => expect(textOf(answer)).toMatch(/Invalid API call.*TIME_SERIES_DAILY/),
  empty_object: (answer) => expect(textOf(answer)).toBe("{}"),
  empty_quote: (answer) => expect(JSON.parse(textOf(answer))).toEqual({ "Global Quote": {} }),
  detail_object: (answer) => {
    expect(answer).toMatchObject({ status: 406 });
    expect(textOf(answer)).toContain('{"detail"');
  },
  html_page: (answer) => {
    expect(answer).toMatchObject({ status: 200 });
    expect(textOf(answer)).toMatch(/^<!DOCTYPE/);
  },
  empty_body: (answer) => expect(answer).toMatchObject({ status: 200, text: "" }),
  key_echo_error_page: (answer) => {
    expect(answer).toMatchObject({ status: 500 });
    expect(textOf(answer)).toContain("apikey=canary-key-1");
  },
  http_429: (answer) => {
    expect(answer).toMatchObject({ status: 429 });
    expect(typeof answer === "string" ? "" : answer.headers.get("retry-after")).toBe("2");
  },
  http_500: (answer) => expect(answer).toMatchObject({ status: 500 }),
  partial_row: (answer) => expect(rowsOf(answer)[1]?.[0]).toBe("2024-06-12"),
  not_published_yet: (answer) => expect(rowsOf(answer)[1]).toEqual(cleanRows()[2]),
  restated_history: (answer) => {
    const rows = rowsOf(answer);
    expect(rows[6]?.[0]).toBe(cleanRows()[6]?.[0]);
    expect(Number(rows[6]?.[4])).toBeGreaterThan(Number(cleanRows()[6]?.[4]));
    expect(Number(rows[6]?.[2])).toBeGreaterThanOrEqual(Number(rows[6]?.[4]));
    expect(rows.toSpliced(6, 1)).toEqual(cleanRows().toSpliced(6, 1));
  },
  duplicate_dates_same: (answer) => expect(rowsOf(answer)[3]).toEqual(rowsOf(answer)[4]),
  duplicate_dates_conflict: (answer) => {
    const [, , , first, second] = rowsOf(answer);
    expect(first?.[0]).toBe(second?.[0]);
    expect(first?.[4]).not.toBe(second?.[4]);
  },
  holiday_rows: (answer) => {
    const dates = rowsOf(answer).map((row) => row[0]);
    expect(dates).toContain("2024-06-08");
    expect(dates.slice(1)).toEqual(newestFirst(dates.slice(1)));
  },
  missing_sessions: (answer) => expect(rowsOf(answer)).toEqual(cleanRows().toSpliced(4, 1)),
  number_nan: (answer) => expect(rowsOf(answer)[2]?.[4]).toBe("NaN"),
  number_infinity: (answer) => expect(rowsOf(answer)[2]?.[4]).toBe("Inf"),
  number_negative: (answer) => expect(rowsOf(answer)[2]?.[4]).toBe(`-${cleanRows()[2]?.[4]}`),
  number_zero: (answer) => expect(rowsOf(answer)[2]?.[4]).toBe("0.0000"),
  number_text: (answer) => expect(rowsOf(answer)[2]?.[4]).toBe("n/a"),
  number_blank: (answer) => expect(rowsOf(answer)[2]?.[4]).toBe(""),
  number_exponent: (answer) => expect(rowsOf(answer)[2]?.[4]).toMatch(/^\d\.\d+e\+\d$/),
  number_huge: (answer) => expect(rowsOf(answer)[2]?.[4]).toHaveLength(24),
  high_below_low: (answer) =>
    expect(Number(rowsOf(answer)[2]?.[2])).toBeLessThan(Number(rowsOf(answer)[2]?.[3])),
  column_renamed: (answer) => expect(rowsOf(answer)[0]?.[4]).toBe("last"),
  column_missing: (answer) =>
    expect(rowsOf(answer)[0]?.join()).toBe("timestamp,open,high,low,close"),
  column_extra: (answer) => expect(rowsOf(answer)[0]?.at(-1)).toBe("vwap"),
  short_listing: (answer) => expect(rowsOf(answer)).toHaveLength(51),
  no_rows: (answer) => expect(textOf(answer)).toBe("timestamp,open,high,low,close,volume\r\n"),
  key_echo_in_data: (answer) => expect(rowsOf(answer).at(-1)?.[1]).toBe("canary-key-1"),
  truncated_json: (answer) => {
    expect(textOf(answer)).toMatch(/^\{\n {4}"Meta Data"/);
    expect(() => JSON.parse(textOf(answer)) as unknown).toThrow(SyntaxError);
  },
  csv_cut_mid_row: (answer) => {
    expect(clean.startsWith(textOf(answer))).toBe(true);
    expect(rowsOf(answer).at(-1)?.at(-1)).toHaveLength(1);
  },
  csv_cut_mid_number: (answer) => {
    expect(clean.startsWith(textOf(answer))).toBe(true);
    expect(rowsOf(answer).at(-1)).toHaveLength(6);
    expect(cleanRows()[rowsOf(answer).length - 1]?.[5]).not.toBe(rowsOf(answer).at(-1)?.[5]);
  },
  csv_error_after_rows: (answer) =>
    expect(textOf(answer)).toMatch(/^timestamp.*\r\n2024[^{]*\r\n\{\n {4}"Information"/),
  csv_notice_as_row: (answer) => expect(rowsOf(answer)[1]).toEqual("I,n,f,o,r,m,a".split(",")),
  wrong_content_type: (answer) => {
    expect(textOf(answer)).toBe(clean);
    expect(typeof answer === "string" ? "" : answer.headers.get("content-type")).toContain(
      "text/html",
    );
  },
  length_mismatch: (answer) => expect(answer).toMatch(/terminated|other side closed|TypeError/),
  never_answers: (answer) => expect(answer).toMatch(/TimeoutError/),
  connection_reset: (answer) => expect(answer).toMatch(/ECONNRESET|other side closed|TypeError/),
  slow_drip: (answer) => expect(textOf(answer)).toBe(clean),
  late_answer: (answer) => expect(textOf(answer)).toBe(clean),
  oversized_body: (answer) => {
    expect(textOf(answer).length).toBeGreaterThanOrEqual(300_000);
    expect(textOf(answer).startsWith(clean)).toBe(true);
  },
};

describe("each fault of the closed list", () => {
  test.each(FAULT_NAMES)("%s strikes, and is gone when it is switched off", async (fault) => {
    EXPECTED[fault](await seen({ fault, args: QUICK_ARGS }));
    expect((await ask(simulator, DAILY)).text).toBe(clean);
  });

  test("has a sentence that says what it does, and one name", () => {
    expect(FAULTS.every((fault) => fault.says.endsWith("."))).toBe(true);
    expect(new Set(FAULT_NAMES).size).toBe(FAULTS.length);
  });
});

describe("where and when a fault strikes", () => {
  const outcomes = async (queries: readonly Readonly<Record<string, string>>[]) => {
    const seenOutcomes: string[] = [];
    for (const query of queries) {
      await ask(simulator, query);
      seenOutcomes.push(simulator.requests().at(-1)?.outcome ?? "");
    }
    return seenOutcomes;
  };

  test("only for its function, symbol, key and parameters", async () => {
    simulator.addFault({ fault: "http_500", function: "SPLITS" });
    simulator.addFault({ fault: "http_429", symbol: "QQQ" });
    simulator.addFault({ fault: "html_page", apiKey: "other" });
    simulator.addFault({ fault: "unknown_symbol", where: { outputsize: "full" } });
    const queries = [
      DAILY,
      { ...DAILY, function: "SPLITS" },
      { ...DAILY, symbol: "QQQ" },
      { ...DAILY, apikey: "other" },
      { ...DAILY, outputsize: "full" },
    ];
    expect(await outcomes(queries)).toEqual([
      "data",
      "http_500",
      "http_429",
      "html_page",
      "unknown_symbol",
    ]);
  });

  test("from the nth request that fits, as often as told", async () => {
    simulator.addFault({ fault: "http_500", symbol: "SPY", nth: 2, count: 2 });
    const queries = [DAILY, { ...DAILY, symbol: "QQQ" }, DAILY, DAILY, DAILY];
    expect(await outcomes(queries)).toEqual(["data", "data", "http_500", "http_500", "data"]);
    expect(simulator.faults()).toMatchObject([{ fitted: 4, struck: 2 }]);
  });

  test("on a row and a column that are named, also in JSON", async () => {
    const session = cleanRows()[40]?.[0] ?? "";
    simulator.addFault({ fault: "number_text", args: { session, column: "volume", text: "many" } });
    const body = JSON.parse((await ask(simulator, { ...DAILY, datatype: "json" })).text) as {
      "Time Series (Daily)": Record<string, Record<string, string>>;
    };
    expect(body["Time Series (Daily)"][session]?.["5. volume"]).toBe("many");
  });

  test("on the newest closed weekday that the answer covers", async () => {
    simulator.addFault({ fault: "holiday_rows" });
    const rows = csvRows((await ask(simulator, { ...DAILY, outputsize: "full" })).text);
    const dates = rows.map((row) => row[0]);
    expect(dates).toContain("2024-01-01");
    expect(dates.slice(1)).toEqual(newestFirst(dates.slice(1)));
  });

  test("repeats a JSON key where dates repeat", async () => {
    simulator.addFault({ fault: "duplicate_dates_conflict" });
    const { text } = await ask(simulator, { ...DAILY, datatype: "json" });
    const date = cleanRows()[3]?.[0] ?? "?";
    expect(text.split(`"${date}": {`)).toHaveLength(3);
  });

  test("a listing can be short or without rows; a whole intraday session can be missing", async () => {
    const listing = { function: "LISTING_STATUS" };
    const whole = csvRows((await ask(simulator, listing)).text).length;
    const id = simulator.addFault({ fault: "short_listing", args: { share: 0.4 } });
    expect(csvRows((await ask(simulator, listing)).text).length).toBeLessThan(whole / 2);
    simulator.clearFaults(id);
    simulator.addFault({ fault: "no_rows", function: "LISTING_STATUS" });
    expect(csvRows((await ask(simulator, listing)).text)).toHaveLength(1);
    const intraday = {
      function: "TIME_SERIES_INTRADAY",
      symbol: "SPY",
      interval: "5min",
      month: "2024-05",
      outputsize: "full",
      datatype: "csv",
    };
    simulator.addFault({ fault: "missing_sessions", args: { session: "2024-05-15" } });
    const dates = new Set(
      csvRows((await ask(simulator, intraday)).text).map((row) => row[0]?.slice(0, 10)),
    );
    expect(dates).not.toContain("2024-05-15");
    expect(dates).toContain("2024-05-14");
  });

  test("never upsets the server, whatever function it strikes", async () => {
    const ofData = FAULTS.filter(({ stage }) => stage === "rows" || stage === "body");
    const common = { symbol: "VIX", interval: "daily", datatype: "csv" };
    const statuses = new Set<number>();
    for (const name of VENDOR_FUNCTIONS) {
      const isPrice = name !== "INDEX_DATA" && name !== "TREASURY_YIELD" && name !== "WTI";
      const query = isPrice ? { ...common, symbol: "SPY", interval: "5min" } : common;
      for (const { name: fault } of ofData) simulator.addFault({ fault, function: name, count: 1 });
      for (const datatype of ["csv", "json"]) {
        statuses.add((await ask(simulator, { ...query, function: name, datatype })).status);
      }
      for (const { name: fault } of ofData) {
        simulator.clearFaults();
        simulator.addFault({ fault });
        statuses.add((await ask(simulator, { ...query, function: name })).status);
      }
    }
    expect([...statuses]).toEqual([200]);
  });

  test("a reset may come in the middle of a body", async () => {
    simulator.addFault({ fault: "connection_reset", count: 1, args: { afterBytes: 500 } });
    await expect(ask(simulator, DAILY)).rejects.toThrow();
  });

  test("a rule of another form is refused", () => {
    expect(() => simulator.addFault(JSON.parse('{"fault": "no_such"}') as FaultRule)).toThrow();
    expect(() =>
      simulator.addFault(JSON.parse('{"fault": "no_rows", "nth": 0}') as FaultRule),
    ).toThrow();
  });
});
