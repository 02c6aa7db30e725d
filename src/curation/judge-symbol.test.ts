/** The judgement of one symbol: what decision 3 promises, and a plain model over random histories. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { smallCalendar } from "#core/small-calendar.testing.ts";
import { PARSE_FLAGS } from "#lake/bar-table.ts";
import type { SymbolEvents } from "#truth/gate1/price-basis.ts";
import { indexSessions, rulesOf } from "#truth/gate1/row-rules.ts";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { limitsOf } from "./build-limits.ts";
import { type JudgeContext, judgeSymbol } from "./judge-symbol.ts";
import { type Decide, type Decision, judgeByHand } from "./judgement-model.testing.ts";
import { createReusedColumns } from "./reused-columns.ts";
import type { ReviewDecisions } from "./reviews.ts";
import { ROW_OUTCOMES } from "./row-outcome.ts";
import { type Scene, type SceneBar, type ScenePayload, rowsOf } from "./symbol-scene.testing.ts";

const calendar = smallCalendar("2026-05-01", "2026-06-30", ["2026-05-25"]);
const sessions = indexSessions(calendar);
const dayAt = (session: number): number => calendar.sessions[session] ?? 0;
const limits = limitsOf(settingsSchema.parse({}).thresholds);
const NO_DECISIONS: ReviewDecisions = new Map();
const contextOf = (decisions: ReviewDecisions = NO_DECISIONS): JudgeContext => ({
  market: "us",
  sessions,
  limits,
  decisions,
});

const price = (units: number) => Math.round(units * 10_000);
const bar = (session: number, close: number, more: Partial<SceneBar> = {}): SceneBar => ({
  day: dayAt(session),
  close: price(close),
  ...more,
});
const bars = (...closes: number[]): SceneBar[] =>
  closes.map((close, session) => bar(session, close));

function judge(scene: Scene, decisions: ReviewDecisions = NO_DECISIONS) {
  const rows = rowsOf(scene);
  const judged = judgeSymbol(rows, contextOf(decisions));
  return {
    ...judged,
    names: [...judged.outcomes].map((outcome) => ROW_OUTCOMES[outcome]),
    rules: [...judged.reasons].map(rulesOf),
    canonical: canonicalOf(rows, judged.accepted, judged.revisionOf),
    accepted: [...judged.accepted],
  };
}

/** Newest accepted close of each session, as a reader of the lake takes it. */
function canonicalOf(
  rows: ReturnType<typeof rowsOf>,
  accepted: Int32Array,
  revisionOf: Int32Array,
): Map<number, number> {
  const newest = new Map<number, { revision: number; close: number }>();
  for (const row of accepted) {
    const day = rows.table.day[row] ?? 0;
    const revision = revisionOf[row] ?? 0;
    if ((newest.get(day)?.revision ?? -1) < revision)
      newest.set(day, { revision, close: rows.table.close[row] ?? 0 });
  }
  return new Map([...newest].map(([day, { close }]) => [day, close]));
}

const decideAll = (scene: Scene, decision: "approved" | "rejected"): ReviewDecisions =>
  new Map(judge(scene).reviews.map((review) => [review.id, decision]));

describe("payloads that tell of the same session", () => {
  test("confirm each other when they are equal", () => {
    const { names, accepted, restated } = judge({
      payloads: [{ bars: bars(100, 101) }, { bars: bars(100, 101) }],
    });
    expect(names).toEqual(["accepted", "accepted", "confirming", "confirming"]);
    expect([accepted, restated]).toEqual([[0, 1], []]);
  });

  test("make a new revision when they differ, which is listed as restated", () => {
    const judged = judge({
      payloads: [{ bars: bars(100, 101) }, { bars: bars(100, 102) }, { bars: bars(100, 101) }],
    });
    expect(judged.accepted.map((row) => [row, judged.revisionOf[row]])).toEqual([
      [0, 0],
      [1, 0],
      [3, 1],
      [5, 2],
    ]);
    expect(judged.canonical.get(dayAt(1))).toBe(price(101));
    expect(judged.restated.map(({ facts }) => [facts["close_before"], facts["close"]])).toEqual([
      ["101.0000", "102.0000"],
      ["102.0000", "101.0000"],
    ]);
  });

  test("in another basis make a revision that restates nothing", () => {
    const { revisionOf, restated } = judge({
      payloads: [
        { bars: bars(100, 101) },
        { basis: "split", basisAsofDay: dayAt(9), bars: bars(100, 101) },
      ],
    });
    expect([...revisionOf]).toEqual([0, 0, 1, 1]);
    expect(restated).toEqual([]);
  });

  test("of the same bars but another basis day restate nothing either", () => {
    const payload = (session: number): ScenePayload => ({
      basis: "split",
      basisAsofDay: dayAt(session),
      bars: bars(100, 101),
    });
    const { accepted, restated } = judge({ payloads: [payload(8), payload(9)] });
    expect(accepted).toHaveLength(4);
    expect(restated).toEqual([]);
  });

  test("do not count while the session runs: a partial row is never canonical", () => {
    const early: ScenePayload = { bars: bars(100, 96), wholeThroughDay: dayAt(0) };
    const { names, rules, newestReceivedDay, rejectedDays } = judge({ payloads: [early] });
    expect(names).toEqual(["accepted", "quarantined"]);
    expect(rules[1]).toEqual(["SESSION_NOT_WHOLE"]);
    expect([newestReceivedDay, rejectedDays]).toEqual([dayAt(0), []]);
    const later = judge({ payloads: [early, { bars: bars(100, 101) }] });
    expect(later.names).toEqual(["accepted", "quarantined", "confirming", "accepted"]);
    expect(later.restated).toEqual([]);
  });
});

describe("a move over its limit", () => {
  const jump: Scene = {
    role: { instrumentClass: "fund", required: true },
    payloads: [{ bars: bars(100, 114.5, 115) }],
  };

  test("of a required symbol is parked with the facts a person needs", () => {
    const { names, reviews } = judge(jump);
    expect(names).toEqual(["accepted", "parked", "accepted"]);
    expect(reviews).toEqual([
      {
        id: expect.stringMatching(/^REV-[0-9a-f]{12}$/),
        symbol: "ABC",
        session: dateOfDayNumber(dayAt(1)),
        rule: "DRIFT_REQUIRED",
        facts: {
          before_session: dateOfDayNumber(dayAt(0)),
          before_close: "100.0000",
          close: "114.5000",
          change_percent: 14.5,
          limit_percent: 10,
        },
        decision: "open",
      },
    ]);
  });

  test("enters when it is approved, and is quarantined when it is rejected", () => {
    expect(judge(jump, decideAll(jump, "approved")).names).toEqual([
      "accepted",
      "accepted",
      "accepted",
    ]);
    const rejected = judge(jump, decideAll(jump, "rejected"));
    expect(rejected.names).toEqual(["accepted", "quarantined", "accepted"]);
    expect(rejected.rules[1]).toEqual(["REVIEW_REJECTED"]);
    expect(rejected.rejectedDays.map((one) => one.day)).toEqual([dayAt(1)]);
  });

  test("is measured against the row before as received, also when that one is parked", () => {
    const { names } = judge({ ...jump, payloads: [{ bars: bars(100, 150, 151, 100) }] });
    expect(names).toEqual(["accepted", "parked", "accepted", "parked"]);
  });

  test("is measured over a gap and over refused rows, against what was received before them", () => {
    const broken = bar(1, 999, { open: 0 });
    const { names } = judge({
      ...jump,
      payloads: [{ bars: [bar(0, 100), broken, bar(4, 105), bar(9, 120)] }],
    });
    expect(names).toEqual(["accepted", "quarantined", "accepted", "parked"]);
  });

  test("as a later revision leaves the accepted one canonical, parked or rejected", () => {
    const restated: Scene = {
      ...jump,
      payloads: [{ bars: bars(100, 101, 102) }, { bars: bars(100, 151, 102) }],
    };
    const open = judge(restated);
    expect(open.names.slice(3)).toEqual(["confirming", "parked", "confirming"]);
    const rejected = judge(restated, decideAll(restated, "rejected"));
    const approved = judge(restated, decideAll(restated, "approved"));
    expect([open, rejected, approved].map(({ canonical }) => canonical.get(dayAt(1)))).toEqual([
      price(101),
      price(101),
      price(151),
    ]);
    expect(rejected.rejectedDays).toEqual([]);
  });

  test("of an accepted row does not come about by a later revision of the day before", () => {
    const approved: Scene = { ...jump, payloads: [{ bars: bars(100, 101, 112, 113) }] };
    const decisions = decideAll(approved, "approved");
    const restated: Scene = {
      ...jump,
      payloads: [...approved.payloads, { bars: bars(100, 60, 112, 113) }],
    };
    const { names, canonical } = judge(restated, decisions);
    expect(names.slice(4)).toEqual(["confirming", "parked", "confirming", "confirming"]);
    expect([...canonical.values()]).toEqual([100, 101, 112, 113].map(price));
  });

  test("that is seen again in a later payload keeps the decision about it", () => {
    const twice: Scene = { ...jump, payloads: [...jump.payloads, ...jump.payloads] };
    const decisions = decideAll(jump, "approved");
    expect(judge(twice, decisions).names).toEqual([
      "accepted",
      "accepted",
      "accepted",
      "confirming",
      "confirming",
      "confirming",
    ]);
  });

  test("that is seen with other numbers is another review", () => {
    const other: Scene = { ...jump, payloads: [{ bars: bars(100, 114.6, 115) }] };
    expect(judge(other, decideAll(jump, "approved")).names[1]).toBe("parked");
    const volume: Scene = {
      ...jump,
      payloads: [{ bars: [bar(0, 100), bar(1, 114.5, { volume: 7 })] }],
    };
    expect(judge(volume, decideAll(jump, "approved")).names[1]).toBe("parked");
  });

  test("that comes, goes and comes back is one review", () => {
    const payload = (close: number): ScenePayload => ({ bars: bars(100, close) });
    const { reviews, names } = judge({
      ...jump,
      payloads: [payload(150), payload(101), payload(150)],
    });
    expect(names).toEqual(["accepted", "parked", "confirming", "accepted", "confirming", "parked"]);
    expect(reviews).toHaveLength(1);
  });
});

describe("a stock that halves", () => {
  const halves: Scene = { payloads: [{ bars: bars(200, 100, 101) }] };
  const onFile = (day: number, factor: number): SymbolEvents => ({
    splitDays: Int32Array.of(day),
    splitFactors: Float64Array.of(factor),
    dividendDays: new Int32Array(0),
    dividends: new Float64Array(0),
  });

  test("is parked while no split is on file, and passes when there is one", () => {
    const { reviews } = judge(halves);
    expect(
      reviews.map(({ rule, facts }) => [rule, facts["because"], facts["split_ratio"]]),
    ).toEqual([["DRIFT_UNCORROBORATED", "SPLIT_RATIO", "2:1"]]);
    expect(judge({ ...halves, events: onFile(dayAt(1), 2) }).names).toEqual([
      "accepted",
      "accepted",
      "accepted",
    ]);
  });

  test("in a file that is adjusted already passes the same split again by no second factor", () => {
    const adjusted: ScenePayload = {
      basis: "split",
      basisAsofDay: dayAt(30),
      bars: bars(100, 100, 101),
    };
    expect(judge({ payloads: [adjusted], events: onFile(dayAt(1), 2) }).reviews).toEqual([]);
  });

  test("passes a split that took effect after the day for which the file is adjusted", () => {
    const adjusted: ScenePayload = { basis: "split", basisAsofDay: dayAt(1), bars: bars(100, 101) };
    const raw: ScenePayload = { bars: [bar(3, 50.5), bar(4, 51)] };
    const events = onFile(dayAt(3), 2);
    expect(judge({ payloads: [adjusted, raw], events }).reviews).toEqual([]);
    expect(judge({ payloads: [adjusted, raw] }).reviews).toHaveLength(1);
  });

  test("by a spin-off passes with its factor on file", () => {
    const spun: Scene = { payloads: [{ bars: bars(100, 75, 76) }] };
    expect(judge(spun).reviews.length + judge(spun).largeMoves.length).toBeGreaterThan(0);
    const events = onFile(dayAt(1), 1.333);
    expect([judge({ ...spun, events }).reviews, judge({ ...spun, events }).largeMoves]).toEqual([
      [],
      [],
    ]);
  });
});

describe("a large fall of a stock", () => {
  test("is kept and listed, as AIG's of 2008-09-15 was", () => {
    const { names, largeMoves, reviews } = judge({
      payloads: [{ bars: bars(12.14, 4.76, 3.75, 2.05) }],
    });
    expect(names).toEqual(["accepted", "accepted", "accepted", "accepted"]);
    expect(reviews).toEqual([]);
    expect(largeMoves.map(({ facts }) => facts["change_percent"])).toEqual([
      -60.79, -21.22, -45.33,
    ]);
  });

  test("that nothing but a dividend explains is none", () => {
    const events: SymbolEvents = {
      splitDays: new Int32Array(0),
      splitFactors: new Float64Array(0),
      dividendDays: Int32Array.of(dayAt(1)),
      dividends: Float64Array.of(25),
    };
    const { largeMoves, reviews } = judge({ payloads: [{ bars: bars(100, 74, 75) }], events });
    expect([largeMoves, reviews]).toEqual([[], []]);
  });

  test("is not listed while it is parked", () => {
    const { largeMoves, reviews } = judge({ payloads: [{ bars: bars(100, 70, 100) }] });
    expect(reviews.map((review) => [review.facts["because"]])).toEqual([["UNDONE"]]);
    expect(largeMoves.map(({ row }) => row)).toEqual([2]);
  });
});

describe("two bases that meet", () => {
  const raw: ScenePayload = { bars: bars(100, 101, 102) };
  const split = (...closes: number[]): ScenePayload => ({
    basis: "split",
    basisAsofDay: dayAt(20),
    bars: bars(...closes),
  });

  test("park the whole symbol when they differ by more than 1 % after adjustment", () => {
    const scene: Scene = { payloads: [raw, split(100, 101, 104)] };
    const { names, reviews, accepted } = judge(scene);
    expect(new Set(names)).toEqual(new Set(["parked"]));
    expect(accepted).toEqual([]);
    expect(reviews).toMatchObject([
      {
        session: dateOfDayNumber(dayAt(2)),
        rule: "BASIS_MISMATCH",
        facts: {
          raw_close: "102.0000",
          split_close: "104.0000",
          off_percent: 1.92,
          overlapping_sessions: 3,
          mismatched_sessions: 1,
        },
      },
    ]);
    expect(judge(scene, decideAll(scene, "approved")).accepted).toHaveLength(6);
    expect(new Set(judge(scene, decideAll(scene, "rejected")).names)).toEqual(
      new Set(["quarantined"]),
    );
  });

  test("agree within 1 %, and where they do not meet at all", () => {
    expect(judge({ payloads: [raw, split(100.9, 101, 102)] }).reviews).toEqual([]);
    const later: ScenePayload = {
      basis: "split",
      basisAsofDay: dayAt(20),
      bars: [bar(3, 103), bar(4, 104)],
    };
    expect(judge({ payloads: [raw, later] }).reviews).toEqual([]);
  });

  test("of total returns are compared with neither", () => {
    const total: ScenePayload = {
      basis: "total",
      basisAsofDay: dayAt(20),
      bars: bars(50, 50.5, 51),
    };
    expect(
      judge({ payloads: [raw, total] }).reviews.filter(
        (review) => review.rule === "BASIS_MISMATCH",
      ),
    ).toEqual([]);
  });
});

describe("sessions without an accepted row", () => {
  test("are missing only after the first accepted one, and up to the newest received", () => {
    const judged = judge({
      payloads: [
        { bars: [bar(1, 100, { open: 0 }), bar(3, 100), bar(6, 100), bar(8, 100, { open: 0 })] },
      ],
    });
    expect(judged.missingDays).toEqual([4, 5, 7].map(dayAt));
    expect(judged.rejectedDays.map((one) => one.day)).toEqual([dayAt(1), dayAt(8)]);
    expect([judged.firstAcceptedDay, judged.newestAcceptedDay, judged.newestReceivedDay]).toEqual([
      dayAt(3),
      dayAt(6),
      dayAt(8),
    ]);
  });

  test("that are parked are neither missing nor rejected", () => {
    const judged = judge({ role: { required: true }, payloads: [{ bars: bars(100, 150, 151) }] });
    expect([judged.missingDays, judged.rejectedDays]).toEqual([[], []]);
  });

  test("follow the calendar: a closed day is no gap", () => {
    const may22 = dayNumberOf(sessionDate("2026-05-22"));
    const may26 = dayNumberOf(sessionDate("2026-05-26"));
    const judged = judge({
      payloads: [
        {
          bars: [
            { day: may22, close: price(1) },
            { day: may26, close: price(1) },
          ],
        },
      ],
    });
    expect(judged.missingDays).toEqual([]);
  });
});

test("an index has no volume, whatever its file says", () => {
  const rows = rowsOf({
    role: { instrumentClass: "index" },
    payloads: [{ bars: [bar(0, 20, { volume: 0 }), bar(1, 21, { volume: -4 })] }],
  });
  const judged = judgeSymbol(rows, contextOf());
  expect([...judged.accepted]).toEqual([0, 1]);
  expect([...rows.table.volume.subarray(0, 2)]).toEqual([NaN, NaN]);
});

const SESSIONS = 12;
const closeOf = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(100, 101, 99.5, 102) },
  { weight: 2, arbitrary: fc.constantFrom(50, 200, 75, 130, 25, 112, 88, 300) },
);
const anyBar: fc.Arbitrary<SceneBar> = fc
  .record({
    session: fc.oneof(
      { weight: 9, arbitrary: fc.nat({ max: SESSIONS }) },
      { weight: 1, arbitrary: fc.constant(-7) },
    ),
    close: closeOf,
    defect: fc.oneof(
      { weight: 12, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Partial<SceneBar>>(
          { open: 0 },
          { high: 1 },
          { low: NaN, flags: PARSE_FLAGS.LOW_UNREADABLE },
          { volume: 0 },
        ),
      },
    ),
  })
  .map(({ session, close, defect }) => ({
    ...bar(Math.max(0, session), close, defect),
    ...(session < 0 ? { day: dayNumberOf(sessionDate("2026-05-25")) } : {}),
  }));
const anyPayload: fc.Arbitrary<ScenePayload> = fc
  .record({
    basis: fc.constantFrom("raw" as const, "raw" as const, "split" as const, "total" as const),
    asof: fc.nat({ max: SESSIONS }),
    whole: fc.constantFrom(undefined, undefined, 5, SESSIONS - 1),
    bars: fc.oneof(
      fc.array(anyBar, { minLength: 1, maxLength: SESSIONS }),
      fc.uniqueArray(anyBar, { minLength: 1, maxLength: SESSIONS, selector: (one) => one.day }),
    ),
  })
  .map(({ basis, asof, whole, bars: list }) => ({
    basis,
    basisAsofDay: basis === "raw" ? undefined : dayAt(asof),
    wholeThroughDay: whole === undefined ? undefined : dayAt(whole),
    bars: list,
  }));
const anyEvents: fc.Arbitrary<SymbolEvents> = fc
  .record({
    splits: fc.uniqueArray(fc.tuple(fc.nat({ max: SESSIONS }), fc.constantFrom(2, 0.5, 1.046)), {
      maxLength: 2,
      selector: ([at]) => at,
    }),
    cash: fc.uniqueArray(fc.tuple(fc.nat({ max: SESSIONS }), fc.constantFrom(0.5, 25)), {
      maxLength: 2,
      selector: ([at]) => at,
    }),
  })
  .map(({ splits, cash }) => {
    const byDay = (list: [number, number][]) => list.toSorted(([a], [b]) => a - b);
    return {
      splitDays: Int32Array.from(byDay(splits), ([at]) => dayAt(at)),
      splitFactors: Float64Array.from(byDay(splits), ([, factor]) => factor),
      dividendDays: Int32Array.from(byDay(cash), ([at]) => dayAt(at)),
      dividends: Float64Array.from(byDay(cash), ([, amount]) => amount),
    };
  });
const anyScene: fc.Arbitrary<Scene> = fc.record({
  role: fc.constantFrom<Scene["role"]>(
    {},
    { required: true, instrumentClass: "fund" },
    { required: true, isVolatilityGauge: true, instrumentClass: "index" },
    { instrumentClass: "index" },
    { instrumentClass: "series" },
  ),
  events: fc.option(anyEvents, { nil: undefined }),
  payloads: fc.array(anyPayload, { maxLength: 5 }),
});
const DECISIONS: readonly Decision[] = ["open", "approved", "rejected"];

describe("any history of any symbol", () => {
  test("is judged as a plain reading of decision 3 judges it, whatever was decided", () => {
    fc.assert(
      fc.property(anyScene, fc.nat(), (scene, salt) => {
        const decide: Decide = (day, rule, close) =>
          DECISIONS[(day + rule.length * 7 + close + salt) % 3] ?? "open";
        const decisions = new Map(
          judge(scene).reviews.flatMap(
            ({ id, session, rule, facts }): [string, "approved" | "rejected"][] => {
              const close = Math.round(Number(facts["close"] ?? facts["split_close"]) * 10_000);
              const decision = decide(dayNumberOf(sessionDate(session)), rule, close);
              return decision === "open" ? [] : [[id, decision]];
            },
          ),
        );
        const rows = rowsOf(scene);
        const judged = judgeSymbol(rows, contextOf(decisions));
        const dayOf = (row: number) => rows.table.day[row] ?? 0;
        const expected = judgeByHand(scene, { sessions, limits }, decide);
        expect({
          outcomes: [...judged.outcomes],
          reasons: [...judged.reasons],
          revisions: [...judged.revisionOf],
          accepted: [...judged.accepted].map(
            (row) => `${dayOf(row)} ${judged.revisionOf[row]} ${row}`,
          ),
          reviews: [
            ...new Set(
              judged.reviews.map(
                ({ session, rule, decision }) =>
                  `${dayNumberOf(sessionDate(session))} ${rule} ${decision}`,
              ),
            ),
          ].sort(),
          largeMoves: judged.largeMoves.map(({ row }) => dayOf(row)),
          missingDays: judged.missingDays,
          rejectedDays: judged.rejectedDays.map((one) => one.day),
          span: [judged.firstAcceptedDay, judged.newestAcceptedDay, judged.newestReceivedDay],
        }).toEqual({ ...expected, reviews: [...new Set(expected.reviews)] });
      }),
      { numRuns: testCount(400, 20_000), seed: testSeed() },
    );
  });

  test("is judged the same every time, and names each review once", () => {
    const used = createReusedColumns();
    const context = contextOf(NO_DECISIONS);
    fc.assert(
      fc.property(anyScene, (scene) => {
        const first = judge(scene);
        expect(judge(scene)).toEqual(first);
        // In memory that holds what other symbols left, too.
        const fresh = judgeSymbol(rowsOf(scene), context);
        expect(judgeSymbol(rowsOf(scene), context, used)).toEqual(fresh);
        const ids = first.reviews.map((review) => review.id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: testCount(100, 5000), seed: testSeed() },
    );
  });
});
