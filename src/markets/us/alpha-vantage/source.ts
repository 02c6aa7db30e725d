/**
 * Alpha Vantage as a `MarketDataSource`: asks, classifies, and hands on either data or a named
 * failure with every key masked. Budget, retries and landing are the fetch job's business.
 */
import type { Clock, EpochMs } from "#core/clock.ts";
import type {
  CallAnswer,
  CallFailure,
  MarketDataSource,
  VendorCall,
} from "#ingestion/market-data-source.ts";
import { callKeyOf } from "#ingestion/vendor-call.ts";
import { sha256Hex } from "#platform/digest.ts";
import { secretMask } from "#platform/secrets.ts";
import { type HttpAnswer, fetchBody } from "./alpha-vantage-client.ts";
import { classifyAnswer } from "./classify.ts";

export const ALPHA_VANTAGE = "alpha_vantage";

const DETAIL_LENGTH_MAX = 300;

export type AlphaVantageOptions = {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  /** All configured secrets of the operator: masked in details, and never part of data. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
  /** Largest body that is read; the client's own limit unless a test cannot wait for that many. */
  readonly bytesMax?: number | undefined;
};

/** Makes the source. It keeps nothing between calls but how the server ends its CSV bodies. */
export function openAlphaVantage(options: AlphaVantageOptions): MarketDataSource {
  const lineEnds = createLineEndWitness();
  return {
    vendor: ALPHA_VANTAGE,
    fetchCall: async (call, key) => {
      const { baseUrl, timeoutMs, bytesMax } = options;
      const { name, params } = call;
      const answer = await fetchBody({ baseUrl, name, params, key, timeoutMs, bytesMax });
      const secrets = [...new Set([...options.secrets, key])];
      return judge(call, answer, { secrets, receivedAt: options.clock.wallMs(), lineEnds });
    },
  };
}

function judge(
  call: VendorCall,
  answer: HttpAnswer,
  about: {
    readonly secrets: readonly string[];
    readonly receivedAt: EpochMs;
    readonly lineEnds: LineEndWitness;
  },
): CallAnswer {
  const { secrets, receivedAt, lineEnds } = about;
  const refuse = (outcome: CallFailure, detail: string): CallAnswer => {
    const seen = answer.outcome === "answered" ? answer : undefined;
    return {
      outcome,
      // Masked before it is cut: half a key would not be recognised.
      detail: secretMask(secrets).apply(detail).replaceAll(/\s+/g, " ").slice(0, DETAIL_LENGTH_MAX),
      bytes: seen?.bytes.length ?? null,
      sha256: seen === undefined ? null : sha256Hex(seen.bytes),
      retryAfterMs: seen?.retryAfterMs,
      receivedAt,
    };
  };
  if (answer.outcome !== "answered") return refuse(answer.outcome, answer.detail);
  const found = classifyAnswer(call, answer, secrets);
  if (found.outcome !== "data") return refuse(found.outcome, found.detail);
  if (!lineEnds.isBelievable(call, answer.bytes, found.isTerminated)) {
    return refuse("TRUNCATED", "the body ends inside its last line");
  }
  const { format, rows, newestDate, oldestDate } = found;
  const { bytes, synthetic } = answer;
  return { outcome: "data", bytes, format, synthetic, receivedAt, rows, newestDate, oldestDate };
}

/**
 * Tells a body that was cut in its last number from one whose server writes no last line end. The
 * vendor ends every line; so a body without it is first taken for cut. Only when the same bytes come
 * again, from a function that was never seen to end its last line, is that the server's way.
 */
interface LineEndWitness {
  isBelievable(call: VendorCall, bytes: Uint8Array, isTerminated: boolean): boolean;
}

function createLineEndWitness(): LineEndWitness {
  const endsItsLines = new Map<string, boolean>();
  const digestOfCall = new Map<string, string>();
  return {
    isBelievable: (call, bytes, isTerminated) => {
      if (isTerminated) endsItsLines.set(call.name, true);
      const habit = endsItsLines.get(call.name);
      if (isTerminated || habit === false) return true;
      if (habit === true) return false;
      const digest = sha256Hex(bytes);
      const isRepeated = digestOfCall.get(callKeyOf(call)) === digest;
      digestOfCall.set(callKeyOf(call), digest);
      if (isRepeated) endsItsLines.set(call.name, false);
      return isRepeated;
    },
  };
}
