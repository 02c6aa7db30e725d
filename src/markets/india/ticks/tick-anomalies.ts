/**
 * Counts what is wrong with packets, by a closed list of codes, and keeps the first raw examples of
 * each. Nothing is thrown for a packet; what a count means for a session is the report's business.
 */

/** Why a packet is not used, or not as it stands. */
export const ANOMALY_CODES = [
  /** The length is not that of the mode: a 47-byte price packet, a piece of a packet. */
  "WRONG_LENGTH",
  /** No mode of 1 to 3 (4 is the undocumented depth packet), or less than what was subscribed. */
  "WRONG_MODE",
  "UNKNOWN_EXCHANGE",
  /** Not a token of this session's plan on that exchange. */
  "UNKNOWN_TOKEN",
  /** The token has no price yet, or lost it; its sequence number still counts as received. */
  "ZERO_PRICE",
  /** A price, volume, sequence number or time that no exchange sends. */
  "ABSURD_VALUE",
  /** The exchange time is of a day before the session: what was last known, sent on subscribing. */
  "STALE_SNAPSHOT",
  /** The exchange time is of a later day, or far ahead of the machine's clock that keeps the session. */
  "FUTURE_TIME",
  /** The day's cumulative volume went down from one packet of a token to its next. */
  "VOLUME_DECREASE",
] as const;
export type AnomalyCode = (typeof ANOMALY_CODES)[number];

/** Place of a code in the list; what `decodePacket` returns. */
export const WRONG_LENGTH = 0;
export const WRONG_MODE = 1;
export const UNKNOWN_EXCHANGE = 2;
export const UNKNOWN_TOKEN = 3;
export const ZERO_PRICE = 4;
export const ABSURD_VALUE = 5;
export const STALE_SNAPSHOT = 6;
export const FUTURE_TIME = 7;
export const VOLUME_DECREASE = 8;

/** Raw packets kept of each code; all others are in the tick log. */
export const EXAMPLES_KEPT = 5;
/** Bytes kept of a packet; the longest that means anything is shorter. */
const EXAMPLE_BYTES_MAX = 512;

export type AnomalyCount = {
  readonly code: AnomalyCode;
  readonly count: number;
  /** The first packets, as hexadecimal; for VOLUME_DECREASE a sentence with the values. */
  readonly examples: readonly string[];
};

export type AnomalyTally = ReturnType<typeof createAnomalyTally>;

/** An empty tally. */
export function createAnomalyTally() {
  const counts = new Float64Array(ANOMALY_CODES.length);
  const examples: string[][] = ANOMALY_CODES.map(() => []);
  return {
    /** Counts one packet, `length` bytes at `offset`, under the code at this place of the list. */
    add: (code: number, view: DataView, offset: number, length: number): void => {
      counts[code] = (counts[code] ?? 0) + 1;
      const kept = examples[code];
      if (kept !== undefined && kept.length < EXAMPLES_KEPT) kept.push(hexOf(view, offset, length));
    },
    /** Counts one that is seen across packets; `says` is made only while examples are kept. */
    addSeen: (code: number, says: () => string): void => {
      counts[code] = (counts[code] ?? 0) + 1;
      const kept = examples[code];
      if (kept !== undefined && kept.length < EXAMPLES_KEPT) kept.push(says());
    },
    /** Those that occurred, in the order of the list. */
    list: (): AnomalyCount[] =>
      ANOMALY_CODES.flatMap((code, at) => {
        const count = counts[at] ?? 0;
        return count === 0 ? [] : [{ code, count, examples: [...(examples[at] ?? [])] }];
      }),
  };
}

function hexOf(view: DataView, offset: number, length: number): string {
  const kept = Math.min(length, EXAMPLE_BYTES_MAX);
  return new Uint8Array(view.buffer, view.byteOffset + offset, kept).toHex();
}
