/** Daily history by REST: what is asked for, that a run goes on where the one before stopped, and what it tells. */
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import { buildCalendar, isSession } from "#core/calendar.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { openMarketData } from "#curation/market-context.ts";
import { runBuildJob } from "#curation/build-job.ts";
import { openJobRuns } from "#ingestion/job-run-store.ts";
import type { CallFailure } from "#ingestion/market-data-source.ts";
import { fixedClock, instantOfIso } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { INDIA_MARKET } from "../india-market.ts";
import type { OpenIndia } from "../india-scene.testing.ts";
import { NSE_FACTS } from "../nse-facts.ts";
import { dailyCall } from "../smartapi/candle-call.ts";
import { parseCandles } from "../smartapi/parse-candles.ts";
import type { CandleAnswer, SmartApi } from "../smartapi/smart-api.ts";
import { runHistoryJob } from "./history.ts";
import { HISTORY_DAYS, OVERLAP_DAYS, planHistory } from "./plan-history.ts";

const makeFolder = temporaryFolders();
const opened: OpenIndia[] = [];
afterEach(() => {
  for (const market of opened.splice(0)) market.close();
});

const CALENDAR = buildCalendar(NSE_FACTS);
const THURSDAY = "2026-03-12T14:00:00Z";
const FRIDAY = "2026-03-13T14:00:00Z";

const instrument = (symbol: string, isIndex = false) => ({
  symbol,
  token: `T-${symbol}`,
  exchangeType: 1,
  isIndex,
  hasAuction: false,
});
const WANTED = [instrument("Nifty 50", true), instrument("TCS"), instrument("INFY")];

/** A vendor with a row for each session up to `newest`; answers of some symbols are failures. */
function vendor(
  newest: string,
  failing: { readonly [symbol: string]: CallFailure } = {},
  closeOf: (date: string) => number = () => 10,
) {
  const asked: string[] = [];
  const fetchDaily: SmartApi["fetchDaily"] = async ({ symbol, token }, { from, to }) => {
    asked.push(`${symbol} ${from} ${to}`);
    const call = dailyCall({ symbol, token }, { from, to });
    const failure = failing[symbol];
    if (failure !== undefined) return { outcome: failure, detail: "as told", call };
    return await Promise.resolve(answerOf(call, { from, to, newest, closeOf }));
  };
  return { asked, source: { fetchDaily } };
}

function answerOf(
  call: ReturnType<typeof dailyCall>,
  of: {
    readonly from: string;
    readonly to: string;
    readonly newest: string;
    readonly closeOf: (date: string) => number;
  },
): CandleAnswer {
  const rows: unknown[] = [];
  const last = of.to < of.newest ? of.to : of.newest;
  for (let day = dayNumberOf(sessionDate(of.from)) as number; ; day++) {
    const date = dateOfDayNumber(day);
    if (date > last) break;
    if (isSession(CALENDAR, day))
      rows.push([`${date}T00:00:00+05:30`, 10, 20, 5, of.closeOf(date), 7]);
  }
  const text = JSON.stringify({ status: true, message: "SUCCESS", errorcode: "", data: rows });
  const bytes = new TextEncoder().encode(text);
  const parsed = parseCandles(bytes, "ONE_DAY");
  if (parsed.outcome !== "rows") throw new Error(parsed.says);
  const receivedAt = instantOfIso(FRIDAY);
  return {
    outcome: "data",
    call,
    bytes,
    synthetic: false,
    receivedAt,
    bars: parsed.bars,
    flagged: 0,
  };
}

function open(root: string, at: string): OpenIndia {
  const market = openMarketData(INDIA_MARKET, {
    workspace: workspaceAt(join(root, "workspace")),
    settings: settingsSchema.parse({}),
    clock: fixedClock(instantOfIso(at)),
    progress: { step: () => undefined },
  });
  opened.push(market);
  return market;
}

function run(market: OpenIndia, source: Pick<SmartApi, "fetchDaily">, instruments = WANTED) {
  return runHistoryJob(market, {
    source,
    resolution: { instruments, gaps: [], notes: [] },
    jobRuns: openJobRuns(market),
  });
}

describe("a run", () => {
  test("brings more than four years for every symbol, and the build takes them", async () => {
    const market = open(makeFolder(), THURSDAY);
    const { asked, source } = vendor("2026-03-12");
    const report = await run(market, source);
    expect(report).toMatchObject({ exitCode: 0, asked: 3, received: 3, failed: [], behind: [] });
    const from = dateOfDayNumber(dayNumberOf(sessionDate("2026-03-12")) - HISTORY_DAYS + 1);
    expect(asked).toEqual(WANTED.map(({ symbol }) => `${symbol} ${from} 2026-03-12`));
    expect(HISTORY_DAYS).toBeGreaterThan(4 * 366);
    expect(market.rawStore.newestSession(["daily"], new Set())).toBe("2026-03-12");
    const { manifest, report: built } = await runBuildJob(market);
    expect(manifest.counts["daily"]).toMatchObject({ parsed: report.rows, quarantined: 0 });
    expect(built.symbols.map(({ symbol, missing }) => [symbol, missing])).toEqual([
      ["INFY", 0],
      ["Nifty 50", 0],
      ["TCS", 0],
    ]);
  });

  test("with nothing new asks nothing; a day later it asks for the end, with an overlap", async () => {
    const root = makeFolder();
    await run(open(root, THURSDAY), vendor("2026-03-12").source);
    const same = vendor("2026-03-12");
    expect(await run(open(root, THURSDAY), same.source)).toMatchObject({ asked: 0, upToDate: 3 });
    const later = vendor("2026-03-13");
    const report = await run(open(root, FRIDAY), later.source);
    const from = dateOfDayNumber(dayNumberOf(sessionDate("2026-03-13")) - OVERLAP_DAYS);
    expect(later.asked).toEqual(WANTED.map(({ symbol }) => `${symbol} ${from} 2026-03-13`));
    expect(report).toMatchObject({ exitCode: 0, received: 3 });
  });

  test("that was restated in the overlap is a new revision", async () => {
    const root = makeFolder();
    await run(open(root, THURSDAY), vendor("2026-03-12").source);
    const market = open(root, FRIDAY);
    const restating = vendor("2026-03-13", {}, (date) => (date === "2026-03-11" ? 10.5 : 10));
    await run(market, restating.source);
    const { report } = await runBuildJob(market);
    expect(report.restated.map(({ symbol, session }) => [symbol, session])).toEqual([
      ["INFY", "2026-03-11"],
      ["Nifty 50", "2026-03-11"],
      ["TCS", "2026-03-11"],
    ]);
  });

  test("that failed in part says what and why, and the next one asks for that alone", async () => {
    const root = makeFolder();
    const report = await run(open(root, THURSDAY), vendor("2026-03-12", { TCS: "TIMEOUT" }).source);
    expect(report).toMatchObject({
      exitCode: 5,
      received: 2,
      failed: [{ symbol: "TCS", failure: "TIMEOUT", detail: "as told" }],
    });
    expect(report.next).toContain("india history");
    const again = vendor("2026-03-12");
    expect(await run(open(root, THURSDAY), again.source)).toMatchObject({ exitCode: 0, asked: 1 });
    expect(again.asked[0]).toMatch(/^TCS /);
  });

  test("does not go on asking a vendor that fails, or that refused the login", async () => {
    const many = Array.from({ length: 9 }, (_, index) => instrument(`S${index}`));
    const failing = Object.fromEntries(many.map(({ symbol }) => [symbol, "NETWORK" as const]));
    const report = await run(
      open(makeFolder(), THURSDAY),
      vendor("2026-03-12", failing).source,
      many,
    );
    expect(report).toMatchObject({ exitCode: 5, asked: 5, notAsked: ["S5", "S6", "S7", "S8"] });
    const refusing = vendor("2026-03-12", { "Nifty 50": "KEY_INVALID" });
    expect(await run(open(makeFolder(), THURSDAY), refusing.source)).toMatchObject({ asked: 1 });
  });

  test("before the vendor has published the newest session says so and is no failure", async () => {
    const market = open(makeFolder(), THURSDAY);
    const report = await run(market, vendor("2026-03-11").source);
    expect(report).toMatchObject({ exitCode: 0, behind: ["Nifty 50", "TCS", "INFY"] });
    expect(report.notes).toContainEqual(expect.stringContaining("next run asks again"));
  });

  test("while another one runs is refused", async () => {
    const market = open(makeFolder(), THURSDAY);
    const slow: SmartApi["fetchDaily"] = async (one, range) => {
      await expect(run(market, vendor("2026-03-12").source)).rejects.toMatchObject({
        code: "JOB_RUNNING",
      });
      return await vendor("2026-03-12").source.fetchDaily(one, range);
    };
    expect(await run(market, { fetchDaily: slow })).toMatchObject({ exitCode: 0 });
  });
});

test("whatever was received, the pages planned cover every session that lacks", () => {
  const through = dayNumberOf(sessionDate("2026-03-12"));
  const span = fc.record({ from: fc.nat({ max: 2200 }), days: fc.nat({ max: 2000 }) });
  const receipt = (from: number, to: number) => ({
    endpoint: { name: "x", params: { fromdate: `${dateOfDayNumber(from)} 00:00` } },
    newestSession: dateOfDayNumber(to),
  });
  fc.assert(
    fc.property(fc.array(span, { maxLength: 6 }), (spans) => {
      const covers = spans.map(({ from, days }) => {
        const fromDay = through - from;
        return { fromDay, toDay: Math.min(fromDay + days, through) };
      });
      const receipts = covers.map(({ fromDay, toDay }) => receipt(fromDay, toDay)) as never[];
      const pages = planHistory({ calendar: CALENDAR, throughDay: through, receipts });
      for (let day: number = through - HISTORY_DAYS + 1; day <= through; day++) {
        if (!isSession(CALENDAR, day)) continue;
        const date = dateOfDayNumber(day);
        const isHere = covers.some(({ fromDay, toDay }) => day >= fromDay && day <= toDay);
        expect(isHere || pages.some(({ from, to }) => date >= from && date <= to), date).toBe(true);
      }
    }),
    { numRuns: testCount(30, 500), seed: testSeed() },
  );
});
