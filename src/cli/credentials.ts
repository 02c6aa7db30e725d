/**
 * Secrets: from the environment or from `.env` in the workspace, nowhere else (architecture 5).
 * They are handed to what needs them and to the mask that keeps them out of everything written.
 */
import { parseEnv } from "node:util";
import { readTextIfThere } from "#platform/atomic-file.ts";
import { type SecretMask, secretMask } from "#platform/secrets.ts";

const SECRET_NAMES = [
  "ALPHAVANTAGE_API_KEYS",
  "SMARTAPI_API_KEY",
  "SMARTAPI_CLIENT_CODE",
  "SMARTAPI_PIN",
  "SMARTAPI_TOTP_SECRET",
] as const;

export type Credentials = {
  /** The key pool, in the order given; empty when no key is set. */
  readonly alphaVantageKeys: readonly string[];
  readonly mask: SecretMask;
};

/** Reads the secrets; the environment wins over the file. */
export function readCredentials(
  envPath: string,
  environment: { readonly [name: string]: string | undefined },
): Credentials {
  // Editors on Windows begin a file with a byte order mark, which would become part of the first name.
  const file = parseEnv((readTextIfThere(envPath) ?? "").replace(/^\uFEFF/, ""));
  const values = SECRET_NAMES.map((name) => environment[name] ?? file[name] ?? "");
  const alphaVantageKeys = splitKeys(values[0] ?? "");
  return { alphaVantageKeys, mask: secretMask([...alphaVantageKeys, ...values.slice(1)]) };
}

function splitKeys(text: string): string[] {
  return [
    ...new Set(
      text
        .split(",")
        .map((key) => key.trim())
        .filter((key) => key !== ""),
    ),
  ];
}
