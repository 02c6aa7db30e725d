/**
 * The one session of a client code: login with a one-time code, renewal, login again when it ends, logout.
 * Renewals that are asked for at the same time are one. Answers of these calls are never stored, and their
 * tokens stand in no message.
 */
import type { Clock, EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { RandomSource } from "#core/random.ts";
import { type SecretMask, secretMask } from "#platform/secrets.ts";
import {
  type RestConnection,
  type RestData,
  type RestFailure,
  askSmartApi,
} from "./ask-smartapi.ts";
import { readSecret } from "./login-secret.ts";
import type { RestEndpointName } from "./rest-endpoints.ts";
import type { RestLimiter } from "./rest-limiter-store.ts";
import { TRIES_MAX, retryPauseMs } from "./retry-pause.ts";
import { type SessionTokens, tokensOfLogin, tokensOfRefresh } from "./session-tokens.ts";
import { msUntilNextTotp, totp } from "./totp.ts";

/** What the operator's `.env` names. */
export type SmartApiCredentials = {
  readonly apiKey: string;
  readonly clientCode: string;
  readonly pin: string;
  readonly totpSecret: string;
};

/** How a socket shows whose session it belongs to. */
export type SocketAuthorization = {
  /** To name it when it is refused: `renew(jwtToken)`. */
  readonly jwtToken: string;
  readonly headers: { readonly [name: string]: string };
};

/** What is written about a session and its calls; no line holds a secret. */
export interface SmartApiLog {
  info(facts: object, says: string): void;
  warn(facts: object, says: string): void;
}

/** Contract, caller: one session a client code and workspace (the session lock). */
export interface SmartApiSession {
  /** The tokens in force; logs in when there are none or they ended. @throws LOGIN_REFUSED, VENDOR_UNREACHABLE */
  open(): Promise<SessionTokens>;
  /**
   * Makes a session whose token is another than the refused one: by refresh, else by login. Nothing is
   * asked when that happened already. @throws LOGIN_REFUSED, VENDOR_UNREACHABLE
   */
  renew(refusedJwt: string): Promise<SessionTokens>;
  /** @throws LOGIN_REFUSED, VENDOR_UNREACHABLE */
  authorizeSocket(): Promise<SocketAuthorization>;
  /** Ends the session at the vendor as well as it can. @throws DISK_FULL, and nothing that the vendor does */
  logout(): Promise<void>;
  /** Tokens in force, to be masked; empty without a session. */
  secrets(): readonly string[];
  /** A text of the vendor without any secret in it. */
  maskText(text: string): string;
  /** When the session counts as ended; null without one. */
  endsAt(): EpochMs | null;
}

export type SessionOptions = {
  readonly connection: RestConnection;
  readonly credentials: SmartApiCredentials;
  readonly limiter: RestLimiter;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly mask: SecretMask;
  readonly log: SmartApiLog;
};

/** Longest wait for a permit of the session's own calls, which are limited by the second. */
const PERMIT_WAIT_MS = 30_000;
/** A code is asked for a little after its step began: the vendor's clock may be behind. */
const NEXT_CODE_DELAY_MS = 500;
/** After a refusal no login is sent for so long: wrong ones in a row block an account. */
const REFUSED_REST_MS = 5 * 60_000;
/** A token that was refused so soon after its refresh is not refreshed again: a login follows. */
const REFRESH_AGAIN_MS = 60_000;
/** Means an overloaded back office or a wrong PIN; sent again, the second would block the account. */
const PIN_OR_OVERLOAD = "AB1007";

/** Makes a session that is not open yet. */
export function createSmartApiSession(options: SessionOptions): SmartApiSession {
  const { credentials, log } = options;
  const keeper = createTokenKeeper(options);
  return {
    open: keeper.open,
    renew: keeper.renew,
    authorizeSocket: async () => {
      const { jwtToken, feedToken } = await keeper.open();
      return {
        jwtToken,
        headers: {
          Authorization: `Bearer ${jwtToken}`,
          "x-api-key": credentials.apiKey,
          "x-client-code": credentials.clientCode,
          "x-feed-token": feedToken,
        },
      };
    },
    logout: async () => {
      const tokens = keeper.forget();
      if (tokens === undefined) return;
      const body = { clientcode: credentials.clientCode };
      const { jwtToken } = tokens;
      const secrets = secretsOf(tokens);
      try {
        const answer = await ask(options, { endpoint: "logout", body, jwtToken, secrets });
        if (answer.outcome === "data") log.info({}, "logged out");
        else log.warn(factsOf(answer), "the logout failed");
      } catch (cause) {
        const isFull = cause instanceof MeridianError && cause.code === "DISK_FULL";
        if (isFull) throw cause;
        // A busy store must not take the result of a published day away.
        log.warn({ why: cause instanceof Error ? cause.message : "" }, "the logout failed");
      }
    },
    secrets: () => secretsOf(keeper.held()),
    maskText: (text) => options.mask.apply(secretMask(secretsOf(keeper.held())).apply(text)),
    endsAt: () => keeper.held()?.endsAt ?? null,
  };
}

function secretsOf(tokens: SessionTokens | undefined): readonly string[] {
  return tokens === undefined ? [] : [tokens.jwtToken, tokens.refreshToken, tokens.feedToken];
}

/** Holds the tokens and gets others when they are due; one request for them at a time. */
function createTokenKeeper(options: SessionOptions) {
  const { clock, log } = options;
  let tokens: SessionTokens | undefined;
  let refreshedAtMs = -Infinity;
  let refused: { readonly error: MeridianError; readonly untilMs: number } | undefined;
  let pending: Promise<SessionTokens> | undefined;
  /** Causes of failed logins that were told since the last one that came through. */
  const told = new Set<string>();

  const tell = (answer: RestFailure): void => {
    const cause = `${answer.outcome} ${answer.code ?? ""}`;
    if (told.has(cause)) return;
    told.add(cause);
    log.warn(factsOf(answer), "the login failed");
  };
  const login = async (): Promise<SessionTokens> => {
    tokens = undefined;
    if (refused !== undefined && clock.monotonicMs() < refused.untilMs) throw refused.error;
    try {
      tokens = await sendLogin(options, tell);
    } catch (cause) {
      if (cause instanceof MeridianError && cause.code === "LOGIN_REFUSED") {
        refused = { error: cause, untilMs: clock.monotonicMs() + REFUSED_REST_MS };
      }
      throw cause;
    }
    told.clear();
    log.info({ endsAt: tokens.endsAt }, "logged in");
    return tokens;
  };

  const refreshOrLogin = async (before: SessionTokens): Promise<SessionTokens> => {
    if (clock.monotonicMs() - refreshedAtMs < REFRESH_AGAIN_MS) return login();
    refreshedAtMs = clock.monotonicMs();
    const renewed = await sendRefresh(options, before);
    if (renewed === undefined) return login();
    tokens = renewed;
    log.info({ endsAt: renewed.endsAt }, "session refreshed");
    return renewed;
  };

  const once = (work: () => Promise<SessionTokens>): Promise<SessionTokens> => {
    pending ??= work().finally(() => {
      pending = undefined;
    });
    return pending;
  };

  const open = (): Promise<SessionTokens> => {
    if (pending !== undefined) return pending;
    const isInForce = tokens !== undefined && clock.wallMs() < tokens.endsAt;
    return isInForce && tokens !== undefined ? Promise.resolve(tokens) : once(login);
  };

  return {
    open,
    renew: (refusedJwt: string): Promise<SessionTokens> => {
      const before = tokens;
      return before?.jwtToken === refusedJwt ? once(() => refreshOrLogin(before)) : open();
    },
    held: () => tokens,
    forget: (): SessionTokens | undefined => {
      const forgotten = tokens;
      tokens = undefined;
      return forgotten;
    },
  };
}

/** Logs in, with one more try when the code was refused. @throws LOGIN_REFUSED, VENDOR_UNREACHABLE */
async function sendLogin(
  options: SessionOptions,
  tell: (answer: RestFailure) => void,
): Promise<SessionTokens> {
  const { credentials, clock, random } = options;
  const secret = readSecret(credentials);
  let hasNextCode = true;
  let says = "";
  for (let tried = 1; tried <= TRIES_MAX; tried++) {
    const code = totp(secret, clock.wallMs());
    const body = { clientcode: credentials.clientCode, password: credentials.pin, totp: code };
    const answer = await ask(options, { endpoint: "login", body, secrets: [code] });
    if (answer.outcome === "data") {
      const found = tokensOfLogin(answer.data, answer.receivedAt);
      if (found !== undefined) return found;
      says = "the answer to the login holds no tokens";
      continue;
    }
    says = answer.detail;
    tell(answer);
    if (answer.remedy === "next_code" && hasNextCode) {
      hasNextCode = false;
      tried -= 1;
      await clock.sleepMs(msUntilNextTotp(clock.wallMs()) + NEXT_CODE_DELAY_MS);
      continue;
    }
    if (answer.remedy !== "soon" || answer.code === PIN_OR_OVERLOAD) throw loginRefused(says);
    if (tried < TRIES_MAX) await clock.sleepMs(retryPauseMs(answer, tried, random));
  }
  throw new MeridianError("VENDOR_UNREACHABLE", {
    message: `SmartAPI gave no usable answer to the login: ${says}`,
    facts: { tries: TRIES_MAX },
  });
}

/** New tokens, or `undefined` when the vendor gave none: then a login is due. */
async function sendRefresh(
  options: SessionOptions,
  before: SessionTokens,
): Promise<SessionTokens | undefined> {
  const { jwtToken, refreshToken, feedToken } = before;
  const secrets = [jwtToken, refreshToken, feedToken];
  const body = { refreshToken };
  const answer = await ask(options, { endpoint: "refresh", body, jwtToken, secrets });
  if (answer.outcome === "data") return tokensOfRefresh(answer.data, before, answer.receivedAt);
  options.log.warn(factsOf(answer), "the session could not be refreshed");
  return undefined;
}

/** Asks with a permit. A permit that does not come in time is a failure like the vendor's own. */
async function ask(
  { connection, limiter, clock }: SessionOptions,
  question: {
    readonly endpoint: RestEndpointName;
    readonly body: object;
    readonly jwtToken?: string | undefined;
    readonly secrets: readonly string[];
  },
): Promise<RestData | RestFailure> {
  const permit = await limiter.take(question.endpoint, PERMIT_WAIT_MS);
  if (permit.granted) return askSmartApi(connection, question);
  return noPermit(permit.waitMs, clock.wallMs());
}

/** What a call gets that was not made because the limits have no room for it. */
export function noPermit(waitMs: number, receivedAt: EpochMs): RestFailure {
  return {
    outcome: "THROTTLED",
    remedy: "soon",
    code: null,
    detail: `not asked: the vendor's limits allow the next call in ${Math.ceil(waitMs / 1000)} s`,
    bytes: null,
    sha256: null,
    retryAfterMs: waitMs,
    receivedAt,
  };
}

/** What is logged of an answer that is no data (decision 13). */
export function factsOf({ outcome, code, detail, bytes, sha256 }: RestFailure): object {
  return { outcome, code, detail, bytes, sha256 };
}

function loginRefused(says: string): MeridianError {
  return new MeridianError("LOGIN_REFUSED", { message: `SmartAPI refused the login: ${says}` });
}
