/**
 * Who may do what: one client of the vendor, its logins and the three tokens that each login gives. It
 * decides whether a token is good; in which shape a refusal is written is `vendor-replies.ts`'s.
 */
import { createHmac } from "node:crypto";
import { acceptsTotp } from "./totp.ts";

export type SimulatedCredentials = {
  readonly apiKey: string;
  readonly clientCode: string;
  readonly pin: string;
  readonly totpSecret: string;
};

/** Credentials of the look-alike's only client; SYNTHETIC, as everything here. */
export const SIMULATED_CREDENTIALS: SimulatedCredentials = {
  apiKey: "synthetic-key",
  clientCode: "SYN0001",
  pin: "4711",
  totpSecret: "SYNTHETICSECRET2",
};

export type AccountOptions = {
  readonly credentials: SimulatedCredentials;
  /** Wall clock of codes and expiry. */
  readonly wallMs: () => number;
  readonly tokenLifetimeMs: number;
  /** False: the access token is no JWT, and nobody can read when it ends. */
  readonly readableExpiry: boolean;
  /** A login ends the sessions before it. */
  readonly laterLoginEnds: boolean;
};

export type SessionTokens = {
  readonly jwtToken: string;
  readonly refreshToken: string;
  readonly feedToken: string;
};

/** Why a token is not taken. */
export type TokenProblem = "missing" | "invalid" | "expired";
/** Why a login is not taken: the vendor's codes. */
export type LoginProblem = "AB1034" | "AB1007" | "AB1050";

type Session = SessionTokens & { expiresMs: number; state: "live" | "expired" | "ended" };

const SESSIONS_MAX = 10_000;
const MS_PER_SECOND = 1000;
const SIGNING_KEY = "SYNTHETIC";

/** The logins of the client. */
export class VendorAccounts {
  readonly #options: AccountOptions;
  #sessions: Session[] = [];
  #made = 0;
  /** Whether refresh tokens of sessions that were made to expire still work. */
  #refreshes = true;

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  get credentials(): SimulatedCredentials {
    return this.#options.credentials;
  }

  /** Opens a session, or says why not: key, then client and PIN, then one-time password. */
  login(apiKey: string, body: LoginBody): SessionTokens | LoginProblem {
    const { credentials, wallMs, laterLoginEnds } = this.#options;
    if (apiKey !== credentials.apiKey) return "AB1034";
    if (body.clientcode !== credentials.clientCode || body.password !== credentials.pin) {
      return "AB1007";
    }
    if (!acceptsTotp(credentials.totpSecret, body.totp, wallMs())) return "AB1050";
    if (laterLoginEnds) for (const one of this.#sessions) end(one);
    this.#refreshes = true;
    return this.#open();
  }

  /** Replaces all three tokens; `undefined` when the refresh token is not taken. */
  refresh(refreshToken: string): SessionTokens | undefined {
    const session = this.#sessions.find((one) => one.refreshToken === refreshToken);
    if (!session || session.state === "ended") return undefined;
    if (session.state === "expired" && !this.#refreshes) return undefined;
    end(session);
    return this.#open();
  }

  /** What is wrong with an Authorization value, which may or may not begin with `Bearer `. */
  problemOf(authorization: string | undefined): TokenProblem | undefined {
    const jwt = (authorization ?? "").replace(/^Bearer\s+/i, "");
    if (jwt === "") return "missing";
    const session = this.#sessions.find((one) => one.jwtToken === jwt);
    if (!session || session.state === "ended") return "invalid";
    const isOver = session.expiresMs <= this.#options.wallMs();
    return isOver || session.state === "expired" ? "expired" : undefined;
  }

  /** Whether a feed token belongs to a session that is live. */
  takesFeedToken(feedToken: string): boolean {
    return this.#sessions.some(
      (one) =>
        one.feedToken === feedToken &&
        one.state === "live" &&
        one.expiresMs > this.#options.wallMs(),
    );
  }

  logout(authorization: string | undefined): void {
    const jwt = (authorization ?? "").replace(/^Bearer\s+/i, "");
    for (const one of this.#sessions) if (one.jwtToken === jwt) end(one);
  }

  /** Lets all sessions expire at once, as at midnight. */
  expireAll(refreshWorks: boolean): void {
    this.#refreshes = refreshWorks;
    for (const one of this.#sessions) if (one.state === "live") one.state = "expired";
  }

  #open(): SessionTokens {
    const { wallMs, tokenLifetimeMs, readableExpiry, credentials } = this.#options;
    const number = ++this.#made;
    const expiresMs = wallMs() + tokenLifetimeMs;
    const claims = {
      username: credentials.clientCode,
      iat: Math.floor(wallMs() / MS_PER_SECOND),
      exp: Math.floor(expiresMs / MS_PER_SECOND),
      jti: `synthetic-${number}`,
    };
    const session: Session = {
      jwtToken: readableExpiry ? jwtOf(claims) : `synthetic-opaque-${number}`,
      refreshToken: jwtOf({ ...claims, token: "REFRESH" }),
      feedToken: jwtOf({ username: credentials.clientCode, token: "FEED", jti: `feed-${number}` }),
      expiresMs,
      state: "live",
    };
    if (this.#sessions.length >= SESSIONS_MAX) this.#sessions.shift();
    this.#sessions.push(session);
    const { jwtToken, refreshToken, feedToken } = session;
    return { jwtToken, refreshToken, feedToken };
  }
}

export type LoginBody = {
  readonly clientcode: string;
  readonly password: string;
  readonly totp: string;
};

function end(session: Session): void {
  session.state = "ended";
}

function jwtOf(claims: Readonly<Record<string, string | number>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS512", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha512", SIGNING_KEY).update(signed).digest("base64url")}`;
}
