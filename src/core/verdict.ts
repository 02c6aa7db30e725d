/**
 * What a gate says. A gate is a spec (what it proves, whether it blocks) and a pure function to a
 * `Verdict`; a refusal is a value, never an exception.
 */
import type { JsonValue } from "./canonical-json.ts";

/** `pass`: proved. `hold`: waits for a person or for data. `reject`: disproved. */
export type VerdictOutcome = "pass" | "hold" | "reject";

/** One reason behind a verdict: the rule, a whole sentence, and the facts it was decided on. */
export type VerdictReason = {
  readonly rule: string;
  readonly says: string;
  readonly facts: { readonly [key: string]: JsonValue };
};

export type Verdict = {
  readonly gate: string;
  readonly outcome: VerdictOutcome;
  readonly reasons: readonly VerdictReason[];
};
