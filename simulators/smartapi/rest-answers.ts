/**
 * Answers one call over REST: faults first, then limits, then tokens, then the endpoint. The order of the
 * vendor's own checks is not documented; this one lets a test reach each of them.
 */
import { z } from "zod";
import type { TickTimeline } from "../synthetic-market/tick-columns.ts";
import { type CallLimits, CallWindows } from "./call-windows.ts";
import { type CandleSources, answerCandles } from "./candle-answer.ts";
import type { FaultBook } from "./fault-book.ts";
import type { FaultName } from "./fault-list.ts";
import { instrumentMaster } from "./instrument-master.ts";
import { answerQuotes } from "./quote-answer.ts";
import {
  type Reply,
  applicationError,
  emptyBody,
  gatewayError,
  notFound,
  rateText,
  rawJson,
  stringFalse,
  successReply,
} from "./vendor-replies.ts";
import type { VendorAccounts } from "./vendor-accounts.ts";

/** One call as it came in. */
export type RestCall = {
  readonly method: string;
  readonly path: string;
  readonly apiKey: string | undefined;
  readonly authorization: string | undefined;
  /** Parsed body; `undefined` for none or for what is no JSON. */
  readonly body: unknown;
};

export type RestParts = {
  readonly accounts: VendorAccounts;
  readonly faults: FaultBook;
  readonly candles: CandleSources;
  readonly timeline: TickTimeline;
  readonly limits: boolean;
  readonly masterRows: number;
  readonly monotonicMs: () => number;
  readonly eventSecond: () => number;
  /** Seeded, for faults that strike a share of the calls. */
  readonly chance: () => number;
};

export const MASTER_PATH = "/OpenAPI_File/files/OpenAPIScripMaster.json";
const USER = "/rest/secure/angelbroking/user/v1";

/** Method, path and published limits of what is served. */
const ENDPOINTS: Readonly<Record<string, CallLimits>> = {
  "POST /rest/auth/angelbroking/user/v1/loginByPassword": { second: 1 },
  "POST /rest/auth/angelbroking/jwt/v1/generateTokens": { second: 1, hour: 1000 },
  [`GET ${USER}/getProfile`]: { second: 3, hour: 1000 },
  [`POST ${USER}/logout`]: { second: 1 },
  "POST /rest/secure/angelbroking/historical/v1/getCandleData": {
    second: 3,
    minute: 180,
    hour: 5000,
  },
  "POST /rest/secure/angelbroking/market/v1/quote/": { second: 10, minute: 500, hour: 5000 },
};

const loginSchema = z.looseObject({
  clientcode: z.string(),
  password: z.string(),
  totp: z.string(),
  state: z.string().optional(),
});
const refreshSchema = z.looseObject({ refreshToken: z.string() });

const MASTER_FAULTS: readonly FaultName[] = ["instruments_404", "instruments_null"];
const SECURE_FAULTS: readonly FaultName[] = [
  "text_403",
  "empty_body",
  "gateway_error",
  "string_false",
];

/** The REST half of a simulator. */
export class RestAnswers {
  readonly windows = new CallWindows();
  readonly #parts: RestParts;
  #master: Buffer | undefined;

  constructor(parts: RestParts) {
    this.#parts = parts;
  }

  answer(call: RestCall): Reply {
    if (call.path === MASTER_PATH && call.method === "GET") return this.#answerMaster(call);
    const path = call.path.endsWith("/quote") ? `${call.path}/` : call.path;
    const endpoint = `${call.method} ${path}`;
    const limits = ENDPOINTS[endpoint];
    if (!limits) return notFound(call.path);
    const faulty = this.#faulty(call);
    if (faulty) return faulty;
    const { monotonicMs, accounts } = this.#parts;
    if (this.#parts.limits && !this.windows.admits(endpoint, limits, monotonicMs())) {
      return rateText();
    }
    if (call.apiKey === undefined || call.apiKey === "") return gatewayError("AG8004");
    if (path.endsWith("/loginByPassword")) return this.#login(call);
    if (path.endsWith("/generateTokens")) return this.#refresh(call);
    if (call.apiKey !== accounts.credentials.apiKey) return gatewayError("AG8004");
    const problem = accounts.problemOf(call.authorization);
    if (problem !== undefined) {
      return gatewayError({ missing: "AG8003", invalid: "AG8001", expired: "AG8002" }[problem]);
    }
    return this.#secure(path, call);
  }

  #secure(path: string, call: RestCall): Reply {
    const { accounts, candles, timeline } = this.#parts;
    if (path.endsWith("/getCandleData")) return answerCandles(candles, call.body);
    if (path.endsWith("/quote/")) {
      return answerQuotes(timeline, candles.rowsPassed(), call.body);
    }
    if (path.endsWith("/logout")) {
      accounts.logout(call.authorization);
      return successReply("");
    }
    return successReply({
      clientcode: accounts.credentials.clientCode,
      name: "SYNTHETIC CLIENT",
      email: "",
      mobileno: "",
      exchanges: '["nse_cm","bse_cm"]',
      products: '["CNC","MIS"]',
      lastlogintime: "",
      brokerid: "SYN",
    });
  }

  #login(call: RestCall): Reply {
    const body = loginSchema.safeParse(call.body);
    if (!body.success) return applicationError("AB1004");
    const { state, ...credentials } = body.data;
    const result = this.#parts.accounts.login(call.apiKey ?? "", credentials);
    if (typeof result === "string") return applicationError(result);
    return successReply(state === undefined ? result : { ...result, state });
  }

  #refresh(call: RestCall): Reply {
    const body = refreshSchema.safeParse(call.body);
    const tokens = body.success ? this.#parts.accounts.refresh(body.data.refreshToken) : undefined;
    return tokens === undefined ? applicationError("AB8050") : successReply(tokens);
  }

  #faulty(call: RestCall): Reply | undefined {
    const faults: FaultName[] = [...SECURE_FAULTS];
    if (call.path.endsWith("/loginByPassword")) faults.push("login_refused");
    if (call.path.endsWith("/getCandleData")) faults.push("ab1004_storm");
    const struck = this.#strike(faults, call.path);
    switch (struck?.rule.fault) {
      case "text_403":
        return rateText();
      case "empty_body":
        return emptyBody();
      case "gateway_error":
        return gatewayError(struck.rule.args?.code ?? "AG8001");
      case "string_false":
        return stringFalse();
      case "login_refused":
        return applicationError(struck.rule.args?.code ?? "AB1050");
      case "ab1004_storm":
        return applicationError("AB1004");
      default:
        return undefined;
    }
  }

  #answerMaster(call: RestCall): Reply {
    const struck = this.#strike(MASTER_FAULTS, call.path);
    if (struck?.rule.fault === "instruments_404") return notFound(call.path);
    if (struck?.rule.fault === "instruments_null") return rawJson("null", "instruments_null");
    const { timeline, masterRows } = this.#parts;
    this.#master ??= instrumentMaster(timeline.instruments, masterRows);
    return rawJson(this.#master, "data");
  }

  #strike(faults: readonly FaultName[], path: string): ReturnType<FaultBook["strikeCall"]> {
    const { faults: book, eventSecond, chance } = this.#parts;
    return book.strikeCall(faults, path, eventSecond(), chance());
  }
}
