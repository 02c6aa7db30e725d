/**
 * Plans the calls of `us backfill`: the whole history on premium, what the free plan reaches otherwise.
 * Pure. `--resume` goes on where a run was interrupted.
 */
import { sessionsBefore } from "#core/calendar.ts";
import { type SessionDate, dayNumberOf } from "#core/session-date.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { type CallPlan, type PlanInput, listNames } from "./call-plan.ts";
import { proxyTargets } from "./plan-daily.ts";
import { type WantedSession, wantedSession } from "./plan-prices.ts";
import {
  COMPACT_ROWS,
  dailyCall,
  eventCalls,
  indexCall,
  isSeriesSymbol,
  seriesCall,
} from "./vendor-calls.ts";

export type BackfillOptions = {
  /** Exactly these symbols; all proxies and the universe when absent. */
  readonly symbols?: readonly string[] | undefined;
  /** Leaves out what an earlier run has already brought. */
  readonly resume?: boolean | undefined;
};

/** Plans a backfill inside the day's budget. @throws ARGUMENT_INVALID for an empty list of symbols */
export function planBackfill(input: PlanInput, options: BackfillOptions): CallPlan {
  if (options.symbols?.length === 0) {
    throw new MeridianError("ARGUMENT_INVALID", {
      message: "--symbols names no symbol",
      facts: { option: "--symbols" },
    });
  }
  const wanted = wantedSession(input);
  const all = [...proxyTargets(input), ...input.members].map(({ symbol }) => symbol);
  const symbols = [...new Set(options.symbols ?? all)];
  const calls = symbols
    .flatMap((symbol) => callsOf(input, symbol))
    .filter((call) => options.resume !== true || !isWhole(input, call, wanted));
  const { leftOfDay, resetsAt } = input.budget;
  const rest = calls.slice(leftOfDay);
  const names = listNames([...new Set(rest.map((call) => call.symbol ?? call.name))]);
  return {
    calls: calls.slice(0, leftOfDay),
    deferred:
      rest.length === 0
        ? []
        : [
            {
              what: `${rest.length} calls for ${names} (\`us backfill --resume\`)`,
              reason: "DAY_BUDGET",
              until: isoOfInstant(resetsAt),
            },
          ],
    notes: notesOf(input, symbols),
  };
}

/** The classes of symbols that the operator names are known from the proxy set and by their names. */
function callsOf(input: PlanInput, symbol: string): VendorCall[] {
  if (isSeriesSymbol(symbol)) return [seriesCall(symbol)];
  const isIndex = input.proxySet.roles.some(
    (role) => role.symbol === symbol && role.instrumentClass === "index",
  );
  if (isIndex) return input.plan === "premium" ? [indexCall(symbol)] : [];
  if (input.plan === "premium") return [dailyCall(symbol, "premium", "full")];
  return [dailyCall(symbol, "free", "compact"), ...eventCalls(symbol)];
}

/**
 * Whether a call's answer is here already: a history so young that a compact answer joins it, or an
 * answer since the wanted session is whole.
 */
function isWhole(input: PlanInput, call: VendorCall, wanted: WantedSession): boolean {
  const answer = input.history.answerTo(call);
  if (answer === undefined) return false;
  if (call.params["outputsize"] === "full" || call.kind === "index_daily") {
    return (
      answer.newestSession !== null &&
      sessionsApart(input, answer.newestSession, wanted) <= COMPACT_ROWS
    );
  }
  return answer.answeredAt >= wanted.wholeFromMs;
}

function sessionsApart(input: PlanInput, from: SessionDate, wanted: WantedSession): number {
  const { calendar } = input;
  return (
    sessionsBefore(calendar, dayNumberOf(wanted.session)) -
    sessionsBefore(calendar, dayNumberOf(from))
  );
}

function notesOf(input: PlanInput, symbols: readonly string[]): string[] {
  if (input.plan === "premium") return [];
  const notes = [
    `The free plan serves the newest ${COMPACT_ROWS} sessions of a symbol; older history comes from your own files with \`us import\`.`,
  ];
  const indices = input.proxySet.roles.filter(
    (role) => role.instrumentClass === "index" && symbols.includes(role.symbol),
  );
  if (indices.length > 0) {
    notes.push(
      `${listNames(indices.map((role) => role.symbol))} is not served on the free plan; bring it with \`us import\`.`,
    );
  }
  return notes;
}
