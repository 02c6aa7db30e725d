/** The simulated time: it stands, runs or follows, and can be moved either way. */
import { describe, expect, test } from "vitest";
import type { Clock, EpochMs } from "#core/clock.ts";
import {
  followingClock,
  instantOfText,
  isoText,
  runningClock,
  standingClock,
} from "./simulator-clock.ts";

const START = instantOfText("2024-06-12T22:00:00Z");

describe("the simulator's clock", () => {
  test("stands until it is moved, forward or back", () => {
    const clock = standingClock(START);
    expect(clock.simulatedNow()).toBe(START);
    clock.advance(1500);
    expect(isoText(clock.simulatedNow())).toBe("2024-06-12T22:00:01.500Z");
    clock.moveTo(instantOfText("2020-01-02T00:00:00+01:00"));
    expect(isoText(clock.simulatedNow())).toBe("2020-01-01T23:00:00.000Z");
  });

  test("runs at its pace from where it was put", async () => {
    const clock = runningClock(START, 1000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const ranMs = clock.simulatedNow() - START;
    expect(ranMs).toBeGreaterThan(10_000);
    clock.moveTo(START);
    expect(clock.simulatedNow() - START).toBeLessThan(ranMs);
  });

  test("follows another clock, so that a client's waiting moves the vendor's time", () => {
    let wall = START;
    const leader: Clock = {
      wallMs: () => wall,
      monotonicMs: () => 0,
      sleepMs: () => Promise.resolve(),
    };
    const clock = followingClock(leader);
    wall = (wall + 1250) as EpochMs;
    expect(clock.simulatedNow()).toBe(wall);
    clock.advance(1000);
    expect(clock.simulatedNow() - wall).toBe(1000);
  });
});
