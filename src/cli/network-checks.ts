/** The checks of `doctor` that leave this machine: whether the vendors' hosts answer, and what time they have. */
import type { CommandContext } from "./command-context.ts";
import type { Check } from "./check.ts";

const CLOCK_ERROR_WARN_MS = 5000;
const NETWORK_TIMEOUT_MS = 5000;
/** Node nests the cause of a failed fetch; no deeper than this. */
const CAUSES_MAX = 5;

/** Reaches the vendors' hosts without a key and compares their clocks with the machine's. */
export async function networkChecks(context: CommandContext): Promise<Check[]> {
  const { us, india } = context.settings;
  const ofUs = await checkHost(context, { address: us.vendor.base_url, key: "us.vendor.base_url" });
  if (context.credentials.smartApi.kind === "missing") return ofUs;
  const host = { address: india.vendor.rest_url, key: "india.vendor.rest_url", prefix: "india " };
  return [...ofUs, ...(await checkHost(context, host))];
}

async function checkHost(
  { clock }: CommandContext,
  of: { readonly address: string; readonly key: string; readonly prefix?: string },
): Promise<Check[]> {
  const url = new URL(of.address);
  const [network, clockCheck] = [`${of.prefix ?? ""}network`, `${of.prefix ?? ""}clock`];
  try {
    const answer = await fetch(url.origin, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(NETWORK_TIMEOUT_MS),
    });
    const date = answer.headers.get("date");
    const reached: Check = { check: network, outcome: "ok", says: `${url.host} answers` };
    if (date === null)
      return [reached, { check: clockCheck, outcome: "warn", says: `${url.host} tells no time` }];
    const errorMs = clock.wallMs() - Date.parse(date);
    const isOff = Math.abs(errorMs) > CLOCK_ERROR_WARN_MS;
    const says = `this machine is ${Math.round(errorMs / 1000)} s off ${url.host}`;
    return [reached, { check: clockCheck, outcome: isOff ? "warn" : "ok", says }];
  } catch (cause) {
    const says = `${url.host} cannot be reached: ${describeFailure(cause)}; check this machine's network, and ${of.key} in meridian.toml`;
    return [{ check: network, outcome: "warn", says }];
  }
}

const MEANINGS: { readonly [code: string]: string } = {
  ENOTFOUND: "its name cannot be resolved",
  EAI_AGAIN: "its name cannot be resolved now",
  ECONNREFUSED: "nothing accepts connections there",
  ECONNRESET: "the connection was broken off",
  UND_ERR_SOCKET: "the connection was broken off",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to it",
  ETIMEDOUT: "no connection came about",
  UND_ERR_CONNECT_TIMEOUT: "no connection came about",
};

/** The cause of a failed request in words, with its code where it has one. */
export function describeFailure(cause: unknown): string {
  if (cause instanceof DOMException && cause.name === "TimeoutError") {
    return `no answer in ${NETWORK_TIMEOUT_MS / 1000} s`;
  }
  let error = cause;
  for (let depth = 0; depth < CAUSES_MAX && error instanceof Error; depth++) {
    if ("code" in error && typeof error.code === "string") return meaningOf(error.code);
    if (error.cause === undefined) return error.message;
    error = error.cause;
  }
  return "the cause is not known";
}

function meaningOf(code: string): string {
  const isOfCertificate = /CERT|SELF_SIGNED|UNABLE_TO_/.test(code);
  const says = isOfCertificate ? "its certificate is not accepted" : MEANINGS[code];
  return says === undefined ? `the request failed (${code})` : `${says} (${code})`;
}
