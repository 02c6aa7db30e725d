/** How far Canonical Truth Time moves, held against a plain reading of decision 3. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../tests/support/depth.ts";
import { type CttFacts, type Refusal, type RequiredSymbol, decideCtt } from "./market-verdict.ts";

const run = { numRuns: testCount(1000, 50_000), seed: testSeed() };

/** One required symbol as a text: `#` accepted, `w` waived, `p` parked, `x` rejected, `.` missing. */
type Line = string;
const REFUSALS: { readonly [letter: string]: Refusal } = {
  p: { kind: "PARKED", reviews: ["REV-1"], rules: ["DRIFT_REQUIRED"] },
  x: { kind: "REJECTED", rules: ["HIGH_BELOW_LOW"] },
  ".": { kind: "MISSING" },
  "-": { kind: "NOT_RECEIVED" },
};

function required(symbol: string, line: Line): RequiredSymbol {
  return {
    symbol,
    role: `role_of_${symbol}`,
    firstAccepted: line.indexOf("#"),
    isAccepted: (session) => line[session] === "#",
    isWaived: (session) => line[session] === "w",
    refusalOf: (session) => REFUSALS[line[session] ?? "-"] ?? { kind: "NOT_RECEIVED" },
  };
}

type Setup = {
  readonly lines: readonly Line[];
  readonly ctt?: number;
  /** Where truth time began; CTT itself when absent. */
  readonly firstCtt?: number;
  readonly rdt?: number;
  readonly firstLoad?: number;
  /** Failed universe symbols by session; all of `expected` symbols owe a row. */
  readonly failed?: readonly number[];
  readonly parked?: readonly number[];
  readonly expected?: number;
  readonly share?: number;
};

function factsOf(setup: Setup): CttFacts {
  const rdt = setup.rdt ?? Math.max(...setup.lines.map((line) => line.length)) - 1;
  return {
    sessions: { count: rdt + 10, dateOf: (session) => `session ${session}` },
    ctt: setup.ctt ?? -1,
    firstCtt: Math.min(setup.firstCtt ?? Infinity, setup.ctt ?? -1),
    rdt,
    required: setup.lines.map((line, index) =>
      required(["SPY", "VIXY", "TLT"][index] ?? "X", line),
    ),
    universe: {
      size: setup.expected ?? 0,
      expected: () => setup.expected ?? 0,
      failed: (session) => setup.failed?.[session] ?? 0,
      parked: (session) => setup.parked?.[session] ?? 0,
    },
    firstLoadSessions: setup.firstLoad ?? 780,
    failedShareMax: setup.share ?? 0.1,
  };
}

const decide = (setup: Setup) => {
  const { ctt, verdict, onlyReviewsHold } = decideCtt(factsOf(setup));
  return {
    ctt,
    outcome: verdict.outcome,
    rules: verdict.reasons.map((one) => one.rule),
    onlyReviewsHold,
  };
};

describe("sessions that truth time has passed", () => {
  test.each<[string, Setup, number, string[]]>([
    [
      "hold it while a row is gone",
      { lines: ["#r##"], firstCtt: 0, ctt: 2 },
      2,
      ["CTT_UNSUPPORTED"],
    ],
    [
      "hold it while a symbol has no row at all",
      { lines: ["----"], ctt: 3 },
      3,
      ["CTT_UNSUPPORTED"],
    ],
    ["hold it at RDT too", { lines: ["###r"], ctt: 3 }, 3, ["CTT_UNSUPPORTED"]],
    ["hold it when RDT fell below CTT", { lines: ["##"], ctt: 3, rdt: 1 }, 3, ["CTT_UNSUPPORTED"]],
    [
      "wait for the review that parked them",
      { lines: ["##p#"], firstCtt: 1, ctt: 2 },
      2,
      ["REVIEW_OPEN"],
    ],
    ["hold nothing when they were waived", { lines: ["#w##"], firstCtt: 0, ctt: 2 }, 3, []],
    ["hold nothing before truth time began", { lines: ["r###"], firstCtt: 1, ctt: 2 }, 3, []],
    ["hold nothing before a symbol began", { lines: ["####", "--##"], firstCtt: 0, ctt: 2 }, 3, []],
  ])("%s", (_, setup, ctt, rules) => {
    expect(decide(setup)).toMatchObject({ ctt, rules });
  });
});

describe("after the first load", () => {
  test.each<[string, Setup, number, string[]]>([
    ["moves to RDT when all is accepted", { lines: ["####", "####"], ctt: 0 }, 3, []],
    ["stays when it is current", { lines: ["####"], ctt: 3 }, 3, []],
    ["passes a waived session", { lines: ["##w#"], ctt: 0 }, 3, []],
    ["stops before a gap", { lines: ["##.#"], ctt: 0 }, 1, ["SESSION_MISSING"]],
    ["stops before a rejected row", { lines: ["##x#", "####"], ctt: 0 }, 1, ["ROW_REJECTED"]],
    ["stops before a parked row", { lines: ["##p#"], ctt: 0 }, 1, ["REVIEW_OPEN"]],
    [
      "stops before what one symbol does not have yet",
      { lines: ["####", "###-"], ctt: 0 },
      2,
      ["NOT_RECEIVED"],
    ],
    [
      "names every symbol that holds it",
      { lines: ["#p##", "#.##", "#x##"], ctt: 0 },
      0,
      ["REVIEW_OPEN", "SESSION_MISSING", "ROW_REJECTED"],
    ],
    ["does not look back behind CTT", { lines: [".x.###"], ctt: 3 }, 5, []],
  ])("CTT %s", (_, setup, ctt, rules) => {
    expect(decide(setup)).toMatchObject({ ctt, rules });
  });
});

describe("on a first load", () => {
  test.each<[string, Setup, number]>([
    ["takes the newest session", { lines: ["####", "####"] }, 3],
    ["does not mind a short history", { lines: ["...##", "#####"] }, 4],
    ["does not mind that a symbol begins later than another", { lines: ["#####", "...##"] }, 4],
    [
      "ignores what is broken before the stretch that must be whole",
      { lines: ["#.x#####"], firstLoad: 5 },
      7,
    ],
    ["stops before what is broken inside it", { lines: ["##.#####"], firstLoad: 6 }, 1],
    ["counts the stretch from the session itself", { lines: ["##.###"], firstLoad: 3 }, 5],
    ["passes waived sessions inside it", { lines: ["##w###"] }, 5],
    ["asks every required symbol", { lines: ["######", "##x###"] }, 1],
    ["has none when nothing is whole", { lines: ["######", "------"] }, -1],
  ])("CTT %s", (_, setup, ctt) => {
    expect(decide(setup).ctt).toBe(ctt);
  });

  test("explains the broken session, not the newest", () => {
    const decided = decideCtt(factsOf({ lines: ["#.####"] }));
    expect(decided.ctt).toBe(0);
    expect(decided.verdict.reasons.map((one) => one.facts["session"])).toEqual(["session 1"]);
  });

  test.each<[string, Setup]>([
    ["nothing was received", { lines: ["", ""], rdt: -1 }],
    ["nothing was ever accepted", { lines: ["xx", "--"] }],
    ["everything was waived and nothing accepted", { lines: ["ww", "ww"] }],
    ["the only day of a symbol without rows is waived", { lines: ["####", "---w"] }],
    ["no symbol is required at all", { lines: [], rdt: 3 }],
  ])("there is no time and a reason when %s", (_, setup) => {
    const decided = decide(setup);
    expect(decided.ctt).toBe(-1);
    expect(decided.outcome).toBe("reject");
    expect(decided.rules).not.toEqual([]);
  });
});

describe("the universe", () => {
  const lines = ["#####"];

  test.each<[number, number, number]>([
    // expected, failed, CTT from 0
    [1, 1, 4],
    [5, 1, 4],
    [5, 2, 1],
    [20, 2, 4],
    [20, 3, 1],
    [29, 2, 4],
    [30, 3, 4],
    [500, 50, 4],
    [500, 51, 1],
  ])("of %d symbols with %d failed lets CTT reach %d", (expected, failed, ctt) => {
    expect(decide({ lines, ctt: 0, expected, failed: [0, 0, failed] }).ctt).toBe(ctt);
  });

  test.each([
    [0.29, 100, 29],
    [0.07, 100, 7],
    [0.57, 100, 57],
    [0, 100, 1],
    [1, 7, 7],
  ])("may lack a share of %d of %d symbols, which is %d of them", (share, expected, limit) => {
    const at = (failed: number) =>
      decide({ lines, ctt: 0, expected, share, failed: [0, failed] }).ctt;
    expect([at(limit), at(limit + 1)]).toEqual([4, 0]);
  });

  test("that fails by more than reviews explain is refused", () => {
    const setup = { lines, ctt: 0, expected: 20, failed: [0, 5], parked: [0, 2] };
    expect(decide(setup)).toMatchObject({ outcome: "reject", rules: ["UNIVERSE_COVERAGE"] });
  });

  test("that would be covered once reviews are answered waits for them", () => {
    const setup = { lines, ctt: 0, expected: 20, failed: [0, 5], parked: [0, 3] };
    expect(decide(setup)).toMatchObject({
      outcome: "hold",
      onlyReviewsHold: true,
      rules: ["UNIVERSE_REVIEWS_OPEN"],
    });
  });
});

describe("only reviews hold", () => {
  test.each<[string, Setup, boolean]>([
    ["when the required row is parked", { lines: ["#p", "##"], ctt: 0 }, true],
    ["not when another is missing too", { lines: ["#p", "#."], ctt: 0 }, false],
    [
      "not when the universe fails too",
      { lines: ["#p"], ctt: 0, expected: 10, failed: [0, 5] },
      false,
    ],
    ["not when nothing holds", { lines: ["##"], ctt: 0 }, false],
  ])("%s", (_, setup, expected) => {
    expect(decide(setup).onlyReviewsHold).toBe(expected);
  });
});

const LENGTH = 9;
const line = fc.string({
  unit: fc.constantFrom(..."########wpx.-"),
  minLength: LENGTH,
  maxLength: LENGTH,
});
const counts = fc.array(fc.constantFrom(0, 0, 0, 0, 1, 2, 3), {
  minLength: LENGTH,
  maxLength: LENGTH,
});
const setups: fc.Arbitrary<Setup> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  ctt: fc.integer({ min: -1, max: LENGTH - 1 }),
  firstCtt: fc.integer({ min: 0, max: LENGTH - 1 }),
  rdt: fc.constant(LENGTH - 1),
  firstLoad: fc.integer({ min: 1, max: LENGTH + 1 }),
  failed: counts,
  expected: fc.constantFrom(1, 5, 10, 20),
});

/** Decision 3 read sentence by sentence, looking at every session anew. */
function plainCtt(setup: Setup): number {
  const { lines, firstLoad = 780, failed = [], expected = 0 } = setup;
  const sessions = Array.from({ length: LENGTH }, (_, session) => session);
  const stands = (one: Line, session: number) => one[session] === "#" || one[session] === "w";
  const isCovered = (session: number) =>
    (failed[session] ?? 0) <= Math.max(1, Math.floor(expected / 10));
  const passes = (session: number) =>
    lines.every((one) => stands(one, session)) && isCovered(session);
  const ctt = setup.ctt ?? -1;
  if (ctt >= 0) {
    const firstCtt = Math.min(setup.firstCtt ?? Infinity, ctt);
    const rests = (one: Line, session: number) =>
      session === ctt ||
      (session < ctt && session >= firstCtt && one.includes("#") && session >= one.indexOf("#"));
    const isLost = (session: number) =>
      lines.some((one) => rests(one, session) && !stands(one, session));
    if (sessions.some(isLost)) return ctt;
    const failing = sessions.find((session) => session > ctt && !passes(session));
    return (failing ?? LENGTH) - 1;
  }
  const isWhole = (one: Line, until: number) =>
    sessions.every((session) => {
      const isAsked =
        session <= until && session > until - firstLoad && session >= one.indexOf("#");
      return !isAsked || stands(one, session);
    });
  const hasBegun = (until: number) => lines.some((one) => one.slice(0, until + 1).includes("#"));
  return (
    sessions.findLast(
      (until) => passes(until) && hasBegun(until) && lines.every((one) => isWhole(one, until)),
    ) ?? -1
  );
}

describe("any market", () => {
  test("gets the time that decision 3 says, and a reason whenever it is not at RDT or has lost one", () => {
    fc.assert(
      fc.property(setups, (setup) => {
        const decided = decide(setup);
        expect(decided.ctt).toBe(plainCtt(setup));
        const isAtRdt = decided.ctt === LENGTH - 1;
        // At RDT only what truth time has passed, and lost since, is a reason.
        const isLost = decided.rules.length > 0 && decided.ctt === setup.ctt;
        expect(decided.rules.length > 0).toBe(!isAtRdt || isLost);
        expect(decided.outcome === "pass").toBe(decided.rules.length === 0);
      }),
      run,
    );
  });

  test("never moves back and never past RDT", () => {
    fc.assert(
      fc.property(setups, (setup) => {
        const { ctt } = decide(setup);
        expect(ctt).toBeGreaterThanOrEqual(setup.ctt ?? -1);
        expect(ctt).toBeLessThan(LENGTH);
      }),
      run,
    );
  });

  /**
   * Losing a symbol's very first row is left out: history then begins later, and what was broken
   * between counts no more, as decision 3 wants it.
   */
  test("never gets further by another defect", () => {
    const defect = fc.record({
      symbol: fc.nat({ max: 2 }),
      session: fc.nat({ max: LENGTH - 1 }),
      letter: fc.constantFrom("p", "x", ".", "-"),
    });
    fc.assert(
      fc.property(setups, defect, ({ ...setup }, { symbol, session, letter }) => {
        const before = setup.lines[symbol] ?? "";
        fc.pre(before !== "" && before.indexOf("#") !== session);
        const worse = before.slice(0, session) + letter + before.slice(session + 1);
        const lines = setup.lines.with(symbol, worse);
        expect(decide({ ...setup, lines }).ctt).toBeLessThanOrEqual(decide(setup).ctt);
      }),
      run,
    );
  });

  test("never gets further by another failed symbol of the universe", () => {
    fc.assert(
      fc.property(setups, fc.nat({ max: LENGTH - 1 }), (setup, session) => {
        const failed = (setup.failed ?? []).with(session, (setup.failed?.[session] ?? 0) + 1);
        expect(decide({ ...setup, failed }).ctt).toBeLessThanOrEqual(decide(setup).ctt);
      }),
      run,
    );
  });
});
