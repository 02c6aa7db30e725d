/**
 * The days on which the National Stock Exchange of India (equity cash) was or will be closed, or trades
 * at special hours, as observed and announced for 2010 to 2026. These are facts; the questions one may ask
 * of them are the business of `core/calendar.ts`. A correction is a new version (`calendar import`).
 */
import type { CalendarFacts, HoursKnown, MinuteSpan, SpecialSession } from "#core/calendar.ts";
import { must } from "#core/assert.ts";
import { type SessionDate, sessionDate } from "#core/session-date.ts";

/** 09:15, the opening since 2010-10-18. */
const OPEN_MINUTE = 555;
/** 15:30. */
const CLOSE_MINUTE = 930;
/** 09:00, the opening until the pre-open session came. */
const FORMER_OPEN_MINUTE = 540;
const FORMER_HOURS_TO = "2010-10-15";
/** Stocks with derivatives stop at 15:15; the auction that sets their close ends at 15:35. */
const CLOSING_AUCTION = { from: sessionDate("2026-08-03"), openMinute: 915, closeMinute: 935 };
const END_OF_DAY_MINUTE = 1440;

/** Holidays that fell on weekdays: month, day and, where it is on record, the name. */
const HOLIDAYS = `
2010: 01-01; 01-26; 02-12; 03-01; 03-24; 04-02; 04-14; 09-10; 11-17; 12-17
2011: 01-26; 03-02; 04-12; 04-14; 04-22; 08-15; 08-31; 09-01; 10-06; 10-27; 11-07; 11-10; 12-06
2012: 01-26; 02-20; 03-08; 04-05; 04-06; 05-01; 08-15; 08-20; 09-19; 10-02; 10-24; 11-14; 11-28; 12-25
2013: 03-27; 03-29; 04-19; 04-24; 05-01; 08-09; 08-15; 09-09; 10-02; 10-16; 11-04; 12-25
2013: 11-15 Moharram (moved from 2013-11-14)
2014: 02-27; 03-17; 04-08; 04-14; 04-18; 04-24; 05-01; 07-29; 08-15; 08-29; 10-02; 10-03; 10-06; 10-15
2014: 10-24; 11-04; 11-06; 12-25
2015: 01-26; 02-17; 03-06; 04-02; 04-03; 04-14; 05-01; 09-17; 09-25; 10-02; 10-22; 11-12; 11-25; 12-25
2016: 01-26; 03-07; 03-24; 03-25; 04-14; 04-15; 04-19; 07-06; 08-15; 09-05; 09-13; 10-11; 10-12; 10-31
2016: 11-14
2017: 01-26; 02-24; 03-13; 04-04; 04-14; 05-01; 06-26; 08-15; 08-25; 10-02; 10-20; 12-25
2018: 01-26; 02-13; 03-02; 03-29; 03-30; 05-01; 08-15; 08-22; 09-13; 09-20; 10-02; 10-18; 11-08; 11-23
2018: 12-25
2019: 03-04; 03-21; 04-17; 04-19; 04-29; 05-01; 06-05; 08-12; 08-15; 09-02; 09-10; 10-02; 10-08; 10-21
2019: 10-28; 11-12; 12-25
2020: 02-21; 03-10; 04-02; 04-06; 04-10; 04-14; 05-01; 05-25; 10-02; 11-16; 11-30; 12-25
2021: 01-26 Republic Day; 03-11 Mahashivratri; 03-29 Holi; 04-02 Good Friday; 04-14 Ambedkar Jayanti
2021: 04-21 Ram Navami; 05-13 Id-ul-Fitr; 07-21 Bakri Id; 08-19 Moharram; 09-10 Ganesh Chaturthi
2021: 10-15 Dussehra; 11-05 Diwali-Balipratipada; 11-19 Guru Nanak Jayanti
2022: 01-26 Republic Day; 03-01 Mahashivratri; 03-18 Holi; 04-14 Ambedkar Jayanti; 04-15 Good Friday
2022: 05-03 Id-ul-Fitr; 08-09 Moharram; 08-15 Independence Day; 08-31 Ganesh Chaturthi
2022: 10-05 Dussehra; 10-26 Diwali-Balipratipada; 11-08 Guru Nanak Jayanti
2023: 01-26 Republic Day; 03-07 Holi; 03-30 Ram Navami; 04-04 Mahavir Jayanti; 04-07 Good Friday
2023: 04-14 Ambedkar Jayanti; 05-01 Maharashtra Day; 06-29 Bakri Id; 08-15 Independence Day
2023: 09-19 Ganesh Chaturthi; 10-02 Gandhi Jayanti; 10-24 Dussehra; 11-14 Diwali-Balipratipada
2023: 11-27 Guru Nanak Jayanti; 12-25 Christmas
2024: 01-22 Special holiday (Ram Mandir consecration); 01-26 Republic Day; 03-08 Mahashivratri
2024: 03-25 Holi; 03-29 Good Friday; 04-11 Id-ul-Fitr; 04-17 Ram Navami; 05-01 Maharashtra Day
2024: 05-20 Parliamentary elections (Mumbai); 06-17 Bakri Id; 07-17 Moharram; 08-15 Independence Day
2024: 10-02 Gandhi Jayanti; 11-15 Guru Nanak Jayanti; 11-20 Maharashtra elections; 12-25 Christmas
2025: 02-26 Mahashivratri; 03-14 Holi; 03-31 Id-ul-Fitr; 04-10 Mahavir Jayanti; 04-14 Ambedkar Jayanti
2025: 04-18 Good Friday; 05-01 Maharashtra Day; 08-15 Independence Day; 08-27 Ganesh Chaturthi
2025: 10-02 Gandhi Jayanti and Dussehra; 10-22 Diwali-Balipratipada; 11-05 Guru Nanak Jayanti
2025: 12-25 Christmas
2026: 01-15 Municipal elections (Maharashtra); 01-26 Republic Day; 03-03 Holi; 03-26 Ram Navami
2026: 03-31 Mahavir Jayanti; 04-03 Good Friday; 04-14 Ambedkar Jayanti; 05-01 Maharashtra Day
2026: 05-28 Bakri Id; 06-26 Moharram; 09-14 Ganesh Chaturthi; 10-02 Gandhi Jayanti; 10-20 Dussehra
2026: 11-10 Diwali-Balipratipada; 11-24 Guru Nanak Jayanti; 12-25 Christmas
`;

/**
 * Sessions on days otherwise closed, or at other hours: windows of trading, and the name. Of those with
 * `regular` no hours are on record, so the regular ones are assumed; `later` are announced only when the
 * day is near. Hours of the Muhurat sessions to 2020, of 2024-11-01 and of 2025-10-21 were not checked
 * against prices.
 */
const SPECIAL_SESSIONS = `
2010-02-06 regular Special Saturday session
2010-11-05 18:15-19:15 Muhurat
2011-10-26 16:45-18:00 Muhurat
2012-01-07 regular Special Saturday session
2012-03-03 regular Special Saturday session
2012-04-28 regular Special Saturday session
2012-09-08 regular Special Saturday session
2012-11-13 15:45-17:00 Muhurat
2013-05-11 regular Special Saturday session
2013-11-03 18:15-19:30 Muhurat
2014-03-22 regular Special Saturday session
2014-10-23 18:30-19:30 Muhurat
2015-02-28 09:15-15:30 Union Budget Saturday
2015-11-11 17:45-18:45 Muhurat
2016-10-30 18:30-19:30 Muhurat
2017-10-19 18:30-19:30 Muhurat
2018-11-07 17:30-18:30 Muhurat
2019-10-27 18:15-19:15 Muhurat
2020-02-01 09:15-15:30 Union Budget Saturday
2020-11-14 18:15-19:15 Muhurat
2021-02-24 09:15-11:40,15:45-17:00 Outage of the exchange, session extended
2021-11-04 18:15-19:15 Muhurat
2022-10-24 18:15-19:15 Muhurat
2023-11-12 18:15-19:15 Muhurat
2024-01-20 09:15-15:30 Special Saturday session in place of 2024-01-22
2024-03-02 09:15-10:00,11:30-12:30 Special Saturday session from the disaster recovery site
2024-05-18 09:15-10:00,11:30-12:30 Special Saturday session from the disaster recovery site
2024-11-01 18:00-19:00 Muhurat
2025-02-01 09:15-15:30 Union Budget Saturday
2025-10-21 13:45-14:45 Muhurat
2026-02-01 09:15-15:30 Union Budget Sunday
2026-11-08 later Muhurat
`;

/** What a holiday without a name on record is called. */
const NAMELESS_HOLIDAY = "Exchange holiday";

/** The NSE calendar: weekdays 09:15 to 15:30 Indian time, but for what is listed above. */
export const NSE_FACTS: CalendarFacts = {
  id: "NSE",
  version: "nse-2026.1",
  timeZone: "Asia/Kolkata",
  from: sessionDate("2010-01-01"),
  to: sessionDate("2026-12-31"),
  openMinute: OPEN_MINUTE,
  closeMinute: CLOSE_MINUTE,
  closed: readHolidays(),
  special: readSpecialSessions(),
  formerHours: [
    {
      to: sessionDate(FORMER_HOURS_TO),
      openMinute: FORMER_OPEN_MINUTE,
      closeMinute: CLOSE_MINUTE,
    },
  ],
  closingAuction: CLOSING_AUCTION,
};

function readHolidays(): ReadonlyMap<SessionDate, string> {
  const days = linesOf(HOLIDAYS).flatMap((line) => {
    const [year = "", list = ""] = line.split(": ");
    return list.split("; ").map((entry): [SessionDate, string] => {
      const [monthAndDay = "", ...name] = entry.split(" ");
      return [
        sessionDate(`${year}-${monthAndDay}`),
        name.length === 0 ? NAMELESS_HOLIDAY : name.join(" "),
      ];
    });
  });
  return new Map(days.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readSpecialSessions(): ReadonlyMap<SessionDate, SpecialSession> {
  return new Map(
    linesOf(SPECIAL_SESSIONS).map((line) => {
      const [date = "", hours = "", ...name] = line.split(" ");
      return [sessionDate(date), specialSession(date, hours, name.join(" "))];
    }),
  );
}

function specialSession(date: string, hours: string, name: string): SpecialSession {
  if (hours === "later") {
    const known: HoursKnown = "not_announced";
    return { openMinute: 0, closeMinute: END_OF_DAY_MINUTE, name, known };
  }
  if (hours === "regular") {
    const openMinute = date <= FORMER_HOURS_TO ? FORMER_OPEN_MINUTE : OPEN_MINUTE;
    return { openMinute, closeMinute: CLOSE_MINUTE, name, known: "assumed" };
  }
  const windows = hours.split(",").map(readWindow);
  const breaks = windows.slice(1).map(({ fromMinute }, index): MinuteSpan => {
    const before = must(windows[index], "a window has one before it");
    return { fromMinute: before.toMinute, toMinute: fromMinute };
  });
  return {
    openMinute: must(windows[0], `${date} has a window`).fromMinute,
    closeMinute: must(windows.at(-1), `${date} has a window`).toMinute,
    name,
    ...(breaks.length === 0 ? {} : { breaks }),
  };
}

function readWindow(window: string): MinuteSpan {
  const [from = "", to = ""] = window.split("-");
  return { fromMinute: minuteOf(from), toMinute: minuteOf(to) };
}

function minuteOf(time: string): number {
  const [hour, minute] = time.split(":");
  return Number(hour) * 60 + Number(minute);
}

function linesOf(text: string): string[] {
  return text.trim().split("\n");
}
