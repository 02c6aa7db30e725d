/** The three times and the first state that holds (decision 1). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import {
  TEMPORAL_STATES,
  type TemporalTimes,
  decideTemporalState,
  isOrdered,
} from "./temporal-state.ts";

const DATES = ["2026-05-11", "2026-05-12", "2026-05-13", "2026-05-14", "2026-05-15"];
const between = (from: string, to: string) => DATES.indexOf(to) - DATES.indexOf(from);
const calm = { corrupt: false, halted: false };

/** Times as places in `DATES`; -1 for one that has not begun. */
const times = (rdt: number, ctt: number, te: number): TemporalTimes => ({
  rdt: DATES[rdt] ?? null,
  ctt: DATES[ctt] ?? null,
  te: DATES[te] ?? null,
});
const stateOf = (of: TemporalTimes, facts = calm) => decideTemporalState(of, facts, between);

describe("the state of a market", () => {
  test.each<[string, TemporalTimes, string]>([
    ["nothing has begun", times(-1, -1, -1), "PENDING_INGESTION"],
    ["data came and gate 1 has not passed", times(2, -1, -1), "PENDING_INGESTION"],
    ["gate 1 passed and nobody advanced", times(2, 2, -1), "PENDING_EVALUATION"],
    ["nobody advanced, and newer data waits too", times(4, 2, -1), "PENDING_EVALUATION"],
    ["all three are one", times(3, 3, 3), "SYNCHRONIZED"],
    ["newer data waits", times(4, 3, 3), "PENDING_INGESTION"],
    ["one session waits for evaluation", times(3, 3, 2), "PENDING_EVALUATION"],
    ["two sessions wait for evaluation", times(3, 3, 1), "PENDING_EVALUATION"],
    ["three sessions wait for evaluation", times(3, 3, 0), "DRIFT"],
    ["CTT is ahead of RDT", times(1, 2, 1), "CORRUPT"],
    ["TE is ahead of CTT", times(3, 1, 2), "CORRUPT"],
    ["TE has begun and CTT has not", times(3, -1, 2), "CORRUPT"],
    ["CTT has begun and RDT has not", times(-1, 1, -1), "CORRUPT"],
  ])("when %s is as decided", (_, of, state) => {
    expect(stateOf(of)).toBe(state);
  });

  test("is HALTED whatever waits, and CORRUPT whatever halts", () => {
    expect(stateOf(times(4, 4, 0), { corrupt: false, halted: true })).toBe("HALTED");
    expect(stateOf(times(4, 4, 4), { corrupt: true, halted: true })).toBe("CORRUPT");
    expect(stateOf(times(1, 2, 1), { corrupt: false, halted: true })).toBe("CORRUPT");
  });
});

describe("any three times", () => {
  const place = fc.integer({ min: -1, max: DATES.length - 1 });
  const run = { numRuns: testCount(500, 5000), seed: testSeed() };

  test("are ordered exactly when TE <= CTT <= RDT, and corrupt otherwise", () => {
    fc.assert(
      fc.property(place, place, place, (rdt, ctt, te) => {
        const ordered = te <= ctt && ctt <= rdt;
        expect(isOrdered(times(rdt, ctt, te))).toBe(ordered);
        expect(stateOf(times(rdt, ctt, te)) === "CORRUPT").toBe(!ordered);
      }),
      run,
    );
  });

  test("are in one of the named states, and synchronized only when all are the same", () => {
    fc.assert(
      fc.property(place, place, place, (rdt, ctt, te) => {
        const state = stateOf(times(rdt, ctt, te));
        expect(TEMPORAL_STATES).toContain(state);
        expect(state === "SYNCHRONIZED").toBe(rdt === ctt && ctt === te && te >= 0);
      }),
      run,
    );
  });
});
