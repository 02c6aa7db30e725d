/** Minutes in Indian Standard Time, held against the platform's own calendar. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { formatIstMinute, formatIstTime, parseIstMinute } from "./ist-minute.ts";

const run = { numRuns: testCount(500, 20_000), seed: testSeed() };
const minute = fc.integer({ min: 20_000_000, max: 40_000_000 });

describe("a minute in IST", () => {
  test("is what the platform's calendar says", () => {
    fc.assert(
      fc.property(minute, (epochMinute) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(
          epochMinute * 60_000,
        ).toZonedDateTimeISO("Asia/Kolkata");
        const text = zoned.toPlainDateTime().toString({ smallestUnit: "minute" });
        expect(formatIstMinute(epochMinute)).toBe(`${text}+05:30`);
      }),
      run,
    );
  });

  test("comes back from what was written", () => {
    fc.assert(
      fc.property(minute, (epochMinute) => {
        expect(parseIstMinute(formatIstMinute(epochMinute))).toBe(epochMinute);
      }),
      run,
    );
  });

  test("is written with seconds and milliseconds where they matter", () => {
    const opening = parseIstMinute("2026-08-04T09:15+05:30");
    expect(formatIstTime(opening * 60_000 + 5250)).toBe("09:15:05.250");
  });

  test("is read back in no other form", () => {
    expect(() => parseIstMinute("2026-08-04 09:15")).toThrow("is not a minute in IST");
  });
});
