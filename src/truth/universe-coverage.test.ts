/** Who of the universe owes a row, who did not give one, and how many of these only wait for a person. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BuildReport } from "#contracts/snapshot.ts";
import { must } from "#core/assert.ts";
import { sessionDates, smallCalendar } from "#core/small-calendar.testing.ts";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { reportOf, reviewOf, symbolOf } from "./report.testing.ts";
import {
  type UniverseMember,
  expectedMembers,
  reviewedMembers,
  universeCoverage,
} from "./universe-coverage.ts";

const calendar = smallCalendar("2026-05-01", "2026-05-22");
const DATES = sessionDates(calendar);
const dateAt = (index: number) => must(DATES[index], "a date of May");
const SESSIONS = DATES.length;

/** A member as a text: `#` accepted, `p` parked, `r` accepted with a later revision parked, `x` rejected, `.` nothing. */
type Line = {
  readonly line: string;
  readonly delisted?: number | null | undefined;
  readonly mismatch?: boolean | undefined;
};

const letterAt = (of: Line, session: number) =>
  of.mismatch === true ? "p" : (of.line[session] ?? ".");
const isAccepted = (of: Line, session: number) => "#r".includes(letterAt(of, session));
const isListed = (of: Line, session: number) =>
  of.delisted === undefined || of.delisted === null || session < of.delisted;

function setUp(lines: readonly Line[]) {
  const names = lines.map((_, index) => `S${index}`);
  const universe: UniverseMember[] = lines.map(({ delisted }, index) => ({
    symbol: `S${index}`,
    delistedOn: delisted === undefined || delisted === null ? null : dateAt(delisted),
  }));
  const sessions = DATES.map((_, session) => session);
  const symbols = lines.map((of, index) => {
    const accepted = sessions.filter((session) => isAccepted(of, session));
    const [first] = accepted;
    const rejected = sessions.filter((session) => letterAt(of, session) === "x").reverse();
    return {
      ...symbolOf(`S${index}`, dateAt(0), dateAt(0)),
      firstAccepted: first === undefined ? null : dateAt(first),
      rejectedNewest: rejected.map((session) => ({
        session: dateAt(session),
        rules: ["OPEN_OUTSIDE_RANGE"],
      })),
    };
  });
  const reviews = lines.flatMap((of, index): BuildReport["reviews"] => {
    if (of.mismatch === true) return [reviewOf(`S${index}`, dateAt(3), { rule: "BASIS_MISMATCH" })];
    return sessions
      .filter((session) => "pr".includes(letterAt(of, session)))
      .map((session) => reviewOf(`S${index}`, dateAt(session)));
  });
  const report = reportOf({ symbols, reviews });
  const reviewed = new Set(reviewedMembers(universe, report).symbols);
  const bySymbol = new Map(
    lines.flatMap((of, index): [string, Set<string>][] =>
      reviewed.has(`S${index}`)
        ? [
            [
              `S${index}`,
              new Set(sessions.filter((session) => isAccepted(of, session)).map(dateAt)),
            ],
          ]
        : [],
    ),
  );
  const universeCounts = new Map(
    sessions.map((session) => [
      dateAt(session),
      lines.filter((of) => isAccepted(of, session) && isListed(of, session)).length,
    ]),
  );
  const coverage = universeCoverage({
    universe,
    report,
    calendar,
    accepted: { bySymbol, universeCounts },
  });
  return { names, universe, report, coverage };
}

describe("a member of the universe", () => {
  test("owes a row from its first accepted one on, and not before", () => {
    const { coverage, universe, report } = setUp([{ line: "..#.#" }]);
    expect([0, 1, 2, 3, 4, 5].map(coverage.expected)).toEqual([0, 0, 1, 1, 1, 1]);
    expect([2, 3, 4, 5].map(coverage.failed)).toEqual([0, 1, 0, 1]);
    expect(expectedMembers(universe, report, calendar, dateAt(1))).toEqual([]);
    expect(expectedMembers(universe, report, calendar, dateAt(3))).toEqual(["S0"]);
  });

  test("fails with its very first row when that is refused or parked", () => {
    const { coverage } = setUp([{ line: "x##" }, { line: "p##" }, { line: ".##" }]);
    expect([coverage.expected(0), coverage.failed(0), coverage.parked(0)]).toEqual([2, 2, 1]);
  });

  test("fails on every session while its whole history is parked", () => {
    const { coverage } = setUp([{ line: "#####", mismatch: true }, { line: "#####" }]);
    for (const session of [0, 4, SESSIONS - 1]) {
      expect(coverage.failed(session)).toBeGreaterThanOrEqual(1);
      expect(coverage.parked(session)).toBe(1);
    }
  });

  test("owes nothing from the day on which it is no longer listed, and hides nobody's failure then", () => {
    const { coverage } = setUp([{ line: "#####", delisted: 2 }, { line: "##.##" }]);
    expect([1, 2, 3].map(coverage.expected)).toEqual([2, 1, 1]);
    expect([1, 2, 3].map(coverage.failed)).toEqual([0, 1, 0]);
  });

  test("whose earlier row stands does not fail because a later one is parked", () => {
    const { coverage } = setUp([{ line: "##r##" }, { line: "##.##" }]);
    expect([coverage.failed(2), coverage.parked(2)]).toEqual([1, 0]);
  });

  test("that was never received is counted in the size alone", () => {
    const coverage = universeCoverage({
      universe: [{ symbol: "NEW", delistedOn: null }],
      report: reportOf(),
      calendar,
      accepted: { bySymbol: new Map(), universeCounts: new Map() },
    });
    expect([coverage.size, coverage.expected(3), coverage.failed(3)]).toEqual([1, 0, 0]);
  });
});

const lineOf: fc.Arbitrary<Line> = fc.record({
  line: fc.string({
    unit: fc.constantFrom(..."#####prx.."),
    minLength: SESSIONS,
    maxLength: SESSIONS,
  }),
  delisted: fc.option(fc.nat({ max: SESSIONS - 1 })),
  mismatch: fc.constantFrom(false, false, false, true),
});
const universes = fc.array(lineOf, { maxLength: 6 });
const run = { numRuns: testCount(300, 10_000), seed: testSeed() };

/** Counts of one session by looking at every member anew. */
function plainCounts(lines: readonly Line[], session: number) {
  const listed = lines.filter((of) => isListed(of, session));
  const owing = listed.filter(
    (of) =>
      of.mismatch === true ||
      Array.from(of.line.slice(0, session + 1)).some((letter) => "#r".includes(letter)) ||
      "px".includes(letterAt(of, session)),
  );
  const failing = owing.filter((of) => !isAccepted(of, session));
  return {
    expected: owing.length,
    failed: failing.length,
    parked: failing.filter((of) => letterAt(of, session) === "p").length,
  };
}

describe("any universe", () => {
  test("is counted as one counts by hand, session by session", () => {
    fc.assert(
      fc.property(universes, (lines) => {
        const { coverage, universe, report } = setUp(lines);
        for (let session = 0; session < SESSIONS; session++) {
          const counted = {
            expected: coverage.expected(session),
            failed: coverage.failed(session),
            parked: coverage.parked(session),
          };
          expect(counted).toEqual(plainCounts(lines, session));
          expect(expectedMembers(universe, report, calendar, dateAt(session))).toHaveLength(
            counted.expected,
          );
        }
      }),
      run,
    );
  });

  test("never fails less when a member's basis comes into question", () => {
    fc.assert(
      fc.property(universes, fc.nat({ max: 5 }), (lines, which) => {
        const worse = lines.map((of, index) => (index === which ? { ...of, mismatch: true } : of));
        for (let session = 0; session < SESSIONS; session++) {
          const before = setUp(lines).coverage.failed(session);
          expect(setUp(worse).coverage.failed(session)).toBeGreaterThanOrEqual(before);
        }
      }),
      { ...run, numRuns: testCount(30, 1000) },
    );
  });
});
