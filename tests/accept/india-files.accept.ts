/**
 * The operator's own Indian history: real minute bars and daily files imported, built and judged. The outage,
 * the day that is stored twice, the late start and the Sunday session come out as they were; a broken row of
 * a required role holds truth time until a person waives it.
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { must } from "#core/assert.ts";
import { queryLake, readManifestInForce } from "./lake-rows.ts";
import { type Operator, startOperator } from "./operator.ts";

const DATA = must(process.env["MERIDIAN_ACCEPT_DATA"], "npm run accept names the folder");
const INTRADAY = join(DATA, "india_intraday");
const DAILY = join(DATA, "india_daily");
const BARE_COLUMNS = "symbol,date,time,open,high,low,close,skip,skip";
const OUTAGE = "2021-02-24";

const counts = z.object({
  parsed: z.number(),
  accepted: z.number(),
  quarantined: z.number(),
  parked: z.number(),
});
const minutesSchema = z.object({
  symbol: z.string(),
  session: z.string(),
  interval: z.string(),
  judgement: z.string(),
  reason: z.string(),
  notes: z.array(z.string()),
  bars: z.number(),
  expected: z.number(),
  missing: z.number(),
  quarantined: z.number(),
  duplicates: z.number(),
  outside: z.number(),
  first: z.string().nullable(),
  last: z.string().nullable(),
});
const buildSchema = z.object({
  snapshot: z.string(),
  contentDigest: z.string(),
  wasThere: z.boolean(),
  counts: z.record(z.string(), counts),
  quarantineByRule: z.record(z.string(), z.number()),
  minutes: z.array(minutesSchema).default([]),
});
const importSchema = z.object({
  files: z.array(z.object({ symbol: z.string(), outcome: z.string() })),
});
const truthSchema = z.object({ market: z.literal("india"), rdt: z.string(), ctt: z.string() });

const lines = (path: string): string[] => readFileSync(path, "utf8").trim().split("\n");
const filesOf = (folder: string, part: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.includes(part))
    .map((name) => join(folder, name));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const addsUp = ({ parsed, accepted, quarantined, parked }: z.output<typeof counts>): boolean =>
  accepted + quarantined + parked === parsed;

describe("minute bars", () => {
  let operator: Operator;
  let built: z.output<typeof buildSchema>;
  const oneMinute = filesOf(INTRADAY, "_1min_");
  const fiveMinutes = filesOf(INTRADAY, "_5min_");

  beforeAll(async () => {
    operator = startOperator("");
    const bare = ["--interval", "1m", "--label", "end", "--columns", BARE_COLUMNS];
    const named = ["--interval", "5m", "--label", "start", "--symbol-from-name"];
    const first = await operator.json(importSchema, "india", "import", ...oneMinute, ...bare);
    expect([...new Set(first.files.map((file) => file.symbol))].sort()).toEqual([
      "Nifty 50",
      "Nifty Bank",
    ]);
    const second = await operator.json(importSchema, "india", "import", ...fiveMinutes, ...named);
    expect(second.files.every((file) => file.outcome === "stored")).toBe(true);
    built = await operator.json(buildSchema, "india", "build");
  });
  afterAll(() => operator.remove());

  const summary = (symbol: string, session: string): z.output<typeof minutesSchema> =>
    must(
      built.minutes.find((one) => one.symbol === symbol && one.session === session),
      `${symbol} has a summary of ${session}`,
    );

  it("are all accounted for", () => {
    const { candles_1m: one, candles_5m: five } = built.counts;
    expect(one?.parsed).toBe(sum(oneMinute.map((path) => lines(path).length)));
    expect(five?.parsed).toBe(sum(fiveMinutes.map((path) => lines(path).length - 1)));
    expect(Object.values(built.counts).every(addsUp)).toBe(true);
  });

  it("of the outage are those that traded: the halt is no gap, what the index missed is one", async () => {
    for (const symbol of ["Nifty 50", "Nifty Bank"]) {
      expect(summary(symbol, OUTAGE)).toMatchObject({
        judgement: "GAPS",
        bars: 53 + 75,
        expected: 145 + 75,
        missing: 92,
        first: "09:15",
        last: "16:59",
      });
      expect(summary(symbol, OUTAGE).notes).toEqual(
        expect.arrayContaining(["EXTENDED_SESSION", "TRADING_HALT", "OUTSIDE_HOURS_REFUSED"]),
      );
    }
    const seen = await queryLake(
      operator.workspace,
      "candles/interval=1m",
      "count(*)::INTEGER AS rows, max(start)::VARCHAR AS last, count(volume)::INTEGER AS volumes",
      `WHERE symbol = 'Nifty 50' AND session = DATE '${OUTAGE}'`,
      "india",
    );
    expect(seen).toEqual([{ rows: 128, last: "2021-02-24 11:29:00+00", volumes: 0 }]);
  });

  it("of all other sessions of the indices are whole, without what was printed outside the hours", () => {
    const others = built.minutes.filter((one) => one.interval === "1m" && one.session !== OUTAGE);
    expect(others).toHaveLength(2 * 60);
    for (const one of others) {
      expect(one).toMatchObject({ judgement: "WHOLE", bars: 375, first: "09:15", last: "15:29" });
      expect(one.outside).toBe(one.quarantined);
      expect(one.outside).toBeGreaterThan(0);
    }
  });

  it("that are stored twice count once", async () => {
    for (const symbol of ["IDEA", "INFY", "MRF", "RELIANCE", "SBIN", "TCS"]) {
      expect(summary(symbol, "2023-10-09")).toMatchObject({
        judgement: "WHOLE",
        bars: 75,
        duplicates: 75,
        notes: ["DUPLICATES_DROPPED"],
      });
    }
    const doubled = await queryLake(
      operator.workspace,
      "candles/interval=5m",
      "count(*)::INTEGER AS rows, count(DISTINCT start)::INTEGER AS starts, sum(volume)::VARCHAR AS volume",
      "WHERE symbol = 'RELIANCE' AND session = DATE '2023-10-09'",
      "india",
    );
    const recorded = new Set(
      lines(join(INTRADAY, "RELIANCE_5min_2023H2.csv")).filter((line) =>
        line.startsWith("2023-10-09"),
      ),
    );
    const volume = sum([...recorded].map((line) => Number(line.split(",")[5])));
    expect(doubled).toEqual([{ rows: 75, starts: 75, volume: String(volume) }]);
  });

  it("that start late say so", () => {
    expect(summary("RELIANCE", "2023-07-20")).toMatchObject({
      judgement: "LATE_START",
      bars: 66,
      missing: 9,
      first: "10:00",
    });
    expect(summary("TCS", "2023-07-20")).toMatchObject({ judgement: "WHOLE", first: "09:15" });
  });

  it("of the Sunday session are whole in its own hours", () => {
    expect(summary("RELIANCE", "2023-11-12")).toMatchObject({
      judgement: "WHOLE",
      bars: 12,
      expected: 12,
      first: "18:15",
      last: "19:10",
      notes: ["SPECIAL_SESSION"],
    });
  });

  it("keep their prices to the last digit", async () => {
    const seen = await queryLake(
      operator.workspace,
      "candles/interval=1m",
      "open, high, low, close",
      "WHERE symbol = 'Nifty Bank' AND start = TIMESTAMPTZ '2021-02-01 03:45:00+00'",
      "india",
    );
    expect(seen).toEqual([
      { open: "30987.0500", high: "31066.2000", low: "30928.7500", close: "30959.5500" },
    ]);
  });

  it("change no byte on a second run, and have the same content after deleting what is derived", async () => {
    const files = (): string[] =>
      readManifestInForce(operator.workspace, "india").files.map(({ path, sha256 }) => {
        const bytes = readFileSync(join(operator.workspace, "data", "analytics", "india", path));
        expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
        return `${path} ${sha256}`;
      });
    const before = files();
    expect((await operator.json(buildSchema, "india", "build")).wasThere).toBe(true);
    expect(files()).toEqual(before);
    for (const derived of ["staging", "analytics"]) {
      rmSync(join(operator.workspace, "data", derived), { recursive: true });
    }
    const again = await operator.json(buildSchema, "india", "build");
    expect(again).toMatchObject({ snapshot: built.snapshot, contentDigest: built.contentDigest });
    expect(files()).toEqual(before);
  });
});

describe("daily files", () => {
  let operator: Operator;
  const GAUGE_BREAKS = "2013-08-22";

  beforeAll(async () => {
    operator = startOperator("");
    const done = await operator.run("india", "import", DAILY, "--interval", "1d");
    expect(done.exitCode, done.stderr).toBe(0);
  });
  afterAll(() => operator.remove());

  const truth = () => operator.json(truthSchema, "truth", "status", "--market", "india");

  it("are quarantined where the calendar does not reach and where a row cannot be", async () => {
    const built = await operator.json(buildSchema, "india", "build");
    const files = filesOf(DAILY, ".csv");
    const rows = files.flatMap((path) => lines(path).slice(1));
    const daily = must(built.counts["daily"], "daily rows were built");
    expect(addsUp(daily)).toBe(true);
    expect(daily.parsed).toBe(rows.length);
    const beforeCalendar = rows.filter((row) => row < "2010").length;
    expect(built.quarantineByRule["OUTSIDE_CALENDAR"]).toBe(beforeCalendar);
    expect(daily.quarantined).toBe(beforeCalendar + 1);
    const zeros = lines(join(DAILY, "NIFTY_IT.csv")).filter((row) => row.split(",")[1] === "0.0");
    expect(built.quarantineByRule["NON_POSITIVE_PRICE"]).toBe(zeros.length);
    const quarantine = lines(
      join(operator.workspace, "data", "quarantine", "india", `${built.snapshot}.ndjson`),
    );
    const saturday = quarantine.find((line) => line.includes("2000-01-01")) ?? "";
    expect(saturday).toContain('"symbol":"Nifty Bank"');
    expect(saturday).toContain("OUTSIDE_CALENDAR");
    const stored = await queryLake(
      operator.workspace,
      "prices/frequency=1d",
      "symbol, count(*)::INTEGER AS rows, count(volume)::INTEGER AS volumes",
      "GROUP BY symbol ORDER BY symbol",
      "india",
    );
    expect(stored.map((row) => [row["symbol"], row["volumes"]])).toEqual([
      ["India VIX", 0],
      ["Nifty 50", 0],
      ["Nifty Bank", 0],
      ["Nifty IT", 0],
    ]);
  });

  it("hold truth time before the gauge's broken row until it is waived", async () => {
    const gate = () => operator.run("gate", "ingest", "--market", "india");
    expect((await gate()).exitCode).toBe(0);
    expect(await truth()).toMatchObject({ rdt: "2015-12-31", ctt: "2013-08-21" });
    const held = await gate();
    expect(held.exitCode).toBe(3);
    expect(held.stdout + held.stderr).toContain("CLOSE_OUTSIDE_RANGE");
    const decision = [
      "--id",
      "D-2013-GAUGE",
      "--text",
      "the row is wrong",
      "--author",
      "A. Tester",
    ];
    expect((await operator.run("ledger", "decide", ...decision)).exitCode).toBe(0);
    const where = ["--market", "india", "--session", GAUGE_BREAKS, "--symbol", "India VIX"];
    const why = [
      "--operator",
      "A. Tester",
      "--reason",
      "the close lies under the low in the source",
    ];
    const waived = await operator.run(
      "truth",
      "waive",
      ...where,
      ...why,
      "--decision",
      "D-2013-GAUGE",
    );
    expect(waived.exitCode, waived.stderr).toBe(0);
    expect((await gate()).exitCode).toBe(0);
    expect(await truth()).toMatchObject({ ctt: "2015-12-31" });
  });
});
