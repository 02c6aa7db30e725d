/** Gate 1 over a snapshot on the disk: what it reads, what it decides, and what it records once. */
import type { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import type { BuildReport } from "#contracts/snapshot.ts";
import { must } from "#core/assert.ts";
import type { EpochMs } from "#core/clock.ts";
import type { ProxySet } from "#core/market-definition.ts";
import { sessionDates, smallCalendar } from "#core/small-calendar.testing.ts";
import { type Ledger, openLedger } from "#ledger/ledger-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { reportOf, reviewOf, symbolOf } from "./report.testing.ts";
import { type Gate1Options, decideGate1, recordGate1 } from "./run-gate1.ts";
import { writeSnapshot } from "./snapshot.testing.ts";
import { TRUTH_EVENT_KINDS, foldTruthEvents, waiverKey } from "./truth-events.ts";
import type { UniverseMember } from "./universe-coverage.ts";

const makeFolder = temporaryFolders();
const databases: DatabaseSync[] = [];
afterEach(() => {
  for (const database of databases.splice(0)) database.close();
});

const calendar = smallCalendar("2026-05-01", "2026-06-30");
const DATES = sessionDates(calendar);
const dateAt = (index: number): string => must(DATES[index], "a date of the calendar");
const upTo = (index: number, but: readonly number[] = []): string[] =>
  DATES.slice(0, index + 1).filter((_, at) => !but.includes(at));
const proxies: ProxySet = {
  id: "test",
  version: "1",
  roles: [
    { role: "benchmark_equity", symbol: "SPY", blocking: true, instrumentClass: "fund" },
    { role: "volatility_gauge", symbol: "VIXY", blocking: true, instrumentClass: "fund" },
  ],
};

type Scene = {
  readonly accepted: { readonly [symbol: string]: readonly string[] };
  readonly report?: Partial<BuildReport>;
  readonly universe?: readonly UniverseMember[];
  readonly ctt?: string;
  readonly rdt?: string | null;
  readonly waivers?: readonly string[];
};

/** A report that follows from what was accepted, but for what the scene says. */
function reportFor(scene: Scene): BuildReport {
  const symbols = Object.entries(scene.accepted).flatMap(([symbol, dates]) =>
    dates.length === 0
      ? []
      : [
          symbolOf(symbol, must(dates[0], "first"), must(dates.at(-1), "last"), {
            newestReceived: scene.rdt ?? dateAt(9),
          }),
        ],
  );
  return reportOf({ symbols, ...scene.report });
}

async function optionsOf(scene: Scene): Promise<Gate1Options> {
  const workspace = workspaceAt(makeFolder());
  const manifest = await writeSnapshot(workspace, scene.accepted, reportFor(scene), 2);
  return {
    workspace,
    market: "us",
    calendar,
    proxies,
    universe: scene.universe ?? [],
    thresholds: settingsSchema.parse({}).thresholds,
    manifest,
    events: { ...foldTruthEvents([]), ctt: scene.ctt ?? null, waivers: new Set(scene.waivers) },
    isStale: false,
    rdt: scene.rdt === undefined ? dateAt(9) : scene.rdt,
  };
}

const decide = async (scene: Scene) => decideGate1(await optionsOf(scene));
const member = (symbol: string, delistedOn: string | null = null): UniverseMember => ({
  symbol,
  delistedOn,
});

describe("gate 1", () => {
  test("moves CTT to the newest session when all required symbols are accepted", async () => {
    const decision = await decide({ accepted: { SPY: upTo(9), VIXY: upTo(9) } });
    expect(decision).toMatchObject({ previous: null, ctt: dateAt(9), moved: true, exitCode: 0 });
    expect(decision.verdict).toEqual({ gate: "GATE_1_INGESTION", outcome: "pass", reasons: [] });
  });

  test("is current, and exits 0, when nothing newer came", async () => {
    const accepted = { SPY: upTo(9), VIXY: upTo(9) };
    const decision = await decide({ accepted, ctt: dateAt(9) });
    expect(decision).toMatchObject({ ctt: dateAt(9), moved: false, exitCode: 0 });
  });

  test("refuses with 3 what is missing, says so, and keeps CTT", async () => {
    const decision = await decide({
      accepted: { SPY: upTo(9, [6]), VIXY: upTo(9) },
      ctt: dateAt(5),
    });
    expect(decision).toMatchObject({ ctt: dateAt(5), moved: false, exitCode: 3 });
    expect(decision.verdict.reasons).toEqual([
      {
        rule: "SESSION_MISSING",
        says: `SPY (benchmark_equity) for ${dateAt(6)} is missing, though later sessions were received`,
        facts: { symbol: "SPY", role: "benchmark_equity", session: dateAt(6) },
      },
    ]);
    expect(decision.refusals("SPY", dateAt(6))).toEqual({ kind: "MISSING" });
    expect(decision.refusals("SPY", dateAt(7))).toBeUndefined();
    expect(decision.refusals("SPY", dateAt(2))).toBeUndefined();
  });

  test("waits with 4 when only a review holds it, and goes as far as it can before", async () => {
    const review = reviewOf("SPY", dateAt(6), { rule: "DRIFT_REQUIRED" });
    const accepted = { SPY: upTo(9, [6]), VIXY: upTo(9) };
    const scene: Scene = { accepted, report: { reviews: [review] } };
    expect(await decide({ ...scene, ctt: dateAt(5) })).toMatchObject({ moved: false, exitCode: 4 });
    expect(await decide({ ...scene, ctt: dateAt(3) })).toMatchObject({
      ctt: dateAt(5),
      moved: true,
      exitCode: 0,
    });
  });

  test("passes a waived session of a required symbol, which stays missing", async () => {
    const accepted = { SPY: upTo(9, [6]), VIXY: upTo(9) };
    const waivers = [waiverKey("SPY", dateAt(6))];
    const decision = await decide({ accepted, ctt: dateAt(5), waivers });
    expect(decision).toMatchObject({ ctt: dateAt(9), moved: true, exitCode: 0 });
    expect(decision.refusals("SPY", dateAt(6))).toBeUndefined();
  });

  test("refuses when nothing but series was received, rather than call that current", async () => {
    const decision = await decide({ accepted: {}, rdt: null });
    expect(decision).toMatchObject({ ctt: null, moved: false, exitCode: 3 });
    expect(decision.verdict.reasons.map((reason) => reason.rule)).toEqual(["NOTHING_ACCEPTED"]);
  });

  test("never moves back when a corrected calendar takes the session of CTT away", async () => {
    const options = await optionsOf({
      accepted: { SPY: upTo(5), VIXY: upTo(5) },
      ctt: dateAt(5),
      rdt: dateAt(5),
    });
    const closed = smallCalendar("2026-05-01", "2026-06-30", [dateAt(5)]);
    const decision = await decideGate1({ ...options, calendar: closed });
    expect(decision).toMatchObject({ ctt: dateAt(5), moved: false, exitCode: 0 });
  });
});

describe("the universe at gate 1", () => {
  const required = { SPY: upTo(9), VIXY: upTo(9) };

  test("may lack one symbol, and the reason names those that a second one lacks with it", async () => {
    const universe = ["A", "B", "C"].map((symbol) => member(symbol));
    const one = { ...required, A: upTo(9, [6]), B: upTo(9), C: upTo(9) };
    expect(await decide({ accepted: one, universe, ctt: dateAt(5) })).toMatchObject({
      exitCode: 0,
      ctt: dateAt(9),
    });
    const two = { ...one, C: upTo(9, [6]) };
    const decision = await decide({ accepted: two, universe, ctt: dateAt(5) });
    expect(decision.exitCode).toBe(3);
    expect(decision.verdict.reasons[0]).toMatchObject({
      rule: "UNIVERSE_COVERAGE",
      facts: { session: dateAt(6), failed: 2, expected: 3, limit: 1, examples: ["A", "C"] },
    });
  });

  test("does not count symbols that the settings do not name", async () => {
    const accepted = { ...required, A: upTo(9, [6]), B: upTo(9, [6]) };
    expect(await decide({ accepted, universe: [member("A")], ctt: dateAt(5) })).toMatchObject({
      exitCode: 0,
    });
  });

  test("counts no row of a symbol that is no longer listed in the place of one that failed", async () => {
    const accepted = { ...required, OLD: upTo(9), A: upTo(9, [6]), B: upTo(9, [6]) };
    const universe = [member("OLD", dateAt(6)), member("A"), member("B")];
    expect(await decide({ accepted, universe, ctt: dateAt(5) })).toMatchObject({ exitCode: 3 });
  });

  test("refuses when as many failed as reviews are open, but of other symbols", async () => {
    const names = ["A", "B", "C", "D"];
    const accepted: Record<string, string[]> = { ...required };
    for (const name of names) accepted[name] = upTo(9, name < "C" ? [6] : []);
    // C and D have an earlier row that stands; answering their reviews lets nobody pass.
    const reviews = ["C", "D"].map((symbol) => reviewOf(symbol, dateAt(6)));
    const universe = names.map((symbol) => member(symbol));
    const decision = await decide({ accepted, universe, ctt: dateAt(5), report: { reviews } });
    expect(decision.exitCode).toBe(3);
  });

  test("waits with 4 when its open reviews are what is too much", async () => {
    const names = ["A", "B", "C"];
    const accepted: Record<string, string[]> = { ...required };
    for (const name of names) accepted[name] = upTo(9, [6]);
    const reviews = names.map((symbol) => reviewOf(symbol, dateAt(6)));
    const decision = await decide({
      accepted,
      universe: names.map((symbol) => member(symbol)),
      ctt: dateAt(5),
      report: { reviews },
    });
    expect(decision.exitCode).toBe(4);
    expect(decision.verdict.outcome).toBe("hold");
  });
});

describe("the record of a decision", () => {
  function openUsLedger(): Ledger {
    const database = openStateStore(":memory:");
    databases.push(database);
    return openLedger(database, "us", fixedClock(0 as EpochMs));
  }

  test("is one entry for each move, and none for being current", async () => {
    const ledger = openUsLedger();
    const options = await optionsOf({ accepted: { SPY: upTo(9), VIXY: upTo(9) } });
    recordGate1(options, await decideGate1(options), ledger);
    const events = foldTruthEvents(ledger.entries({ kinds: TRUTH_EVENT_KINDS }));
    expect(events.ctt).toBe(dateAt(9));
    const again = { ...options, events };
    recordGate1(again, await decideGate1(again), ledger);
    expect(ledger.entries().map((entry) => entry.kind)).toEqual(["CTT_ADVANCED"]);
  });

  test("is one entry for a refusal, and no second while nothing about it changed", async () => {
    const ledger = openUsLedger();
    const options = await optionsOf({ accepted: { SPY: upTo(8), VIXY: upTo(9) }, ctt: dateAt(8) });
    for (let times = 0; times < 3; times++)
      recordGate1(options, await decideGate1(options), ledger);
    expect(ledger.entries()).toHaveLength(1);
    expect(ledger.entries()[0]).toMatchObject({
      kind: "GATE1_REFUSED",
      payload: { outcome: "reject", ctt: dateAt(8), rdt: dateAt(9), rules: ["SESSION_MISSING"] },
    });
  });
});
