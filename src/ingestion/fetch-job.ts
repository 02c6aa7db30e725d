/**
 * Runs a plan of vendor calls to its end, one after the other. What brings no data is tried again inside
 * limits, then waits in the retry queue with its reason, or is listed where trying again cannot help.
 * Which calls a job plans, and what its payloads mean, is the market's business.
 *
 * Safe to kill at any instant: a call leaves the retry queue only after its payload has landed, and a
 * payload that landed before is known when it comes again.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { assert } from "#core/assert.ts";
import type { EpochMs } from "#core/clock.ts";
import { type CallEnd, type FetchMeans, fetchToEnd, instantAfter } from "./fetch-call.ts";
import { decideQueueDelayMs, isOutage } from "./fetch-rules.ts";
import type { CallFailure, VendorCall } from "./market-data-source.ts";
import type { LandingOutcome } from "./raw-store.ts";
import { callKeyOf, callLabelOf } from "./vendor-call.ts";

/** Where a job says how far it is; the CLI shows it. */
export interface Progress {
  /** `label` is what was just done, e.g. `TIME_SERIES_DAILY IBM`. */
  step(label: string, done: number, total: number): void;
}

export type FetchPlan = FetchMeans & {
  /** In the order in which they are asked; a repeated call is asked once. */
  readonly calls: readonly VendorCall[];
  readonly progress: Progress;
  /**
   * Called for each payload, also for one that was known; may return calls to append to the plan. After
   * a crash it is called again for the same payload.
   */
  readonly onLanded?:
    | ((
        receipt: RawReceipt,
        bytes: Uint8Array,
        outcome: LandingOutcome,
      ) => readonly VendorCall[] | undefined)
    | undefined;
};

/** A call that waits for the day's calls to come back. */
export type DeferredCall = {
  readonly call: VendorCall;
  readonly reason: CallFailure;
  readonly until: EpochMs;
};

/** A call that brought no data. One that is not queued cannot be helped by trying again. */
export type FailedCall = {
  readonly call: VendorCall;
  readonly failure: CallFailure;
  readonly detail: string;
  readonly queued: boolean;
};

/** What became of a plan: `asked` = received + known + the deferred + the failed. */
export type FetchSummary = {
  /** Calls of the plan, those appended counted. */
  readonly asked: number;
  /** Requests sent, tries counted. */
  readonly requests: number;
  /** Calls that brought new bytes or a new receipt. */
  readonly received: number;
  /** Calls that brought what was already there. */
  readonly known: number;
  /** Not asked, or not answered, because the day's calls are used up. All wait in the retry queue. */
  readonly deferred: readonly DeferredCall[];
  readonly failed: readonly FailedCall[];
  /** Calls of which the vendor's plan refused a parameter, and what was asked instead. */
  readonly downgraded: readonly { readonly call: VendorCall; readonly by: VendorCall }[];
  /** Receipts of this run, the known ones left out. */
  readonly landed: readonly RawReceipt[];
};

/** Calls in one plan, those appended counted. */
const PLAN_CALLS_MAX = 200_000;
/** After this many calls in a row that the vendor did not answer or put off, the rest is left to the retry queue. */
const OUTAGE_CALLS_MAX = 3;

/**
 * Asks every call of the plan. Ends early when the day's calls are used up or the vendor is down: the
 * rest is then in the retry queue. @throws VENDOR_KEY_INVALID, DISK_FULL, SYNTHETIC_MIX, STORE_BUSY,
 * BUDGET_SPENT, RETRY_QUEUE_FULL
 */
export async function runFetchPlan(plan: FetchPlan): Promise<FetchSummary> {
  const calls = planOf(plan.calls);
  const tally = newTally();
  let outagesInRow = 0;
  for (let index = 0; index < calls.list.length; index++) {
    const call = calls.list[index];
    assert(call !== undefined, "a plan has no holes");
    const end = await fetchToEnd(call, plan);
    tally.requests += end.requests;
    if (end.asked !== call) tally.downgraded.push({ call, by: end.asked });
    if (end.kind === "no_permit") {
      deferRest(plan, calls.list.slice(index), end.until, tally);
      break;
    }
    takeDown(call, end, tally);
    if (end.kind === "landed") {
      for (const more of plan.onLanded?.(end.receipt, end.bytes, end.outcome) ?? [])
        calls.add(more);
    }
    plan.progress.step(callLabelOf(call), index + 1, calls.list.length);
    outagesInRow = end.kind === "failed" && isOutage(end.failure) ? outagesInRow + 1 : 0;
    if (end.kind === "failed" && outagesInRow >= OUTAGE_CALLS_MAX) {
      leaveRest(plan, calls.list.slice(index + 1), end.failure, tally);
      break;
    }
  }
  return { asked: calls.list.length, ...tally };
}

type Tally = {
  requests: number;
  received: number;
  known: number;
  readonly deferred: DeferredCall[];
  readonly failed: FailedCall[];
  readonly downgraded: { call: VendorCall; by: VendorCall }[];
  readonly landed: RawReceipt[];
};

function newTally(): Tally {
  return {
    requests: 0,
    received: 0,
    known: 0,
    deferred: [],
    failed: [],
    downgraded: [],
    landed: [],
  };
}

/** The calls of a plan without repetitions; more may be added while it runs. */
function planOf(calls: readonly VendorCall[]) {
  const keys = new Set<string>();
  const list: VendorCall[] = [];
  const add = (call: VendorCall): void => {
    const key = callKeyOf(call);
    if (keys.has(key)) return;
    assert(list.length < PLAN_CALLS_MAX, `a plan has at most ${PLAN_CALLS_MAX} calls`);
    keys.add(key);
    list.push(call);
  };
  for (const call of calls) add(call);
  return { list, add };
}

function takeDown(
  call: VendorCall,
  end: Exclude<CallEnd, { kind: "no_permit" }>,
  tally: Tally,
): void {
  if (end.kind === "failed") {
    const { failure, detail, queued } = end;
    tally.failed.push({ call, failure, detail, queued });
  } else if (end.outcome === "known") tally.known += 1;
  else {
    tally.received += 1;
    tally.landed.push(end.receipt);
  }
}

/** The day's calls are used up: what was not asked waits for the reset. */
function deferRest(
  plan: FetchPlan,
  rest: readonly VendorCall[],
  until: EpochMs,
  tally: Tally,
): void {
  const reason = "QUOTA_SPENT";
  const detail = "the calls of the day are used up";
  plan.retryQueue.putAll(rest.map((call) => ({ call, failure: reason, detail, notBefore: until })));
  tally.deferred.push(...rest.map((call) => ({ call, reason, until }) as const));
  plan.log.warn({ calls: rest.length, until }, "calls deferred to the reset of the day's budget");
}

/** The vendor is down or puts every call off: asking the rest would spend the day's calls on nothing. */
function leaveRest(
  plan: FetchPlan,
  rest: readonly VendorCall[],
  failure: CallFailure,
  tally: Tally,
): void {
  const detail = `not asked: the vendor answered none of ${OUTAGE_CALLS_MAX} calls in a row`;
  const notBefore = instantAfter(plan.clock, decideQueueDelayMs(1));
  plan.retryQueue.putAll(rest.map((call) => ({ call, failure, detail, notBefore })));
  tally.failed.push(...rest.map((call) => ({ call, failure, detail, queued: true })));
  plan.log.warn(
    { calls: rest.length, failure },
    "vendor answers nothing, calls left to the retry queue",
  );
}
