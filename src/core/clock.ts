/**
 * The one seam through which time of the machine enters. It serves scheduling, ages on screen and
 * `recorded_at` in envelopes outside every hash; no business value is computed from it (spec 9).
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly __brand: "EpochMs" };

/** Contract: `monotonicMs` never goes back; `sleepMs` resolves no earlier than asked. */
export interface Clock {
  /** Wall clock of the machine. It may jump either way. */
  wallMs(): EpochMs;
  /**
   * Milliseconds since the machine started, unaffected by changes of the wall clock. Processes of one
   * machine read the same; it may stand still while the machine sleeps, and begins anew with it.
   */
  monotonicMs(): number;
  sleepMs(durationMs: number): Promise<void>;
}
