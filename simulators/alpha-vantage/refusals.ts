/**
 * The ways in which the vendor says no with HTTP 200 and a JSON body, even on CSV calls (docs/vendors/alpha-vantage.md
 * B2). The wording is our own; the parts by which a client can tell them apart are the vendor's.
 */

export const REFUSALS = [
  "burst",
  "daily_quota",
  "legacy_note",
  "premium_endpoint",
  "premium_outputsize",
  "demo_key",
  "invalid_key",
  "invalid_call",
  "unknown_function",
  "empty_object",
  "empty_quote",
] as const;
export type Refusal = (typeof REFUSALS)[number];

export type RefusalFacts = {
  readonly functionName: string;
  readonly apiKey: string;
  /** Calls a minute of the plan, for the older throttle note. */
  readonly callsPerMinute?: number | undefined;
};

const PREMIUM_PAGE = "https://www.alphavantage.co/premium/";
const DOCUMENTATION = "https://www.alphavantage.co/documentation/";
const FREE_CALLS_PER_MINUTE = 5;

/** The body of a refusal. */
export function refusalBody(refusal: Refusal, facts: RefusalFacts): string {
  const [key, text] = REFUSAL_TEXTS[refusal](facts);
  if (key === "") return "{}";
  return JSON.stringify({ [key]: text }, null, 4);
}

type RefusalText = readonly [key: string, value: string | Readonly<Record<string, never>>];

const REFUSAL_TEXTS: Readonly<Record<Refusal, (facts: RefusalFacts) => RefusalText>> = {
  burst: () => [
    "Information",
    `Thank you for using Alpha Vantage! Please space your free API requests more sparingly (1 request per second). The free limit is 25 requests per day; a premium plan (${PREMIUM_PAGE}) lifts it.`,
  ],
  daily_quota: ({ apiKey }) => [
    "Information",
    `We have detected your API key as ${apiKey} and our standard API rate limit is 25 requests per day. A premium plan (${PREMIUM_PAGE}) removes all daily rate limits.`,
  ],
  legacy_note: ({ callsPerMinute = FREE_CALLS_PER_MINUTE }) => [
    "Note",
    `Thank you for using Alpha Vantage! Our standard API call frequency is ${callsPerMinute} calls per minute. See ${PREMIUM_PAGE} for a higher API call frequency.`,
  ],
  premium_endpoint: () => [
    "Information",
    `Thank you for using Alpha Vantage! This is a premium endpoint. Any of the plans at ${PREMIUM_PAGE} unlocks it.`,
  ],
  premium_outputsize: () => [
    "Information",
    `Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature of this endpoint. Any of the plans at ${PREMIUM_PAGE} unlocks it.`,
  ],
  demo_key: () => [
    "Information",
    "The **demo** API key is for demo purposes only. Please claim a free key of your own to use this API call.",
  ],
  invalid_key: () => [
    "Error Message",
    "the parameter apikey is invalid or missing. Please claim a free key and send it as apikey.",
  ],
  invalid_call: ({ functionName }) => [
    "Error Message",
    `Invalid API call. Please retry or visit the documentation (${DOCUMENTATION}) for ${functionName}.`,
  ],
  unknown_function: ({ functionName }) => [
    "Error Message",
    `This API function (${functionName}) does not exist.`,
  ],
  empty_object: () => ["", ""],
  empty_quote: () => ["Global Quote", {}],
};
