/** The published NSE calendar against the recorded one: every holiday, special session and window agrees. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { must } from "#core/assert.ts";
import { buildCalendar, isSession, wallHoursOf } from "#core/calendar.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { NSE_FACTS } from "#markets/india/nse-facts.ts";

const time = z.string().nullable();
const recordedSchema = z.object({
  coverage: z.object({ from: z.string(), announced_to: z.string() }),
  regular_session: z.array(z.object({ from: z.string(), open: z.string(), close: z.string() })),
  holidays: z.array(z.object({ date: z.string() })),
  special_open_sessions: z.array(z.object({ date: z.string(), open: time, close: time })),
});

const folder = must(process.env["MERIDIAN_ACCEPT_DATA"], "npm run accept names the folder");
const recorded = recordedSchema.parse(
  JSON.parse(readFileSync(join(folder, "calendars", "nse.json"), "utf8")),
);
const calendar = buildCalendar(NSE_FACTS);
const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

it("covers the recorded range and closes on exactly its holidays", () => {
  const { from, announced_to } = recorded.coverage;
  expect([NSE_FACTS.from, NSE_FACTS.to]).toEqual([from, announced_to]);
  const holidays = recorded.holidays.map(({ date }) => date);
  expect([...NSE_FACTS.closed.keys()]).toEqual(holidays.toSorted());
});

it("holds every special session at its recorded hours", () => {
  expect(recorded.special_open_sessions.length).toBeGreaterThan(0);
  for (const { date, open, close } of recorded.special_open_sessions) {
    const day = dayNumberOf(sessionDate(date));
    expect(isSession(calendar, day), date).toBe(true);
    const { openMinute, closeMinute, known } = wallHoursOf(calendar, day);
    if (open === null || close === null) expect(known, date).not.toBe("announced");
    else expect([openMinute, closeMinute], date).toEqual([minuteOf(open), minuteOf(close)]);
  }
});

it("opens regular sessions when the recorded rules say", () => {
  for (const session of calendar.sessions) {
    const date = dateOfDayNumber(session);
    if (NSE_FACTS.special.has(date)) continue;
    const rule = must(
      recorded.regular_session.findLast((one) => one.from <= date),
      `a rule holds on ${date}`,
    );
    const { openMinute, closeMinute } = wallHoursOf(calendar, session);
    expect([openMinute, closeMinute], date).toEqual([minuteOf(rule.open), minuteOf(rule.close)]);
  }
});
