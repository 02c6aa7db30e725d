/**
 * Brings one call to its end: permit, request, then landing or the step that `fetch-rules.ts` decides.
 * Which calls come next is `fetch-job.ts`'s business.
 */
import { must } from "#core/assert.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { RandomSource } from "#core/random.ts";
import type { SessionDate } from "#core/session-date.ts";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { CallBudget } from "./call-budget-store.ts";
import {
  FRUITLESS_ATTEMPTS_MAX,
  type FetchSettings,
  decideNextStep,
  decideQueueDelayMs,
  isFruitless,
} from "./fetch-rules.ts";
import type {
  CallAnswer,
  CallFailure,
  MarketDataSource,
  VendorCall,
} from "./market-data-source.ts";
import type { LandingOutcome, RawStore } from "./raw-store.ts";
import type { RetryQueue } from "./retry-queue-store.ts";
import { callLabelOf } from "./vendor-call.ts";

/** Where a job says what happened; a component log is one. Facts never hold a key. */
export interface FetchLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** An answer that is data, and one that is not. */
export type DataAnswer = Extract<CallAnswer, { outcome: "data" }>;
type Refusal = Exclude<CallAnswer, { outcome: "data" }>;

/** What asking the vendor needs. */
export type FetchMeans = {
  readonly source: MarketDataSource;
  readonly budget: CallBudget;
  readonly rawStore: RawStore;
  readonly retryQueue: RetryQueue;
  readonly clock: Clock;
  /** For the jitter of pauses. */
  readonly random: RandomSource;
  readonly log: FetchLog;
  readonly settings: FetchSettings;
  /** Newest session whose row was whole when the answer came (decision 2); null for undated payloads. */
  readonly newestWholeSession: (call: VendorCall, answer: DataAnswer) => SessionDate | null;
};

/** How a call ended. `asked` is the call itself or its downgrade. */
export type CallEnd = { readonly asked: VendorCall; readonly requests: number } & (
  | {
      readonly kind: "landed";
      readonly receipt: RawReceipt;
      readonly bytes: Uint8Array;
      readonly outcome: LandingOutcome;
    }
  | {
      readonly kind: "failed";
      readonly failure: CallFailure;
      readonly detail: string;
      /** Whether it waits in the retry queue. */
      readonly queued: boolean;
    }
  /** The day's calls are used up; the call was not queued yet. */
  | { readonly kind: "no_permit"; readonly until: EpochMs }
);

/** Requests for one call, whatever the reasons; a pool of very many refused keys ends here. */
const REQUESTS_PER_CALL_MAX = 100;

/**
 * Asks until the call lands, fails for good, goes to the retry queue, or finds no permit.
 * @throws VENDOR_KEY_INVALID when the vendor refused every key
 */
export async function fetchToEnd(call: VendorCall, means: FetchMeans): Promise<CallEnd> {
  const { source, budget, retryQueue, clock, random, settings } = means;
  const queued = retryQueue.find(call);
  const { attempts: queuedAttempts, fruitlessAttempts } = queued ?? {
    attempts: 0,
    fruitlessAttempts: 0,
  };
  let asked = call;
  let tries = 0;
  let refusal: Refusal | undefined;
  for (let requests = 0; requests < REQUESTS_PER_CALL_MAX; requests++) {
    const permit = await budget.take();
    if (!permit.granted) {
      if (permit.reason === "KEY_INVALID") throw noValidKey(source.vendor, budget);
      return { kind: "no_permit", asked, requests, until: permit.resetsAt };
    }
    const answer = await source.fetchCall(asked, permit.key);
    if (answer.outcome === "data") {
      return { ...land(call, asked, answer, means), asked, requests: requests + 1 };
    }
    refusal = answer;
    logRefusal(asked, answer, permit.keyLabel, means.log);
    const failure = answer.outcome;
    if (failure !== "KEY_INVALID" && failure !== "QUOTA_SPENT") tries += 1;
    const next = decideNextStep(
      {
        failure,
        tries,
        queuedAttempts,
        fruitlessAttempts,
        retryAfterMs: answer.retryAfterMs,
        hasDowngrade: asked.downgrade !== undefined,
        chance: random(),
      },
      settings,
    );
    if (next.kind === "retry") await clock.sleepMs(next.pauseMs);
    else if (next.kind === "rest_key") budget.rest(permit.key, failure, budget.left().resetsAt);
    else if (next.kind === "downgrade") asked = asked.downgrade ?? asked;
    else {
      const delayMs = next.kind === "queue" ? next.delayMs : null;
      return { ...leave(call, answer, delayMs, means), asked, requests: requests + 1 };
    }
  }
  const last = must(refusal, "a call that ran out of requests was refused by each");
  const end = leave(call, last, decideQueueDelayMs(queuedAttempts + 1), means);
  return { ...end, asked, requests: REQUESTS_PER_CALL_MAX };
}

/** Lands a payload, and only then forgets that the call was waiting. */
function land(call: VendorCall, asked: VendorCall, answer: DataAnswer, means: FetchMeans) {
  const { source, rawStore, retryQueue, log } = means;
  const { bytes, format, synthetic, receivedAt, rows } = answer;
  const { receipt, outcome } = rawStore.land({
    kind: asked.kind,
    source: source.vendor,
    synthetic,
    endpoint: { name: asked.name, params: asked.params },
    symbol: asked.symbol,
    fetchedAt: receivedAt,
    format,
    bytes,
    rows,
    newestSession: means.newestWholeSession(asked, answer),
  });
  for (const done of new Set([call, asked])) retryQueue.remove(done);
  log.info({ call: callLabelOf(asked), outcome, raw: receipt.id, rows }, "payload landed");
  return { kind: "landed", receipt, bytes, outcome } as const;
}

/** Leaves a call to a later job, or gives it up when there is no delay after which to try it. */
function leave(call: VendorCall, refusal: Refusal, delayMs: number | null, means: FetchMeans) {
  const { outcome: failure } = refusal;
  const isWornOut = delayMs === null && isFruitless(failure);
  const detail = isWornOut
    ? `${refusal.detail}; given up after ${FRUITLESS_ATTEMPTS_MAX} attempts`
    : refusal.detail;
  const { clock, retryQueue, log } = means;
  if (delayMs === null) retryQueue.remove(call);
  else retryQueue.put(call, failure, detail, instantAfter(clock, delayMs));
  const says = delayMs === null ? "call given up" : "call left to the retry queue";
  log.warn({ call: callLabelOf(call), failure, detail }, says);
  return { kind: "failed", failure, detail, queued: delayMs !== null } as const;
}

/** The instant that lies this far ahead. */
export function instantAfter(clock: Clock, delayMs: number): EpochMs {
  return (clock.wallMs() + Math.ceil(delayMs)) as EpochMs;
}

/** A body that is no data is logged by outcome, length and digest, and stored nowhere (decision 13). */
function logRefusal(call: VendorCall, refusal: Refusal, keyLabel: string, log: FetchLog): void {
  const { outcome, bytes, sha256, detail } = refusal;
  log.info(
    { call: callLabelOf(call), outcome, bytes, sha256, detail, keyLabel },
    "answer is no data",
  );
}

function noValidKey(vendor: string, budget: CallBudget): MeridianError {
  const labels = budget.left().perKey.map(({ keyLabel }) => keyLabel);
  return new MeridianError("VENDOR_KEY_INVALID", {
    message: `${vendor} refuses every configured key as invalid`,
    facts: { vendor, keyLabels: labels },
  });
}
