/**
 * Whether a feed counts each token's packets one by one. Only then do sequence numbers tell what is
 * missing: the exchange's own numbers run over all instruments and leap from packet to packet.
 */

/** Steps forward between sequence numbers of one token, over all tokens. */
export type SequenceSteps = { all: number; ones: number };

/** Share of steps that must be exactly one; the rest may be losses. */
const CONSECUTIVE_SHARE = 0.99;

export function isConsecutive(steps: SequenceSteps): boolean {
  return steps.all > 0 && steps.ones >= steps.all * CONSECUTIVE_SHARE;
}
