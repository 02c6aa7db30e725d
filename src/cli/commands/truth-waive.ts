/** `truth waive`: lets truth time pass a row that a required symbol does not have. It stays MISSING. */
import { isSession } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { must } from "#core/assert.ts";
import { rdtOf } from "#curation/market-context.ts";
import { inTransaction } from "#platform/state-store.ts";
import { readTruthEvents, waiverKey } from "#truth/truth-events.ts";
import { decideGate1 } from "#truth/run-gate1.ts";
import type { RunCommand } from "../command-spec.ts";
import { openDecisions } from "../decisions-open.ts";
import { gate1Options, requireIntactLedger } from "../market-gate.ts";
import { marketOf, openMarket } from "../market-open.ts";
import { dateOption, requiredOption } from "../option-values.ts";

/** Records the waiver under a decision that exists. @throws WAIVER_NOT_NEEDED, DECISION_UNKNOWN */
export const runTruthWaive: RunCommand = async (context, input) => {
  const id = marketOf(input);
  const market = openMarket(context, id);
  try {
    requireIntactLedger(market);
    const operator = requiredOption(input, "operator");
    const reason = requiredOption(input, "reason");
    const decision = requiredOption(input, "decision");
    const symbol = requiredOption(input, "symbol");
    const session = must(dateOption(input, "session"), "commander demands --session");
    const decisions = openDecisions(context);
    try {
      decisions.ledger.require(decision);
    } finally {
      decisions.close();
    }
    const isRequired = market.proxies.roles.some((role) => role.blocking && role.symbol === symbol);
    if (!isRequired) throw notNeeded(`${symbol} is bound to no blocking role`, symbol, session);
    if (!isSession(market.calendar, dayNumberOf(sessionDate(session)))) {
      throw notNeeded(`${session} is no session of the calendar`, symbol, session);
    }
    const key = waiverKey(symbol, session);
    let isRecorded = false;
    if (!market.events.waivers.has(key)) {
      const rdt = rdtOf(market);
      if (rdt === null || session > rdt) {
        throw notNeeded(`nothing of ${session} was received yet`, symbol, session);
      }
      const options = gate1Options(market);
      if (options.isStale) {
        const why = `data or decisions came after the snapshot was built; run \`${id} build\` and look again`;
        throw notNeeded(why, symbol, session);
      }
      const { refusals } = await decideGate1(options);
      const refusal = refusals(symbol, session);
      if (refusal === undefined)
        throw notNeeded(
          `${symbol} is accepted for ${session}, or time never rested on it`,
          symbol,
          session,
        );
      const payload = { symbol, session, reason, decision };
      isRecorded = inTransaction(market.database, () => {
        if (readTruthEvents(market.ledger).waivers.has(key)) return false;
        market.ledger.append({ kind: "SESSION_WAIVED", actor: operator, payload });
        return true;
      });
    }
    return {
      exitCode: 0,
      document: { symbol, session, decision, recorded: isRecorded },
      lines: [
        isRecorded
          ? `${symbol} is waived for ${session}: truth time may pass, and the row stays missing`
          : `${symbol} was waived for ${session} before; nothing changed`,
        `next: meridian gate ingest --market ${id}`,
      ],
    };
  } finally {
    market.close();
  }
};

function notNeeded(why: string, symbol: string, session: string): MeridianError {
  return new MeridianError("WAIVER_NOT_NEEDED", { message: why, facts: { symbol, session } });
}
