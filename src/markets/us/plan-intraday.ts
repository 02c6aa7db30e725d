/**
 * Plans the calls of `us intraday`: five-minute bars of everything that trades, oldest first, with the
 * calls that the next daily close will not need. Pure.
 */
import {
  instantOfWallMinute,
  localDayOf,
  newestCompleteSession,
  sessionOnOrBefore,
} from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { dateOfDayNumber, dayNumberOf } from "#core/session-date.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { type CallPlan, type PlanInput, listNames } from "./call-plan.ts";
import { dailyCallCount, planDaily } from "./plan-daily.ts";
import { eventSymbols } from "./plan-events.ts";
import { wantedSession } from "./plan-prices.ts";
import { COMPACT_ROWS, intradayCall } from "./vendor-calls.ts";

const MINUTE_MS = 60_000;
const BAR_MS = 5 * MINUTE_MS;
/** Extended hours run from 04:00 to 20:00 in New York, also on days of an early close. */
const EXTENDED_OPEN_MINUTE = 240;
const EXTENDED_CLOSE_MINUTE = 1200;
/** A compact answer joins the one before when it came this much earlier, with four bars to spare. */
const COMPACT_REACH_MS = (COMPACT_ROWS - 4) * BAR_MS;

/** Plans one pass. On the free plan there is nothing to plan, and that is no failure. */
export function planIntraday(input: PlanInput): CallPlan {
  if (input.plan === "free") {
    const note =
      "PLAN_LACKS_INTRADAY: the free plan serves no intraday bars; nothing was asked. Daily closes are not affected.";
    const deferred = {
      what: "five-minute bars",
      reason: "PLAN_LACKS_INTRADAY",
      until: null,
    } as const;
    return { calls: [], deferred: [deferred], notes: [note] };
  }
  const newestBarEndMs = newestBarEnd(input);
  const answeredAt = (symbol: string): number =>
    input.history.answer("intraday", symbol)?.answeredAt ?? Number.NEGATIVE_INFINITY;
  const calls = eventSymbols(input)
    .filter(
      (symbol) => answeredAt(symbol) < newestBarEndMs && input.atMs - answeredAt(symbol) >= BAR_MS,
    )
    .toSorted((a, b) => answeredAt(a) - answeredAt(b))
    .map((symbol) => {
      const joins = input.atMs - answeredAt(symbol) <= COMPACT_REACH_MS;
      return intradayCall(symbol, joins ? "compact" : "full");
    });
  const room = Math.max(0, input.budget.leftOfDay - reservedCalls(input));
  const rest = calls.slice(room);
  return {
    calls: calls.slice(0, room),
    deferred:
      rest.length === 0
        ? []
        : [
            {
              what: `five-minute bars of ${listNames(rest.map((call) => call.symbol ?? ""))}`,
              reason: "RESERVED_FOR_DAILY",
              until: isoOfInstant(input.budget.resetsAt),
            },
          ],
    notes: [],
  };
}

/** Calls that the daily job still needs before the budget comes back. */
function reservedCalls(input: PlanInput): number {
  const { calendar, settleMinutes, budget } = input;
  const wanted = wantedSession(input);
  const beforeReset = newestCompleteSession(
    calendar,
    (budget.resetsAt - 1) as EpochMs,
    settleMinutes,
  );
  const planned = planDaily(
    { ...input, budget: { ...budget, leftOfDay: Number.MAX_SAFE_INTEGER } },
    [],
  );
  const closesBeforeReset = beforeReset > dayNumberOf(wanted.session);
  return planned.calls.length + (closesBeforeReset ? dailyCallCount(input) : 0);
}

/** The end of the newest bar that can exist: the instant itself while extended hours run. */
function newestBarEnd(input: PlanInput): EpochMs {
  const { calendar, atMs } = input;
  const at = (day: number, minute: number): EpochMs =>
    instantOfWallMinute(calendar, dateOfDayNumber(day), minute);
  const localDay = localDayOf(calendar, atMs);
  let session = sessionOnOrBefore(calendar, localDay);
  if (atMs < at(session, EXTENDED_OPEN_MINUTE)) session = sessionOnOrBefore(calendar, session - 1);
  const closesAt = at(session, EXTENDED_CLOSE_MINUTE);
  return atMs < closesAt ? atMs : closesAt;
}
