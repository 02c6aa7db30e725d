/**
 * The demo's Indian day: a whole session, compressed to seconds, against the look-alike of SmartAPI. The
 * connection breaks once, so that there is a gap to tell, and REST brings back what it cost.
 */
import { buildCalendar } from "#core/calendar.ts";
import { sessionDate } from "#core/session-date.ts";
import { NSE_FACTS } from "#markets/india/nse-facts.ts";
import { writeStopRequest } from "#markets/india/session/stop-request-store.ts";
import { writeFileAtomic } from "#platform/atomic-file.ts";
import { secretMask } from "#platform/secrets.ts";
import { instantOfIso, shiftedClock } from "#platform/system-clock.ts";
import {
  type SmartApiSimulator,
  startSmartApiSimulator,
} from "../../simulators/smartapi/smartapi-server.ts";
import { buildIndiaMarket } from "../../simulators/synthetic-market/india-market.ts";
import { indiaStockNames } from "../../simulators/synthetic-market/india-roster.ts";
import { tickSessionOf } from "../../simulators/synthetic-market/tick-session.ts";
import type { CommandContext } from "./command-context.ts";
import type { Story } from "./demo-story.ts";
import { parseSettings } from "./settings-file.ts";

const SESSION = sessionDate("2026-05-19");
/** A quarter of an hour after the close in Mumbai: the day's candles are whole. */
const EVENING = "2026-05-19T10:16:00Z";
const STOCKS = indiaStockNames(8);
/** Five proxies and the stocks: the feed begins when all are subscribed. */
const TOKENS = STOCKS.length + 5;
const SESSION_SECONDS = 12;
const BREAK_AT = "11:20";
const SILENCE_MS = 1500;

/** Streams, recovers, reviews and judges the session. */
export async function tellIndiaDay(
  context: CommandContext,
  of: { readonly seed: number; readonly story: Story; readonly usSettings: string },
): Promise<void> {
  const { tell } = of.story;
  const clock = shiftedClock(instantOfIso(EVENING));
  const simulator = await startVendor(of.seed, () => clock.wallMs());
  try {
    const text = `${of.usSettings}\n${indiaSettings(simulator)}`;
    writeFileAtomic(context.workspace.settingsPath, text);
    const { apiKey, clientCode, pin, totpSecret } = simulator.credentials;
    const operator: CommandContext = {
      ...context,
      settings: parseSettings(text),
      clock,
      credentials: {
        alphaVantageKeys: [],
        smartApi: { kind: "set", apiKey, clientCode, pin, totpSecret },
        mask: secretMask([apiKey, clientCode, pin, totpSecret]),
      },
    };
    const { runIndiaInstruments } = await import("./commands/india-instruments.ts");
    const { runIndiaHistory } = await import("./commands/india-history.ts");
    const { runIndiaStream } = await import("./commands/india-stream.ts");
    const { runBuild } = await import("./commands/market-build.ts");
    const { runGateIngest } = await import("./commands/gate.ts");
    const none = { operands: [], options: {} } as const;
    await tell("India: which tokens stand for which names", "india instruments", () =>
      runIndiaInstruments(operator, none),
    );
    await tell(
      `A session in ${SESSION_SECONDS} seconds; the connection breaks at ${BREAK_AT}`,
      "india stream --clock feed, and india stop in another terminal",
      () => {
        stopAfter(simulator, operator);
        return runIndiaStream(operator, { operands: [], options: { clock: "feed" } });
      },
    );
    await tell("Four years of daily candles, once", "india history", () =>
      runIndiaHistory(operator, none),
    );
    await tell("Raw to analytics", "india build", () => runBuild("india", operator, none));
    await tell("Gate 1", "gate ingest --market india", () =>
      runGateIngest(operator, { operands: [], options: { market: "india" } }),
    );
  } finally {
    await simulator.close();
  }
}

/** As `india stop` in another terminal does, once the feed has ended and was silent for a while. */
function stopAfter(simulator: SmartApiSimulator, { workspace, clock }: CommandContext): void {
  void simulator.ended
    .then(() => clock.sleepMs(SILENCE_MS))
    .then(() => writeStopRequest(workspace, process.pid));
}

function startVendor(seed: number, wallMs: () => number): Promise<SmartApiSimulator> {
  const calendar = buildCalendar(NSE_FACTS);
  return startSmartApiSimulator({
    market: buildIndiaMarket({ seed, calendar, stocks: STOCKS }),
    session: tickSessionOf(calendar, SESSION),
    packetsPerMinute: 12,
    pace: { kind: "session", seconds: SESSION_SECONDS },
    startAt: "09:07",
    waitForTokens: TOKENS,
    rateLimits: false,
    wallMs,
    faults: [{ fault: "drop", at: BREAK_AT }],
  });
}

function indiaSettings(simulator: SmartApiSimulator): string {
  const symbols = STOCKS.map((symbol) => `"${symbol}"`).join(", ");
  return `[india.vendor]
rest_url = "${simulator.restUrl}"
stream_url = "${simulator.streamUrl}"
instruments_url = "${simulator.instrumentsUrl}"
candle_calls_per_second = 500
reconnect_seconds = 0.1

[india.watchlist]
symbols = [${symbols}]
`;
}
