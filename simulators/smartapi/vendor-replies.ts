/**
 * The shapes in which the vendor answers over REST: success, and its four ways to fail. What is answered
 * is decided by `rest-answers.ts`.
 */

/** Header by which clients know that what they got is made up. It is on every answer. */
export const SYNTHETIC_HEADER = "x-meridian-synthetic";
export const SYNTHETIC_VALUE = "1";

export type Reply = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  /** For the record of requests: `data`, a code, or the fault that struck. */
  readonly outcome: string;
};

const JSON_TYPE = "application/json";
const STATUS_FORBIDDEN = 403;

/** Meanings of the codes that the look-alike gives. */
const MESSAGES: Readonly<Record<string, string>> = {
  AB1004: "Something Went Wrong, Please Try After Sometime",
  AB1007: "Invalid clientcode parameter name",
  AB1034: "App not found",
  AB1050: "Invalid totp",
  AB1009: "Symbol Not Found",
  AB4018: "Symbol token is empty",
  AB8050: "Invalid Refresh Token",
  AB8051: "Refresh Token Expired",
  AG8001: "Invalid Token",
  AG8002: "Token Expired",
  AG8003: "Token missing",
  AG8004: "Invalid API Key",
};

/** Data in the vendor's envelope. */
export function successReply(data: unknown): Reply {
  return json(200, { status: true, message: "SUCCESS", errorcode: "", data }, "data");
}

/** The application's way to fail: `status`, `errorcode`. */
export function applicationError(code: string): Reply {
  const message = MESSAGES[code] ?? code;
  return json(200, { message, errorcode: code, status: false, data: null }, code);
}

/** The gateway's way: `success`, `errorCode`. */
export function gatewayError(code: string, status = 200): Reply {
  const message = MESSAGES[code] ?? code;
  return json(status, { success: false, message, errorCode: code, data: "" }, code);
}

/** As the documentation shows it: texts instead of values. */
export function stringFalse(): Reply {
  const message = MESSAGES["AB1004"] ?? "";
  return json(200, { message, errorcode: "AB1004", status: "false", data: "null" }, "string_false");
}

/** Too many calls: a text, not JSON. */
export function rateText(): Reply {
  return {
    status: STATUS_FORBIDDEN,
    contentType: "text/plain",
    body: "Access denied because of exceeding access rate",
    outcome: "text_403",
  };
}

export function emptyBody(): Reply {
  return { status: 200, contentType: JSON_TYPE, body: "", outcome: "empty_body" };
}

export function notFound(path: string): Reply {
  return { status: 404, contentType: "text/plain", body: `no ${path}`, outcome: "not_found" };
}

/** A body that is JSON already. */
export function rawJson(body: string | Buffer, outcome: string): Reply {
  return { status: 200, contentType: JSON_TYPE, body, outcome };
}

function json(status: number, value: unknown, outcome: string): Reply {
  return { status, contentType: JSON_TYPE, body: JSON.stringify(value), outcome };
}
