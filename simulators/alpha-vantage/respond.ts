/**
 * From a query to the bytes of the answer and the way they are to be sent: faults that refuse, the
 * vendor's own answer, faults in its rows, faults in its text. Sending is the server's.
 */
import { unreachable } from "#core/assert.ts";
import { type Accounts, answerQuery } from "./answer-query.ts";
import type { CsvLineEnd } from "./daily-csv.ts";
import type { FaultArgs, StrikingFault } from "./fault-book.ts";
import { type FaultOf, isFaultOf } from "./fault-list.ts";
import type { IntradayLabels } from "./intraday-answer.ts";
import { type Refusal, refusalBody } from "./refusals.ts";
import { spoilRows } from "./row-faults.ts";
import type { VendorAnswer } from "./vendor-answer.ts";
import { CSV_ONLY_FUNCTIONS, type VendorQuery } from "./vendor-query.ts";
import { renderCsv, renderJson } from "./vendor-table.ts";
import type { VendorView } from "./vendor-view.ts";

/** An answer ready to be sent. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `data`, the name of a refusal, or the name of the fault that stands in for an answer. */
  readonly outcome: string;
  /** Faults that strike on the way, in order; only the first is carried out. */
  readonly delivery: readonly DeliveryFault[];
};

export type DeliveryFault = { readonly fault: FaultOf<"delivery">; readonly args: FaultArgs };

export type RespondContext = {
  readonly accounts: Accounts;
  readonly view: VendorView;
  readonly labels: IntradayLabels;
  readonly lineEnd: CsvLineEnd;
  /** The request line as received, for pages that echo it. */
  readonly requestLine: string;
};

const JSON_TYPE = "application/json";
const CSV_TYPE = "application/x-download";
const HTML_TYPE = "text/html; charset=utf-8";
const DEFAULT_RETRY_AFTER_SECONDS = 2;
const HALF = 0.5;

/** Makes the reply to a query that the given faults strike. */
export function respond(
  context: RespondContext,
  query: VendorQuery,
  faults: readonly StrikingFault[],
): Reply {
  const delivery = faults.flatMap(({ fault, args }) =>
    isFaultOf(fault, "delivery") ? [{ fault, args }] : [],
  );
  for (const { fault, args } of faults) {
    if (!isFaultOf(fault, "refusal")) continue;
    return { ...refusalReply(fault, args, query, context), outcome: fault, delivery };
  }
  const asked = withFormOfFault(query, faults);
  const answer = spoiled(answerQuery(context.accounts, context.view, asked, context.labels), {
    context,
    query: asked,
    faults,
  });
  const reply = written(answer, asked, context);
  return { ...spoiledBody(reply, faults, query, context.lineEnd), delivery };
}

type Written = Omit<Reply, "delivery">;

const REFUSAL_OF_FAULT: Readonly<Partial<Record<FaultOf<"refusal">, Refusal>>> = {
  burst_notice: "burst",
  daily_quota_notice: "daily_quota",
  legacy_note: "legacy_note",
  premium_endpoint: "premium_endpoint",
  premium_outputsize: "premium_outputsize",
  demo_key: "demo_key",
  invalid_key: "invalid_key",
  unknown_symbol: "invalid_call",
  empty_object: "empty_object",
  empty_quote: "empty_quote",
};

function refusalReply(
  fault: FaultOf<"refusal">,
  args: FaultArgs,
  query: VendorQuery,
  context: RespondContext,
): Omit<Written, "outcome"> {
  const refusal = REFUSAL_OF_FAULT[fault];
  if (refusal) return reply(200, JSON_TYPE, refusalBody(refusal, query));
  const page = (text: string): string =>
    `<!DOCTYPE html>\n<html><head><title>SYNTHETIC error</title></head><body><h1>${text}</h1></body></html>\n`;
  switch (fault) {
    case "detail_object":
      return reply(406, JSON_TYPE, '{"detail": "Could not satisfy the request Accept header."}');
    case "html_page":
      return reply(200, HTML_TYPE, page("We will be back soon"));
    case "key_echo_error_page":
      return reply(500, HTML_TYPE, page(`Error while answering ${context.requestLine}`));
    case "http_429": {
      const seconds = args.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS;
      const refused = reply(429, "text/plain", "Too Many Requests");
      return { ...refused, headers: { ...refused.headers, "retry-after": String(seconds) } };
    }
    case "http_500":
      return reply(500, "text/plain", "Internal Server Error");
    default:
      return reply(200, JSON_TYPE, "");
  }
}

/** A fault that lives in one form is struck in that form, whichever was asked for. */
function withFormOfFault(query: VendorQuery, faults: readonly StrikingFault[]): VendorQuery {
  const hasJson = !CSV_ONLY_FUNCTIONS.includes(query.functionName);
  const wantsJson = faults.some(({ fault }) => fault === "truncated_json");
  return wantsJson && hasJson ? { ...query, datatype: "json" } : query;
}

function spoiled(
  answer: VendorAnswer,
  made: {
    readonly context: RespondContext;
    readonly query: VendorQuery;
    readonly faults: readonly StrikingFault[];
  },
): VendorAnswer {
  if (answer.kind !== "table") return answer;
  const { apiKey, datatype } = made.query;
  const { calendar } = made.context.view;
  let { table } = answer;
  for (const { fault, args } of made.faults) {
    if (!isFaultOf(fault, "rows") || fault === "partial_row") continue;
    table = spoilRows(table, fault, args, { calendar, apiKey, datatype });
  }
  return { kind: "table", table };
}

function written(answer: VendorAnswer, query: VendorQuery, context: RespondContext): Written {
  if (answer.kind === "refusal") {
    const { callsPerMinute } = context.accounts.limits.premium;
    const body = refusalBody(answer.refusal, { ...query, callsPerMinute });
    return { ...reply(200, JSON_TYPE, body), outcome: answer.refusal };
  }
  if (answer.kind === "json") {
    return { ...reply(200, JSON_TYPE, JSON.stringify(answer.body, null, 4)), outcome: "data" };
  }
  if (query.datatype === "json") {
    return { ...reply(200, JSON_TYPE, renderJson(answer.table)), outcome: "data" };
  }
  const csv = reply(200, CSV_TYPE, renderCsv(answer.table, context.lineEnd));
  const fileName = `${query.functionName.toLowerCase()}.csv`;
  const disposition = `attachment; filename=${fileName}`;
  return {
    ...csv,
    headers: { ...csv.headers, "content-disposition": disposition },
    outcome: "data",
  };
}

function spoiledBody(
  made: Written,
  faults: readonly StrikingFault[],
  query: VendorQuery,
  lineEnd: CsvLineEnd,
): Written {
  let spoiledReply = made;
  for (const { fault, args } of faults) {
    if (!isFaultOf(fault, "body") || made.outcome !== "data") continue;
    if (fault === "wrong_content_type") {
      const headers = { ...spoiledReply.headers, "content-type": HTML_TYPE };
      spoiledReply = { ...spoiledReply, headers, outcome: fault };
      continue;
    }
    const body = spoiledText(fault, spoiledReply.body, args, query, lineEnd);
    spoiledReply = { ...spoiledReply, body, outcome: fault };
  }
  return spoiledReply;
}

function spoiledText(
  fault: Exclude<FaultOf<"body">, "wrong_content_type">,
  body: string,
  args: FaultArgs,
  query: VendorQuery,
  lineEnd: CsvLineEnd,
): string {
  const lines = body.split(lineEnd);
  switch (fault) {
    case "truncated_json": {
      // A function without JSON form breaks off in the middle of an error instead.
      const json = body.startsWith("{") ? body : refusalBody("daily_quota", query);
      return json.slice(0, Math.floor(json.length * (args.share ?? HALF)));
    }
    case "csv_cut_mid_row": {
      const cut = Math.floor(body.length * (args.share ?? HALF));
      const comma = body.indexOf(",", cut);
      // One digit of a number is left behind its comma: the row looks whole to a careless eye.
      return body.slice(0, comma < 0 ? cut : comma + 2);
    }
    case "csv_cut_mid_number": {
      const lineAt = body.indexOf(lineEnd, Math.floor(body.length * (args.share ?? HALF)));
      return body.slice(0, Math.max(0, (lineAt < 0 ? body.length : lineAt) - 2));
    }
    case "csv_error_after_rows": {
      const head = lines.slice(0, 1 + (args.rowCount ?? 3));
      return [...head, refusalBody("daily_quota", query)].join(lineEnd);
    }
    case "csv_notice_as_row":
      return `${lines[0]}${lineEnd}I,n,f,o,r,m,a${lineEnd}`;
    default:
      return unreachable(fault);
  }
}

function reply(status: number, contentType: string, body: string): Omit<Written, "outcome"> {
  return { status, headers: { "content-type": contentType }, body };
}
