/**
 * One question to the REST interface and what is made of the answer: data, or a named failure with its remedy
 * and every secret masked. Permits, tries and sessions are the callers'.
 */
import type { Clock, EpochMs } from "#core/clock.ts";
import { CALL_FAILURES, type CallFailure } from "#ingestion/market-data-source.ts";
import { sha256Hex } from "#platform/digest.ts";
import { SECRET_LENGTH_SURE, type SecretMask, secretMask } from "#platform/secrets.ts";
import { classifyAnswer } from "./classify-answer.ts";
import type { Remedy } from "./error-codes.ts";
import type { RestEndpointName } from "./rest-endpoints.ts";
import { type HttpAnswer, sendRequest } from "./smartapi-rest-client.ts";

/** How the interface is reached; the same for every question. */
export type RestConnection = {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** All configured secrets. */
  readonly mask: SecretMask;
  readonly bytesMax?: number | undefined;
};

export type Question = {
  readonly endpoint: RestEndpointName;
  readonly body?: object | undefined;
  readonly jwtToken?: string | undefined;
  /** Tokens of the session: masked too, and never part of market data. */
  readonly secrets: readonly string[];
};

export type RestData = {
  readonly outcome: "data";
  /** The answer's `data`. */
  readonly data: unknown;
  readonly bytes: Uint8Array;
  readonly synthetic: boolean;
  readonly receivedAt: EpochMs;
};

export type RestFailure = {
  readonly outcome: CallFailure;
  readonly remedy: Remedy;
  /** The vendor's code, when it gave one. */
  readonly code: string | null;
  /** What was seen, masked; at most 300 characters. */
  readonly detail: string;
  /** Length and digest of the refused body; null when none came. */
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly retryAfterMs: number | undefined;
  readonly receivedAt: EpochMs;
};

const DETAIL_LENGTH_MAX = 300;

/** Asks once. Never throws for what the network or the vendor does. */
export async function askSmartApi(
  connection: RestConnection,
  question: Question,
): Promise<RestData | RestFailure> {
  const { clock, baseUrl, apiKey, timeoutMs, bytesMax } = connection;
  const { endpoint, body, jwtToken } = question;
  const answer = await sendRequest({
    baseUrl,
    endpoint,
    body,
    apiKey,
    jwtToken,
    timeoutMs,
    bytesMax,
  });
  const receivedAt = clock.wallMs();
  const fail = failureMaker({ connection, question, answer, receivedAt });
  if (answer.outcome !== "answered") {
    return fail(answer.outcome, { remedy: remedyOf(answer.outcome), detail: answer.detail });
  }
  const found = classifyAnswer(answer.status, answer.bytes);
  if (found.outcome !== "data") return fail(found.outcome, found);
  const { bytes, synthetic } = answer;
  if (
    isMarketData(endpoint) &&
    holdsSecret(bytes, [apiKey, ...question.secrets], connection.mask)
  ) {
    return fail("NOT_DATA", { remedy: "never", detail: "the body contains a configured secret" });
  }
  return { outcome: "data", data: found.data, bytes, synthetic, receivedAt };
}

/** A failure found in what was received as data. */
export function refuseData(received: RestData, detail: string): RestFailure {
  const { bytes, receivedAt } = received;
  return {
    outcome: "NOT_DATA",
    remedy: "soon",
    code: null,
    detail: detail.slice(0, DETAIL_LENGTH_MAX),
    bytes: bytes.length,
    sha256: sha256Hex(bytes),
    retryAfterMs: undefined,
    receivedAt,
  };
}

/** Waiting and trying again helps, or nothing does: the vendor's codes did not come so far. */
function remedyOf(outcome: CallFailure): Remedy {
  return CALL_FAILURES[outcome].retry === "never" ? "never" : "soon";
}

function failureMaker(about: {
  readonly connection: RestConnection;
  readonly question: Question;
  readonly answer: HttpAnswer;
  readonly receivedAt: EpochMs;
}) {
  const { connection, question, answer, receivedAt } = about;
  const seen = answer.outcome === "answered" ? answer : undefined;
  const own = secretMask([connection.apiKey, ...question.secrets]);
  return (
    outcome: CallFailure,
    says: { readonly remedy: Remedy; readonly detail: string; readonly code?: string | null },
  ): RestFailure => ({
    outcome,
    remedy: says.remedy,
    code: says.code ?? null,
    // Masked before it is cut: half a secret would not be recognised.
    detail: connection.mask
      .apply(own.apply(says.detail))
      .replaceAll(/\s+/g, " ")
      .slice(0, DETAIL_LENGTH_MAX),
    bytes: seen?.bytes.length ?? null,
    sha256: seen === undefined ? null : sha256Hex(seen.bytes),
    retryAfterMs: seen?.retryAfterMs,
    receivedAt,
  });
}

function isMarketData(endpoint: RestEndpointName): boolean {
  return endpoint === "candles" || endpoint === "quote";
}

/**
 * Whether a body spells a secret that cannot be a number. A PIN of four digits is any day's volume: it is
 * masked in texts, but is no sign here.
 */
function holdsSecret(bytes: Uint8Array, secrets: readonly string[], mask: SecretMask): boolean {
  const text = new TextDecoder().decode(bytes);
  const sure = secrets.filter((secret) => secret.length >= SECRET_LENGTH_SURE);
  return secretMask(sure).apply(text) !== text || holdsConfigured(text, mask);
}

/** Numbers are taken out first, so that only a secret with letters is found. */
function holdsConfigured(text: string, mask: SecretMask): boolean {
  const words = text.replaceAll(/(?<![\w.-])[+-]?\d+(?:\.\d+)?(?![\w.-])/g, "0");
  return mask.apply(words) !== words;
}
