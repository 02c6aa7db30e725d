/**
 * One call for data with everything that may stand between: a permit, the session, one renewal of it, tries
 * with growing pauses, and a circuit that stops asking a vendor that does not answer.
 */
import type { Clock } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { RandomSource } from "#core/random.ts";
import type { RestFailure } from "./ask-smartapi.ts";
import type { RestEndpointName } from "./rest-endpoints.ts";
import type { RestLimiter } from "./rest-limiter-store.ts";
import { TRIES_MAX, createCircuit, retryPauseMs } from "./retry-pause.ts";
import type { SessionTokens } from "./session-tokens.ts";
import { type SmartApiLog, type SmartApiSession, factsOf, noPermit } from "./smartapi-session.ts";

/** Asks once with this token; `secrets` are all tokens of the session. */
export type Ask<T> = (jwtToken: string, secrets: readonly string[]) => Promise<T | RestFailure>;

export type DataCaller = <T extends { readonly outcome: "data" }>(
  endpoint: RestEndpointName,
  ask: Ask<T>,
) => Promise<T | RestFailure>;

/** A minute's window may have to pass; an hour's is not waited for. */
const PERMIT_WAIT_MS = 65_000;

/** Makes the caller; its circuit is one for all calls, as the vendor is one. */
export function createDataCaller(options: {
  readonly session: SmartApiSession;
  readonly limiter: RestLimiter;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: SmartApiLog;
}): DataCaller {
  const { session, limiter, clock, random, log } = options;
  const circuit = createCircuit();

  const fail = (endpoint: RestEndpointName, failure: RestFailure): RestFailure => {
    log.warn({ endpoint, ...factsOf(failure) }, "a call failed");
    return failure;
  };

  return async (endpoint, ask) => {
    let isRenewed = false;
    let tried = 0;
    let newest: RestFailure | undefined;
    while (tried < TRIES_MAX) {
      if (!circuit.mayAsk(clock.monotonicMs())) return newest ?? notAsked(clock);
      const opened = await openSession(() => session.open(), clock);
      if ("outcome" in opened) {
        circuit.failed(clock.monotonicMs());
        // Why there is no session was told by the session itself, once for all calls.
        return opened;
      }
      const permit = await limiter.take(endpoint, PERMIT_WAIT_MS);
      if (!permit.granted) return fail(endpoint, noPermit(permit.waitMs, clock.wallMs()));
      const answer = await ask(opened.jwtToken, session.secrets());
      if (answer.outcome === "data") {
        circuit.answered();
        return answer;
      }
      newest = fail(endpoint, answer);
      if (answer.remedy === "renew" && !isRenewed) {
        isRenewed = true;
        const renewed = await openSession(() => session.renew(opened.jwtToken), clock);
        if ("outcome" in renewed) return renewed;
        continue;
      }
      if (answer.remedy !== "soon") {
        // It was an answer, only not the one that was hoped for.
        circuit.answered();
        return newest;
      }
      circuit.failed(clock.monotonicMs());
      tried += 1;
      if (tried === TRIES_MAX) break;
      const pauseMs = retryPauseMs(answer, tried, random);
      if (isToldToSlow(answer)) limiter.rest(endpoint, pauseMs);
      await clock.sleepMs(pauseMs);
    }
    return newest ?? notAsked(clock);
  };
}

function isToldToSlow({ outcome }: RestFailure): boolean {
  return outcome === "THROTTLED" || outcome === "HTTP_429";
}

/** A session that cannot be opened fails the call; what is no matter of the session is thrown on. */
async function openSession(
  open: () => Promise<SessionTokens>,
  clock: Clock,
): Promise<SessionTokens | RestFailure> {
  try {
    return await open();
  } catch (cause) {
    if (!(cause instanceof MeridianError)) throw cause;
    const isRefused = cause.code === "LOGIN_REFUSED";
    if (!isRefused && cause.code !== "VENDOR_UNREACHABLE") throw cause;
    const outcome = isRefused ? "KEY_INVALID" : "NETWORK";
    return {
      ...nothing(clock),
      outcome,
      remedy: isRefused ? "never" : "soon",
      detail: cause.message,
    };
  }
}

function notAsked(clock: Clock): RestFailure {
  const detail = "not asked: too many calls in a row failed, the vendor is left alone for a while";
  return { ...nothing(clock), outcome: "NETWORK", remedy: "soon", detail };
}

function nothing(clock: Clock) {
  const receivedAt = clock.wallMs();
  return { code: null, bytes: null, sha256: null, retryAfterMs: undefined, receivedAt };
}
