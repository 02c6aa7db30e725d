/** The secret of the one-time codes out of what the operator configured, or what is wrong with it. Pure. */
import { MeridianError } from "#core/meridian-error.ts";
import { parseBase32, secretProblem } from "./totp.ts";

/** The secret of the one-time codes. @throws LOGIN_REFUSED naming what is wrong with it, never what it is */
export function readSecret({ totpSecret }: { readonly totpSecret: string }): Uint8Array {
  const secret = parseBase32(totpSecret);
  const problem = secretProblem(totpSecret);
  if (secret !== undefined && problem === undefined) return secret;
  throw new MeridianError("LOGIN_REFUSED", {
    message: `no login is tried: SMARTAPI_TOTP_SECRET ${problem ?? "cannot be read"}`,
    facts: { variable: "SMARTAPI_TOTP_SECRET" },
    nextStep:
      "Copy the secret into `.env` as the vendor showed it when TOTP was enabled; the six digits of an app are not it.",
  });
}
