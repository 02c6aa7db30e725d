/** The fixed clock stands still but for what is slept; instants are written and read as UTC. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import type { EpochMs } from "#core/clock.ts";
import { fixedClock, instantOfIso, isoOfInstant, systemClock } from "./system-clock.ts";

describe("a fixed clock", () => {
  test("moves by what is slept, at once, and never back", async () => {
    const clock = fixedClock(instantOfIso("2026-05-18T21:00:00Z"));
    await clock.sleepMs(1500);
    await clock.sleepMs(-10);
    expect(isoOfInstant(clock.wallMs())).toBe("2026-05-18T21:00:01.500Z");
    expect(clock.monotonicMs()).toBe(1500);
  });

  test("shows whole milliseconds, whatever was slept", async () => {
    const clock = fixedClock(0 as EpochMs);
    await clock.sleepMs(0.4);
    await clock.sleepMs(0.4);
    expect(clock.wallMs()).toBe(1);
  });
});

describe("the machine's clock", () => {
  test("counts on while it sleeps, for no less than was asked", async () => {
    const clock = systemClock();
    const [wall, monotonic] = [clock.wallMs(), clock.monotonicMs()];
    await clock.sleepMs(15);
    // A timer of Node may end within the same millisecond that it was due in.
    expect(clock.monotonicMs() - monotonic).toBeGreaterThanOrEqual(14);
    expect(clock.wallMs()).toBeGreaterThanOrEqual(wall);
  });
});

describe("an instant as text", () => {
  test("comes back unchanged, always with milliseconds and Z", () => {
    const instants = fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) });
    fc.assert(
      fc.property(instants, (instant) => {
        const text = isoOfInstant(instant as EpochMs);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(instantOfIso(text)).toBe(instant);
      }),
      { numRuns: testCount(200, 5000), seed: testSeed() },
    );
  });

  test("needs a zone", () => {
    expect(() => instantOfIso("2026-05-18T21:00:00")).toThrow(RangeError);
    expect(instantOfIso("2026-05-18T17:00:00-04:00")).toBe(Date.UTC(2026, 4, 18, 21));
  });
});
