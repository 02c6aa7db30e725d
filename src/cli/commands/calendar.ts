/** `calendar show|import`: the calendar in force, and its corrections. */
import { readFileSync } from "node:fs";
import {
  type CalendarCorrection,
  calendarCorrectionSchema,
} from "#contracts/calendar-correction.ts";
import {
  type Calendar,
  type HoursKnown,
  type InstantSpan,
  hoursOf,
  isCovered,
  isSession,
  localDayOf,
  sessionsBefore,
} from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { z } from "zod";
import { rdtOf } from "#curation/market-context.ts";
import { inTransaction } from "#platform/state-store.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { digestOfCalendar } from "#truth/calendar-corrections.ts";
import { allCorrections, calendarUnder } from "#truth/market-calendar.ts";
import { readTruthEvents } from "#truth/truth-events.ts";
import type { RunCommand } from "../command-spec.ts";
import { openDecisions } from "../decisions-open.ts";
import { type OpenMarket, marketOf, openMarket } from "../market-open.ts";
import { dateOption, requiredOption } from "../option-values.ts";
import { table } from "../output.ts";

const DAYS_SHOWN = 5;

/** Shows version, range, and the days around a date. */
export const runCalendarShow: RunCommand = async (context, input) => {
  const id = marketOf(input);
  const opened = openMarket(context, id);
  try {
    const { calendar } = opened;
    const { id: exchange, version, timeZone, from, to, closed, special } = calendar.facts;
    const given = dateOption(input, "around") ?? rdtOf(opened);
    const day =
      given === null
        ? localDayOf(calendar, context.clock.wallMs())
        : dayNumberOf(sessionDate(given));
    const days = [];
    for (let at = day - DAYS_SHOWN; at <= day + DAYS_SHOWN; at++) {
      const date = dateOfDayNumber(at);
      if (!isCovered(calendar, at))
        days.push({ date, kind: "outside the announced range", hours: null });
      else if (!isSession(calendar, at))
        days.push({ date, kind: closed.get(date) ?? "weekend", hours: null });
      else {
        const hours = hoursForPeople(calendar, at);
        days.push({ date, kind: special.get(date)?.name ?? "session", hours });
      }
    }
    const sessions = calendar.sessions.length;
    const document = {
      market: id,
      id: exchange,
      version,
      timeZone,
      from,
      to,
      sessions,
      corrections: opened.corrections,
      days,
    };
    const rows = days.map((one) => [
      one.date,
      one.kind,
      one.hours ? `${one.hours.opensAt} to ${one.hours.closesAt} UTC${oddityOf(one.hours)}` : "",
    ]);
    return {
      exitCode: 0,
      document,
      lines: [
        `${exchange} ${version}: ${sessions} sessions from ${from} to ${to}, ${timeZone}`,
        `session ${sessionsBefore(calendar, day + 1)} of ${sessions} is the newest on or before ${dateOfDayNumber(day)}`,
        ...table(rows, "  "),
      ],
    };
  } finally {
    opened.close();
  }
};

type ShownSpan = { readonly from: string; readonly to: string };
type ShownHours = {
  readonly opensAt: string;
  readonly closesAt: string;
  readonly breaks?: readonly ShownSpan[];
  readonly auction?: ShownSpan;
  readonly known?: HoursKnown;
};

/** UTC. What a session does not have is left out, as is that its hours were announced. */
function hoursForPeople(calendar: Calendar, day: number): ShownHours {
  const { opensAt, closesAt, breaks, auction, known } = hoursOf(calendar, day);
  const spanOf = ({ from, to }: InstantSpan): ShownSpan => ({
    from: isoOfInstant(from),
    to: isoOfInstant(to),
  });
  return {
    opensAt: isoOfInstant(opensAt),
    closesAt: isoOfInstant(closesAt),
    ...(breaks.length > 0 ? { breaks: breaks.map(spanOf) } : {}),
    ...(auction === null ? {} : { auction: spanOf(auction) }),
    ...(known === "announced" ? {} : { known }),
  };
}

function oddityOf({ breaks = [], auction, known }: ShownHours): string {
  const notes = [
    ...breaks.map(({ from, to }) => `no trading ${from} to ${to}`),
    ...(auction === undefined ? [] : [`closing auction ${auction.from} to ${auction.to}`]),
    ...(known === "assumed" ? ["hours assumed"] : []),
    ...(known === "not_announced" ? ["hours not announced"] : []),
  ];
  return notes.map((note) => `, ${note}`).join("");
}

/** Records a correction; it makes a new calendar version. @throws CALENDAR_FILE_INVALID, DECISION_UNKNOWN */
export const runCalendarImport: RunCommand = async (context, input) => {
  const id = marketOf(input);
  const opened = openMarket(context, id);
  try {
    const operator = requiredOption(input, "operator");
    const decision = requiredOption(input, "decision");
    const correction = readCorrection(input.operands[0] ?? "");
    const decisions = openDecisions(context);
    try {
      decisions.ledger.require(decision);
    } finally {
      decisions.close();
    }
    const payload = { correction: z.record(z.string(), z.json()).parse(correction), decision };
    const published = opened.market.publishedCalendar;
    const { isKnown, version } = inTransaction(opened.database, () => {
      const { corrections } = readTruthEvents(opened.ledger);
      const more = [...corrections, correction];
      // What was recorded before and taken back since is no repetition: what counts is its effect, and
      // that below the settings, which can be taken away.
      const isKnown =
        contentOf(calendarUnder(published, more)) ===
        contentOf(calendarUnder(published, corrections));
      if (!isKnown) opened.ledger.append({ kind: "CALENDAR_CORRECTED", actor: operator, payload });
      return { isKnown, version: versionUnder(opened, isKnown ? corrections : more) };
    });
    return {
      exitCode: 0,
      document: { market: id, recorded: !isKnown, version, correction },
      lines: [
        isKnown
          ? `the calendar says so already; it stays ${version}`
          : `recorded; the calendar is now ${version}`,
        `next: meridian ${id} build, then meridian gate ingest --market ${id}`,
      ],
    };
  } finally {
    opened.close();
  }
};

function versionUnder(
  { market, settings }: OpenMarket,
  recorded: readonly CalendarCorrection[],
): string {
  const corrections = allCorrections(market.calendarSettings(settings), recorded);
  return calendarUnder(market.publishedCalendar, corrections).facts.version;
}

/** What a calendar says, whatever its version is called. */
function contentOf({ facts }: Calendar): string {
  return digestOfCalendar({ ...facts, version: "" });
}

function readCorrection(path: string): CalendarCorrection {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new MeridianError("FILE_UNREADABLE", {
      message: `${path} cannot be read`,
      facts: { path },
      cause,
    });
  }
  try {
    return calendarCorrectionSchema.parse(JSON.parse(text.replace(/^\uFEFF/, "")));
  } catch (cause) {
    const says =
      cause instanceof z.ZodError
        ? z.prettifyError(cause)
        : cause instanceof Error
          ? cause.message
          : "";
    throw new MeridianError("CALENDAR_FILE_INVALID", {
      message: `${path} is no calendar correction: ${says.replaceAll("\n", " ")}`,
      facts: { path },
      cause,
    });
  }
}
