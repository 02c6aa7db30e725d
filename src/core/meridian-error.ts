/**
 * Operating errors: the world was not as hoped (a full disk, a wrong setting, a missing key). Each
 * has a code from the catalogue, a sentence with the values, and facts. A refusal by a gate is not
 * an error but a `Verdict`; a bug is an `assert`.
 */
import type { JsonValue } from "./canonical-json.ts";
import { ERROR_CATALOGUE, type ErrorCode } from "./error-catalogue.ts";

export type ErrorDetails = {
  /** A whole sentence with the values, without a full stop at the end. */
  readonly message: string;
  readonly facts?: { readonly [key: string]: JsonValue } | undefined;
  /** Overrides the catalogue's next step where the message knows a better one. */
  readonly nextStep?: string | undefined;
  readonly cause?: unknown;
};

export class MeridianError extends Error {
  override readonly name = "MeridianError";
  readonly code: ErrorCode;
  readonly facts: { readonly [key: string]: JsonValue };
  readonly nextStep: string;
  readonly exitCode: number;
  readonly retryable: boolean;

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, { cause: details.cause });
    const entry = ERROR_CATALOGUE[code];
    this.code = code;
    this.facts = details.facts ?? {};
    this.nextStep = details.nextStep ?? entry.nextStep;
    this.exitCode = entry.exitCode;
    this.retryable = entry.retryable;
  }
}
