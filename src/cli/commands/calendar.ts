/** `calendar show|import`: the calendar in force, and its corrections. */
import { readFileSync } from "node:fs";
import {
  type CalendarCorrection,
  calendarCorrectionSchema,
} from "#contracts/calendar-correction.ts";
import {
  type Calendar,
  hoursOf,
  isCovered,
  isSession,
  localDayOf,
  sessionsBefore,
} from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { z } from "zod";
import { usCalendar, usCorrections } from "#markets/us/us-calendar.ts";
import { inTransaction } from "#platform/state-store.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { digestOfCalendar } from "#truth/calendar-corrections.ts";
import { readTruthEvents } from "#truth/truth-events.ts";
import type { RunCommand } from "../command-spec.ts";
import { openDecisions } from "../decisions-open.ts";
import { requireUs } from "../market-choice.ts";
import { dateOption, requiredOption } from "../option-values.ts";
import { table } from "../output.ts";
import { type OpenUs, openUs, rdtOf } from "../us-open.ts";

const DAYS_SHOWN = 5;

/** Shows version, range, and the days around a date. */
export const runCalendarShow: RunCommand = async (context, input) => {
  requireUs(input);
  const us = openUs(context);
  try {
    const { calendar } = us;
    const { id, version, timeZone, from, to, closed, special } = calendar.facts;
    const given = dateOption(input, "around") ?? rdtOf(us);
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
        const { opensAt, closesAt } = hoursOf(calendar, at);
        const hours = { opensAt: isoOfInstant(opensAt), closesAt: isoOfInstant(closesAt) };
        days.push({ date, kind: special.get(date)?.name ?? "session", hours });
      }
    }
    const sessions = calendar.sessions.length;
    const document = {
      market: "us",
      id,
      version,
      timeZone,
      from,
      to,
      sessions,
      corrections: us.corrections,
      days,
    };
    const rows = days.map((one) => [
      one.date,
      one.kind,
      one.hours ? `${one.hours.opensAt} to ${one.hours.closesAt} UTC` : "",
    ]);
    return {
      exitCode: 0,
      document,
      lines: [
        `${id} ${version}: ${sessions} sessions from ${from} to ${to}, ${timeZone}`,
        `session ${sessionsBefore(calendar, day + 1)} of ${sessions} is the newest on or before ${dateOfDayNumber(day)}`,
        ...table(rows, "  "),
      ],
    };
  } finally {
    us.close();
  }
};

/** Records a correction; it makes a new calendar version. @throws CALENDAR_FILE_INVALID, DECISION_UNKNOWN */
export const runCalendarImport: RunCommand = async (context, input) => {
  requireUs(input);
  const us = openUs(context);
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
    const { isKnown, version } = inTransaction(us.database, () => {
      const { corrections } = readTruthEvents(us.ledger);
      const more = [...corrections, correction];
      // What was recorded before and taken back since is no repetition: what counts is its effect, and
      // that below the settings, which can be taken away.
      const isKnown = contentOf(usCalendar(more)) === contentOf(usCalendar(corrections));
      if (!isKnown) us.ledger.append({ kind: "CALENDAR_CORRECTED", actor: operator, payload });
      return { isKnown, version: versionUnder(us, isKnown ? corrections : more) };
    });
    return {
      exitCode: 0,
      document: { market: "us", recorded: !isKnown, version, correction },
      lines: [
        isKnown
          ? `the calendar says so already; it stays ${version}`
          : `recorded; the calendar is now ${version}`,
        "next: meridian us build, then meridian gate ingest --market us",
      ],
    };
  } finally {
    us.close();
  }
};

function versionUnder(us: OpenUs, recorded: readonly CalendarCorrection[]): string {
  return usCalendar(usCorrections(us.settings, recorded)).facts.version;
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
