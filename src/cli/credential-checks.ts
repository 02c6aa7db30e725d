/** The checks of `doctor` on what the operator configured to log in with. No value is ever said. */
import { secretProblem } from "#markets/india/smartapi/totp.ts";
import { readWorkspaceKind } from "#platform/workspace.ts";
import type { CommandContext } from "./command-context.ts";
import { SMARTAPI_NAMES } from "./credentials.ts";
import type { Check, OpenMarkets } from "./check.ts";

/** The US vendor's key. Only who uses the US market has to have one. */
export function checkUsKey(context: CommandContext, markets: OpenMarkets): Check {
  const check = "credentials";
  const keys = context.credentials.alphaVantageKeys.length;
  if (keys > 0) {
    return { check, outcome: "ok", says: `${keys} Alpha Vantage ${keys === 1 ? "key" : "keys"}` };
  }
  const isSynthetic = readWorkspaceKind(context.workspace) === "synthetic";
  if (!isSynthetic && usesOnlyIndia(context, markets)) {
    const says =
      "ALPHAVANTAGE_API_KEYS is not set: needed only to fetch US data; India does without it";
    return { check, outcome: "warn", says };
  }
  const says =
    "ALPHAVANTAGE_API_KEYS is not set: put it into .env in the workspace; imports work without it";
  return { check, outcome: isSynthetic ? "warn" : "fail", says };
}

/** Something of India is configured or received, and nothing of the US. */
function usesOnlyIndia({ credentials }: CommandContext, { us, india }: OpenMarkets): boolean {
  const { smartApi } = credentials;
  const isConfigured = smartApi.kind === "set" || smartApi.names.length < SMARTAPI_NAMES.length;
  const hasIndia = isConfigured || india.rawStore.newestSeq() > 0;
  return hasIndia && us.rawStore.newestSeq() === 0;
}

/** Without a login imports work, and so does the other market; one of which no code can be made is wrong. */
export function checkSmartApi({ credentials: { smartApi } }: CommandContext): Check {
  const check = "india credentials";
  if (smartApi.kind === "missing") {
    const says = `${smartApi.names.join(", ")} not set: put them into .env in the workspace; imports work without them`;
    return { check, outcome: "warn", says };
  }
  const problem = secretProblem(smartApi.totpSecret);
  if (problem === undefined) return { check, outcome: "ok", says: "SmartAPI login is complete" };
  const says = `SMARTAPI_TOTP_SECRET ${problem}: copy it as the vendor showed it when TOTP was enabled`;
  return { check, outcome: "fail", says };
}
