/** `india recover` at the command line: minute candles by REST, outside a stream. */
import { isSession, localDayOf } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { runRecoverJob } from "#markets/india/jobs/recover.ts";
import { windowOf } from "#markets/india/session/decide-start.ts";
import type { RunCommand } from "../command-spec.ts";
import { askingIndia } from "../india-asking.ts";
import { resolveWanted } from "../india-vendor.ts";
import { countOption, dateOption } from "../option-values.ts";
import { table } from "../output.ts";

const MINUTE_MS = 60_000;
const MINUTES_MAX = 1440;
const LISTED_MAX = 15;

/** Exit 5 when some instruments gave nothing. @throws ARGUMENT_INVALID for a day that is no session */
export const runIndiaRecover: RunCommand = (context, input) =>
  askingIndia(context, "india-recover", async ({ market, api, log }) => {
    const { calendar, clock } = market;
    const named = dateOption(input, "session");
    const day =
      named === undefined ? localDayOf(calendar, clock.wallMs()) : dayNumberOf(sessionDate(named));
    if (!isSession(calendar, day)) {
      throw new MeridianError("ARGUMENT_INVALID", {
        message: `${dateOfDayNumber(day)} is no session of ${calendar.facts.id}`,
        facts: { session: dateOfDayNumber(day) },
        nextStep: "Name a session with --session DATE; `calendar show --market india` lists them.",
      });
    }
    const minutes = countOption(input, "minutes", MINUTES_MAX) ?? 0;
    const window = windowOf(calendar, day);
    const { resolution } = await resolveWanted(market, log);
    const report = await runRecoverJob(market, {
      api,
      instruments: resolution.instruments,
      window,
      fromMs: named === undefined ? clock.wallMs() - minutes * MINUTE_MS : window.opensAt,
    });
    const { asked, landed, rows, failed, from, to, session } = report;
    return {
      exitCode: failed.length > 0 ? 5 : 0,
      document: { ...report, coverageGaps: resolution.gaps },
      lines: [
        from === null
          ? `nothing of the session ${session} is to be recovered: its hours have not begun`
          : `${session}: ${asked} instruments asked from ${from} to ${to ?? ""}, ${landed} answers with ${rows} minutes landed`,
        ...(failed.length > 0 ? [`failed: ${failed.length}`] : []),
        ...table(
          failed.slice(0, LISTED_MAX).map((one) => [one.symbol, one.says]),
          "  ",
        ),
        "next: meridian india build",
      ],
    };
  });
