/**
 * Counts the sequence numbers of a day: how many there are between the first and the newest of each token
 * and mode, how many came, and whether a feed counts them one by one at all (decision 16).
 */
import { isConsecutive, type SequenceSteps } from "./sequence-steps.ts";
import { keyAt, modeOfKey, type PacketRows, sequenceOfKey } from "./packet-rows.ts";

export type MissingPackets = {
  /** Packets that never came; null when sequence numbers do not tell. */
  readonly missing: number | null;
  readonly reason: "SEQUENCE_NOT_CONSECUTIVE" | null;
};

/** Room for a sequence number below the mode, both exact in one number. */
const MODE_FACTOR = 2 ** 51;

export function createSequenceCount() {
  const steps: SequenceSteps = { all: 0, ones: 0 };
  let missing = 0;
  return {
    /**
     * Counts a token's packets of the day, without repeated ones, in any order. A step across one of its
     * `gaps` says nothing of how the feed counts: so many longer ones are missing packets and no more.
     */
    add: (rows: PacketRows, run: Int32Array, gaps: number): void => {
      let longer = 0;
      const numbers = Float64Array.from(run, (row) => {
        const key = keyAt(rows, row);
        return modeOfKey(key) * MODE_FACTOR + sequenceOfKey(key);
      }).sort();
      for (let at = 1; at < numbers.length; at++) {
        const step = (numbers[at] ?? 0) - (numbers[at - 1] ?? 0);
        const isOtherMode = step > MODE_FACTOR / 2;
        if (isOtherMode) continue;
        steps.all += 1;
        if (step === 1) steps.ones += 1;
        else longer += 1;
        missing += step - 1;
      }
      steps.all -= Math.min(longer, gaps);
    },
    areConsecutive: (): boolean => isConsecutive(steps),
    result: (): MissingPackets =>
      isConsecutive(steps)
        ? { missing, reason: null }
        : { missing: null, reason: "SEQUENCE_NOT_CONSECUTIVE" },
  };
}
