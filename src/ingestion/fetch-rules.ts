/**
 * What a job does after an answer that is no data: try again and when, ask for less, use another key,
 * leave the call to a later job, or give it up. Pure; doing it is `fetch-job.ts`'s business.
 */
import { CALL_FAILURES, type CallFailure } from "./market-data-source.ts";

/** Settings of `[<market>.vendor]` that decide here. */
export type FetchSettings = {
  /** Tries of one call inside one job before it goes to the retry queue. */
  readonly tries_per_call: number;
  /** First pause between such tries; it doubles, with jitter. */
  readonly retry_pause_seconds: number;
};

export type NextStep =
  | { readonly kind: "retry"; readonly pauseMs: number }
  | { readonly kind: "downgrade" }
  | { readonly kind: "rest_key" }
  /** Leave it to a later job, no earlier than after this delay. */
  | { readonly kind: "queue"; readonly delayMs: number }
  | { readonly kind: "give_up" };

/** A vendor that asks for a longer pause than this gets it between jobs, not inside one. */
export const RETRY_AFTER_MS_MAX = 60_000;
/** No pause inside a job is longer. */
const PAUSE_MS_MAX = 60_000;
/** Pauses are lengthened by up to this share, so that processes that failed together part. */
const JITTER_SHARE = 0.25;
/** First delay in the retry queue, and the longest; it doubles with each attempt. */
const QUEUE_DELAY_MS_MIN = 5 * 60_000;
const QUEUE_DELAY_MS_MAX = 6 * 3_600_000;

/**
 * The shortest pause that can help. One call a second trips the vendor's burst rule, 1.2 s passes;
 * "calls a minute" come back one in 12 s on the slowest plan.
 */
const PAUSE_MS_MIN: { readonly [failure in CallFailure]?: number } = {
  BURST: 1200,
  HTTP_429: 1200,
  THROTTLED: 12_000,
};

/** Failures that say nothing about the call: the vendor is out of reach, down, or wants no more. */
const OUTAGES: ReadonlySet<CallFailure> = new Set<CallFailure>([
  "NETWORK",
  "TIMEOUT",
  "HTTP_5XX",
  "HTTP_429",
  "BURST",
  "THROTTLED",
]);

/** Answers with nothing in them: for a symbol without data the vendor gives no other, ever. */
const FRUITLESS: ReadonlySet<CallFailure> = new Set<CallFailure>([
  "EMPTY",
  "NOT_DATA",
  "TRUNCATED",
]);
/** After so many jobs in which a call was answered with nothing, it counts as missing (vendors B2). */
export const FRUITLESS_ATTEMPTS_MAX = 5;

export type FailedTry = {
  readonly failure: CallFailure;
  /** Tries of this call in this job, this one counted; refused keys are not tries. */
  readonly tries: number;
  /** How often the call has been in the retry queue before. */
  readonly queuedAttempts: number;
  /** How many of those were answered with nothing in it. */
  readonly fruitlessAttempts: number;
  readonly retryAfterMs: number | undefined;
  readonly hasDowngrade: boolean;
  /** A number in [0, 1). */
  readonly chance: number;
};

/** Decides what follows from one failed try. */
export function decideNextStep(failed: FailedTry, settings: FetchSettings): NextStep {
  const { failure, retryAfterMs } = failed;
  if (failure === "KEY_INVALID" || failure === "QUOTA_SPENT") return { kind: "rest_key" };
  if (failure === "PREMIUM_PARAMETER" && failed.hasDowngrade) return { kind: "downgrade" };
  if (CALL_FAILURES[failure].retry === "never") return { kind: "give_up" };
  const asksTooLong = retryAfterMs !== undefined && retryAfterMs > RETRY_AFTER_MS_MAX;
  if (asksTooLong || failed.tries >= settings.tries_per_call) {
    if (isFruitless(failure) && failed.fruitlessAttempts + 1 >= FRUITLESS_ATTEMPTS_MAX)
      return { kind: "give_up" };
    return {
      kind: "queue",
      delayMs: Math.max(decideQueueDelayMs(failed.queuedAttempts + 1), retryAfterMs ?? 0),
    };
  }
  return { kind: "retry", pauseMs: decidePauseMs(failed, settings) };
}

/** How long a call waits in the queue after its nth attempt, from 5 minutes to 6 hours. */
export function decideQueueDelayMs(attempts: number): number {
  return Math.min(QUEUE_DELAY_MS_MAX, QUEUE_DELAY_MS_MIN * 2 ** Math.max(0, attempts - 1));
}

/** Whether the answer came and held nothing; such a call is given up in the end. */
export function isFruitless(failure: CallFailure): boolean {
  return FRUITLESS.has(failure);
}

export function isOutage(failure: CallFailure): boolean {
  return OUTAGES.has(failure);
}

function decidePauseMs(failed: FailedTry, settings: FetchSettings): number {
  const doubledMs = settings.retry_pause_seconds * 1000 * 2 ** (failed.tries - 1);
  const wishedMs = Math.max(
    Math.min(doubledMs, PAUSE_MS_MAX),
    failed.retryAfterMs ?? 0,
    PAUSE_MS_MIN[failed.failure] ?? 0,
  );
  return wishedMs * (1 + JITTER_SHARE * failed.chance);
}
