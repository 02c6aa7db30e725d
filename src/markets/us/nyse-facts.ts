/**
 * The days on which the New York Stock Exchange was or will be closed, or closes early, as announced
 * for 2000 to 2027. These are facts, one line a year; what a session is, and the questions one may
 * ask, are the business of `core/calendar.ts`. A correction is a new version (`calendar import`).
 */
import type { CalendarFacts, SpecialSession } from "#core/calendar.ts";
import { must } from "#core/assert.ts";
import { type SessionDate, sessionDate } from "#core/session-date.ts";

/** 09:30, the opening of every session. */
const OPEN_MINUTE = 570;
/** 16:00. */
const CLOSE_MINUTE = 960;
/** 13:00, the close of every early-closing session since 2000. */
const EARLY_CLOSE_MINUTE = 780;

/** The columns of `YEARS` before the bar. A name with a day is said to be observed on any other. */
const HOLIDAYS = [
  { name: "New Year's Day", ownDay: "01-01" },
  { name: "Martin Luther King Jr. Day" },
  { name: "Washington's Birthday" },
  { name: "Good Friday" },
  { name: "Memorial Day" },
  { name: "Juneteenth", ownDay: "06-19" },
  { name: "Independence Day", ownDay: "07-04" },
  { name: "Labor Day" },
  { name: "Thanksgiving Day" },
  { name: "Christmas Day", ownDay: "12-25" },
] as const satisfies readonly HolidayColumn[];

/** The columns of `YEARS` after the bar. */
const EARLY_CLOSES = [
  "Day before Independence Day",
  "Day after Thanksgiving",
  "Christmas Eve",
] as const;

/**
 * Month and day per year; dashes where the year has none. A New Year's Day on a Saturday is not
 * observed (2000, 2005, 2011, 2022), and the exchange keeps Juneteenth since 2022.
 */
const YEARS = `
2000 ----- 01-17 02-21 04-21 05-29 ----- 07-04 09-04 11-23 12-25 | 07-03 11-24 -----
2001 01-01 01-15 02-19 04-13 05-28 ----- 07-04 09-03 11-22 12-25 | 07-03 11-23 12-24
2002 01-01 01-21 02-18 03-29 05-27 ----- 07-04 09-02 11-28 12-25 | ----- 11-29 12-24
2003 01-01 01-20 02-17 04-18 05-26 ----- 07-04 09-01 11-27 12-25 | 07-03 11-28 12-24
2004 01-01 01-19 02-16 04-09 05-31 ----- 07-05 09-06 11-25 12-24 | ----- 11-26 -----
2005 ----- 01-17 02-21 03-25 05-30 ----- 07-04 09-05 11-24 12-26 | ----- 11-25 -----
2006 01-02 01-16 02-20 04-14 05-29 ----- 07-04 09-04 11-23 12-25 | 07-03 11-24 -----
2007 01-01 01-15 02-19 04-06 05-28 ----- 07-04 09-03 11-22 12-25 | 07-03 11-23 12-24
2008 01-01 01-21 02-18 03-21 05-26 ----- 07-04 09-01 11-27 12-25 | 07-03 11-28 12-24
2009 01-01 01-19 02-16 04-10 05-25 ----- 07-03 09-07 11-26 12-25 | ----- 11-27 12-24
2010 01-01 01-18 02-15 04-02 05-31 ----- 07-05 09-06 11-25 12-24 | ----- 11-26 -----
2011 ----- 01-17 02-21 04-22 05-30 ----- 07-04 09-05 11-24 12-26 | ----- 11-25 -----
2012 01-02 01-16 02-20 04-06 05-28 ----- 07-04 09-03 11-22 12-25 | 07-03 11-23 12-24
2013 01-01 01-21 02-18 03-29 05-27 ----- 07-04 09-02 11-28 12-25 | 07-03 11-29 12-24
2014 01-01 01-20 02-17 04-18 05-26 ----- 07-04 09-01 11-27 12-25 | 07-03 11-28 12-24
2015 01-01 01-19 02-16 04-03 05-25 ----- 07-03 09-07 11-26 12-25 | ----- 11-27 12-24
2016 01-01 01-18 02-15 03-25 05-30 ----- 07-04 09-05 11-24 12-26 | ----- 11-25 -----
2017 01-02 01-16 02-20 04-14 05-29 ----- 07-04 09-04 11-23 12-25 | 07-03 11-24 -----
2018 01-01 01-15 02-19 03-30 05-28 ----- 07-04 09-03 11-22 12-25 | 07-03 11-23 12-24
2019 01-01 01-21 02-18 04-19 05-27 ----- 07-04 09-02 11-28 12-25 | 07-03 11-29 12-24
2020 01-01 01-20 02-17 04-10 05-25 ----- 07-03 09-07 11-26 12-25 | ----- 11-27 12-24
2021 01-01 01-18 02-15 04-02 05-31 ----- 07-05 09-06 11-25 12-24 | ----- 11-26 -----
2022 ----- 01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26 | ----- 11-25 -----
2023 01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25 | 07-03 11-24 -----
2024 01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25 | 07-03 11-29 12-24
2025 01-01 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25 | 07-03 11-28 12-24
2026 01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25 | ----- 11-27 12-24
2027 01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24 | ----- 11-26 -----
`;

/** Closures that follow no rule. */
const UNPLANNED_CLOSURES: readonly (readonly [date: string, name: string])[] = [
  ["2001-09-11", "September 11 attacks"],
  ["2001-09-12", "September 11 attacks"],
  ["2001-09-13", "September 11 attacks"],
  ["2001-09-14", "September 11 attacks"],
  ["2004-06-11", "National day of mourning, R. Reagan"],
  ["2007-01-02", "National day of mourning, G. Ford"],
  ["2012-10-29", "Hurricane Sandy"],
  ["2012-10-30", "Hurricane Sandy"],
  ["2018-12-05", "National day of mourning, G.H.W. Bush"],
  ["2025-01-09", "National day of mourning, J. Carter"],
];

/** Early closes that follow no rule. */
const UNPLANNED_EARLY_CLOSES: readonly (readonly [date: string, name: string])[] = [
  ["2002-07-05", "Day after Independence Day"],
  ["2003-12-26", "Day after Christmas"],
];

/** The NYSE calendar: weekdays 09:30 to 16:00 New York time, but for what is listed above. */
export const NYSE_FACTS: CalendarFacts = {
  id: "NYSE",
  version: "nyse-2027.1",
  timeZone: "America/New_York",
  from: sessionDate("2000-01-01"),
  to: sessionDate("2027-12-31"),
  openMinute: OPEN_MINUTE,
  closeMinute: CLOSE_MINUTE,
  closed: readClosures(),
  special: readEarlyCloses(),
};

type HolidayColumn = { readonly name: string; readonly ownDay?: string | undefined };

function readClosures(): ReadonlyMap<SessionDate, string> {
  const closed = new Map<SessionDate, string>();
  for (const { year, holidays } of readYears()) {
    for (const [index, column] of (HOLIDAYS as readonly HolidayColumn[]).entries()) {
      const day = must(holidays[index], `the line of ${year} has a cell for ${column.name}`);
      if (isBlank(day)) continue;
      const isObserved = column.ownDay !== undefined && column.ownDay !== day;
      closed.set(sessionDate(`${year}-${day}`), `${column.name}${isObserved ? " (observed)" : ""}`);
    }
  }
  for (const [date, name] of UNPLANNED_CLOSURES) closed.set(sessionDate(date), name);
  return closed;
}

function readEarlyCloses(): ReadonlyMap<SessionDate, SpecialSession> {
  const names = new Map<SessionDate, string>();
  for (const { year, earlyCloses } of readYears()) {
    for (const [index, name] of EARLY_CLOSES.entries()) {
      const day = must(earlyCloses[index], `the line of ${year} has a cell for ${name}`);
      if (!isBlank(day)) names.set(sessionDate(`${year}-${day}`), name);
    }
  }
  for (const [date, name] of UNPLANNED_EARLY_CLOSES) names.set(sessionDate(date), name);
  return new Map(
    [...names].map(([date, name]) => [
      date,
      { openMinute: OPEN_MINUTE, closeMinute: EARLY_CLOSE_MINUTE, name },
    ]),
  );
}

function readYears() {
  return YEARS.trim()
    .split("\n")
    .map((line) => {
      const [before = "", after = ""] = line.split(" | ");
      const [year = "", ...holidays] = before.split(" ");
      return { year, holidays, earlyCloses: after.split(" ") };
    });
}

function isBlank(cell: string): boolean {
  return cell === "-----";
}
