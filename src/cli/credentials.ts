/**
 * Secrets: from the environment or from `.env` in the workspace, nowhere else (architecture 5).
 * They are handed to what needs them and to the mask that keeps them out of everything written.
 */
import { parseEnv } from "node:util";
import { readTextIfThere } from "#platform/atomic-file.ts";
import { type SecretMask, secretMask } from "#platform/secrets.ts";

/** What SmartAPI wants for a login. */
export const SMARTAPI_NAMES = [
  "SMARTAPI_API_KEY",
  "SMARTAPI_CLIENT_CODE",
  "SMARTAPI_PIN",
  "SMARTAPI_TOTP_SECRET",
] as const;

export type Credentials = {
  /** The key pool, in the order given; empty when no key is set. */
  readonly alphaVantageKeys: readonly string[];
  readonly smartApi: SmartApiCredentials;
  readonly mask: SecretMask;
};

/** What SmartAPI wants for a login: all of it, or the names of what is not set. */
export type SmartApiCredentials =
  | {
      readonly kind: "set";
      readonly apiKey: string;
      readonly clientCode: string;
      readonly pin: string;
      /** Base 32, as the vendor shows it when TOTP is enabled. */
      readonly totpSecret: string;
    }
  | { readonly kind: "missing"; readonly names: readonly string[] };

/** Reads the secrets; the environment wins over the file. */
export function readCredentials(
  envPath: string,
  environment: { readonly [name: string]: string | undefined },
): Credentials {
  // Editors on Windows begin a file with a byte order mark, which would become part of the first name.
  const file = parseEnv((readTextIfThere(envPath) ?? "").replace(/^\uFEFF/, ""));
  const valueOf = (name: string): string => (environment[name] ?? file[name] ?? "").trim();
  const alphaVantageKeys = splitKeys(valueOf("ALPHAVANTAGE_API_KEYS"));
  const smartApi = smartApiOf(valueOf);
  const mask = secretMask([...alphaVantageKeys, ...SMARTAPI_NAMES.map(valueOf)]);
  return { alphaVantageKeys, smartApi, mask };
}

function smartApiOf(valueOf: (name: string) => string): SmartApiCredentials {
  const names = SMARTAPI_NAMES.filter((name) => valueOf(name) === "");
  if (names.length > 0) return { kind: "missing", names };
  return {
    kind: "set",
    apiKey: valueOf("SMARTAPI_API_KEY"),
    clientCode: valueOf("SMARTAPI_CLIENT_CODE"),
    pin: valueOf("SMARTAPI_PIN"),
    totpSecret: valueOf("SMARTAPI_TOTP_SECRET"),
  };
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
