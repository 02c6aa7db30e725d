/** Whether a stream may begin, by the calendar alone. */
import { describe, expect, test } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { indiaCalendar } from "../india-calendar.ts";
import { decideFeedSession, decideStart, windowOf } from "./decide-start.ts";

const calendar = indiaCalendar([]);
const at = (iso: string): EpochMs => Temporal.Instant.from(iso).epochMilliseconds as EpochMs;
const dayOf = (date: string): number => dayNumberOf(sessionDate(date));
const ist = (instantMs: number): string =>
  Temporal.Instant.fromEpochMilliseconds(instantMs)
    .toZonedDateTimeISO("Asia/Kolkata")
    .toPlainTime()
    .toString();

describe("the window of a session", () => {
  test("reaches from 09:00 to 15:45 on an ordinary day", () => {
    const { connectsAt, opensAt, closesAt, endsAt } = windowOf(calendar, dayOf("2026-05-19"));
    expect([connectsAt, opensAt, closesAt, endsAt].map(ist)).toEqual([
      "09:00:00",
      "09:15:00",
      "15:30:00",
      "15:45:00",
    ]);
  });

  test("follows the hours of a Muhurat session and of the day that was extended", () => {
    const muhurat = windowOf(calendar, dayOf("2023-11-12"));
    expect([muhurat.connectsAt, muhurat.endsAt].map(ist)).toEqual(["18:00:00", "19:30:00"]);
    expect(ist(windowOf(calendar, dayOf("2021-02-24")).endsAt)).toBe("17:15:00");
  });

  test("leaves the closing auction time to print", () => {
    const { auction, endsAt } = windowOf(calendar, dayOf("2026-08-03"));
    expect(auction).not.toBeNull();
    expect(ist(endsAt)).toBe("15:45:00");
  });
});

describe("by the machine's clock", () => {
  const kindAt = (iso: string): string => decideStart(calendar, at(iso)).kind;

  test("waits before 09:00, goes from there, and is over from 15:45", () => {
    expect(kindAt("2026-05-19T02:00:00Z")).toBe("wait");
    expect(kindAt("2026-05-19T03:29:59Z")).toBe("wait");
    expect(kindAt("2026-05-19T03:30:00Z")).toBe("go");
    expect(kindAt("2026-05-19T10:14:59Z")).toBe("go");
    expect(kindAt("2026-05-19T10:15:00Z")).toBe("over");
  });

  test("does not wait half a night", () => {
    expect(decideStart(calendar, at("2026-05-18T19:00:00Z"))).toMatchObject({
      kind: "none",
      says: expect.stringContaining("begins in more than 8 hours"),
    });
  });

  test("says on a day without a session when the next one is", () => {
    expect(decideStart(calendar, at("2026-05-16T05:00:00Z"))).toEqual({
      kind: "none",
      says: "2026-05-16 is no session of NSE; the next one is 2026-05-18",
    });
    expect(kindAt("2026-11-24T05:00:00Z")).toBe("none");
  });

  test("refuses a session whose hours nobody announced, and days outside the calendar", () => {
    expect(decideStart(calendar, at("2026-11-08T05:00:00Z"))).toMatchObject({
      kind: "none",
      says: expect.stringContaining("not its hours"),
    });
    expect(() => decideStart(calendar, at("2031-01-01T05:00:00Z"))).toThrow("outside what the NSE");
  });
});

test("a feed is of the session of its packets, or of none", () => {
  expect(decideFeedSession(calendar, dayOf("2023-11-12")).kind).toBe("go");
  expect(decideFeedSession(calendar, dayOf("2023-11-11"))).toMatchObject({
    kind: "none",
    says: expect.stringContaining("2023-11-11"),
  });
});
