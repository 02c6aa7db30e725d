/**
 * Plans the calls of `us daily`: proxies first, then splits and dividends, then the universe by age,
 * inside the day's budget; what does not fit is deferred with the date on which it is whole. Pure.
 */
import type { ProxyRole } from "#core/market-definition.ts";
import type { EpochMs } from "#core/clock.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { type CallPlan, type Deferral, type PlanInput, dateAfter, listNames } from "./call-plan.ts";
import {
  ROTATION_SYMBOLS,
  eventCallsAtOnce,
  rotationCalls,
  rotationDeferral,
} from "./plan-events.ts";
import {
  type PriceNeed,
  type WantedSession,
  decideHistoryGap,
  decidePriceNeed,
  wantedSession,
} from "./plan-prices.ts";
import { type VendorPlan, dailyCall, indexCall, seriesCall } from "./vendor-calls.ts";

const CALLS_A_ROTATION = 2 * ROTATION_SYMBOLS;

/** Something whose daily value is asked for. */
type Target = { readonly symbol: string; readonly instrumentClass: ProxyRole["instrumentClass"] };

type TargetPlan = {
  readonly calls: readonly VendorCall[];
  readonly notPublished: { readonly symbol: string; readonly nextTryMs: EpochMs }[];
  readonly noRow: readonly string[];
  readonly notes: readonly string[];
};

/** Plans a day. `rotation` names the symbols whose events have their turn (free plan). */
export function planDaily(input: PlanInput, rotation: readonly string[]): CallPlan {
  const wanted = wantedSession(input);
  const proxies = planTargets(input, proxyTargets(input), wanted);
  const members = planTargets(input, memberTargets(input, wanted), wanted);
  const events = unique([
    ...eventCallsAtOnce(input),
    ...(input.plan === "free" ? rotationCalls(input, rotation, wanted) : []),
  ]);
  const first = [...proxies.calls, ...events];
  const roomForMembers = Math.max(0, input.budget.leftOfDay - first.length);
  const eventDeferral =
    input.plan === "free" ? rotationDeferral(input, rotation, wanted) : undefined;
  return {
    calls: [...first.slice(0, input.budget.leftOfDay), ...members.calls.slice(0, roomForMembers)],
    deferred: [
      ...notPublished([...proxies.notPublished, ...members.notPublished], wanted),
      ...beyondBudget(input, first.slice(input.budget.leftOfDay)),
      ...(eventDeferral === undefined ? [] : [eventDeferral]),
      ...membersBeyondBudget(input, members.calls.slice(roomForMembers)),
    ],
    notes: [
      ...proxies.notes,
      ...members.notes,
      ...noRowNotes([...proxies.noRow, ...members.noRow], wanted),
    ],
  };
}

/** Calls that a whole day takes when nothing of it is here yet. */
export function dailyCallCount(input: PlanInput): number {
  const targets = proxyTargets(input).filter((target) => isAskedOnPlan(target, input.plan));
  const events = input.plan === "free" ? CALLS_A_ROTATION : 0;
  return targets.length + input.members.length + events;
}

/** Proxies, each symbol once: those that truth time cannot pass without come first. */
export function proxyTargets(input: PlanInput): Target[] {
  const ordered = input.proxySet.roles.toSorted((a, b) => Number(b.blocking) - Number(a.blocking));
  return [...new Map(ordered.map((role) => [role.symbol, role])).values()];
}

/** Members of the universe, those whose prices are oldest first. */
function memberTargets(input: PlanInput, wanted: WantedSession): Target[] {
  const ageOf = ({ symbol }: Target): string => input.history.vendorSession(symbol) ?? "";
  return input.members
    .filter((member) => ageOf(member) < wanted.session)
    .toSorted((a, b) => (ageOf(a) < ageOf(b) ? -1 : ageOf(a) > ageOf(b) ? 1 : 0));
}

function planTargets(
  input: PlanInput,
  targets: readonly Target[],
  wanted: WantedSession,
): TargetPlan {
  const calls: VendorCall[] = [];
  const waiting: { symbol: string; nextTryMs: EpochMs }[] = [];
  const noRow: string[] = [];
  const notes: string[] = [];
  for (const target of targets) {
    if (!isAskedOnPlan(target, input.plan)) {
      notes.push(lacksIndexNote(target.symbol));
      continue;
    }
    const need = decideNeed(input, target, wanted);
    if (need.need === "ask") calls.push(callOf(input, target, wanted, notes));
    if (need.need === "not_published")
      waiting.push({ symbol: target.symbol, nextTryMs: need.nextTryMs });
    if (need.need === "no_row") noRow.push(target.symbol);
  }
  return { calls, notPublished: waiting, noRow, notes };
}

/** A series lags by days and has no session of its own: it is asked for once a session. */
function decideNeed(input: PlanInput, target: Target, wanted: WantedSession): PriceNeed {
  if (target.instrumentClass !== "series") return decidePriceNeed(input, target.symbol, wanted);
  const answer = input.history.answer("series", target.symbol);
  const isAnswered = answer !== undefined && answer.answeredAt >= wanted.wholeFromMs;
  return { need: isAnswered ? "whole" : "ask" };
}

/** The call for a target. Where compact would leave a gap, premium asks for all and free says so. */
function callOf(
  input: PlanInput,
  target: Target,
  wanted: WantedSession,
  notes: string[],
): VendorCall {
  const { symbol, instrumentClass } = target;
  if (instrumentClass === "series") return seriesCall(symbol);
  if (instrumentClass === "index") return indexCall(symbol);
  const gap = decideHistoryGap(input, symbol, wanted);
  if (gap === undefined) return dailyCall(symbol, input.plan, "compact");
  if (input.plan === "premium") return dailyCall(symbol, input.plan, "full");
  notes.push(
    `${symbol}: the sessions after ${gap.after} and before ${gap.before} stay missing, for the free plan reaches back 100 sessions; bring them with \`us import\`.`,
  );
  return dailyCall(symbol, input.plan, "compact");
}

/**
 * Whether a plan ever asks for what is bound to a role or observed. The free plan has no INDEX_DATA:
 * an index bound there lives from imports alone.
 */
export function isAskedOnPlan(
  target: { readonly instrumentClass: ProxyRole["instrumentClass"] },
  plan: VendorPlan,
): boolean {
  return target.instrumentClass !== "index" || plan === "premium";
}

function lacksIndexNote(symbol: string): string {
  return `${symbol} is an index, which the free plan does not serve; bring its history with \`us import\`, or bind a fund in [us.proxies].`;
}

function notPublished(waiting: TargetPlan["notPublished"], wanted: WantedSession): Deferral[] {
  const [first] = waiting.map(({ nextTryMs }) => nextTryMs).toSorted((a, b) => a - b);
  if (first === undefined) return [];
  const what = `${wanted.session} of ${listNames(waiting.map(({ symbol }) => symbol))}`;
  return [{ what, reason: "NOT_PUBLISHED_YET", until: isoOfInstant(first) }];
}

function noRowNotes(symbols: readonly string[], wanted: WantedSession): string[] {
  if (symbols.length === 0) return [];
  return [
    `The vendor has no row of ${wanted.session} for ${listNames(symbols)}; gate 1 says what that holds.`,
  ];
}

function beyondBudget(input: PlanInput, calls: readonly VendorCall[]): Deferral[] {
  if (calls.length === 0) return [];
  const what = `${calls.length} calls for ${listNames([...new Set(calls.map((call) => call.symbol ?? call.name))])}`;
  return [{ what, reason: "DAY_BUDGET", until: isoOfInstant(input.budget.resetsAt) }];
}

/** A day that serves proxies and events first has so many calls left for the universe. */
function membersBeyondBudget(input: PlanInput, calls: readonly VendorCall[]): Deferral[] {
  if (calls.length === 0) return [];
  const fixed = dailyCallCount(input) - input.members.length;
  const room = Math.max(1, input.budget.callsOfDay - fixed);
  const days = Math.ceil(calls.length / room) - 1;
  return [
    {
      what: `${calls.length} of ${input.members.length} symbols of the universe`,
      reason: "DAY_BUDGET",
      until: dateAfter(input.budget.resetsAt, days),
    },
  ];
}

function unique(calls: readonly VendorCall[]): VendorCall[] {
  return [...new Map(calls.map((call) => [`${call.name} ${call.symbol ?? ""}`, call])).values()];
}
