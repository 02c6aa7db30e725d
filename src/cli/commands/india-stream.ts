/** `india stream` at the command line: one session, from connecting to the published day and its review. */
import { takeSessionLock } from "#markets/india/session/session-lock.ts";
import { runStream } from "#markets/india/session/run-stream.ts";
import {
  isStopRequested,
  removeStopRequest,
  removeStreamingProcess,
  writeStreamingProcess,
} from "#markets/india/session/stop-request-store.ts";
import { openSmartApiStream } from "#markets/india/smartapi/smartapi-stream-client.ts";
import type { CommandContext } from "../command-context.ts";
import type { RunCommand } from "../command-spec.ts";
import { openIndiaLog, openVendor, requireSecret, resolveWanted } from "../india-vendor.ts";
import { describeStream } from "../india-stream-screen.ts";
import { openMarket } from "../market-open.ts";
import { textOption } from "../option-values.ts";
import type { CommandResult } from "../output.ts";

/** Signals that end a session cleanly; a second one ends the process. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** The file of `india stop` is looked for so often. */
const STOP_CHECK_MS = 200;

/** Exit 0 after the close, after a stop, and when there is no session. */
export const runIndiaStream: RunCommand = async (context, input) => {
  requireSecret(context);
  const lock = takeSessionLock(context.workspace, context.clock);
  try {
    removeStopRequest(context.workspace);
    writeStreamingProcess(context.workspace, process.pid);
    return await stream(context, textOption(input, "clock") === "feed" ? "feed" : "machine");
  } finally {
    removeStreamingProcess(context.workspace);
    removeStopRequest(context.workspace);
    lock.release();
  }
};

async function stream(
  context: CommandContext,
  clockKind: "machine" | "feed",
): Promise<CommandResult> {
  const market = openMarket(context, "india");
  const stop = listenForStop(context);
  try {
    const log = openIndiaLog(context, "india-stream");
    const { random, settings, clock } = context;
    const report = await runStream({
      context: market,
      clockKind,
      pid: process.pid,
      openApi: () => openVendor(context, market, log),
      resolve: async () => (await resolveWanted(market, log)).resolution,
      openSource: ({ api, tokens, isTrading }) =>
        openSmartApiStream({
          settings: settings.india.vendor,
          clock,
          random,
          session: api.session,
          tokens,
          isTrading,
          log,
        }),
      isStopRequested: stop.isRequested,
      log,
      say: (text) => {
        log.info({}, text);
        if (!context.json) process.stderr.write(`${context.credentials.mask.apply(text)}\n`);
      },
    });
    return describeStream(report);
  } finally {
    stop.forget();
    market.close();
  }
}

/** A signal here, or the request of `india stop` from another terminal. */
function listenForStop({ workspace, clock }: CommandContext) {
  let isSignalled = false;
  let isAsked = false;
  let checkedAtMs = -Infinity;
  const onSignal = (): void => {
    isSignalled = true;
  };
  for (const signal of SIGNALS) process.once(signal, onSignal);
  return {
    isRequested: (): boolean => {
      if (isSignalled || isAsked) return true;
      if (clock.monotonicMs() - checkedAtMs < STOP_CHECK_MS) return false;
      checkedAtMs = clock.monotonicMs();
      isAsked = isStopRequested(workspace, process.pid);
      return isAsked;
    },
    forget: (): void => {
      for (const signal of SIGNALS) process.removeListener(signal, onSignal);
    },
  };
}
