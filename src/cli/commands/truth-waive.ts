/** `truth waive`: lets truth time pass a row that a required symbol does not have. It stays MISSING. */
import { isSession } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { must } from "#core/assert.ts";
import { waiverKey } from "#truth/truth-events.ts";
import { decideGate1 } from "#truth/run-gate1.ts";
import type { RunCommand } from "../command-spec.ts";
import { openDecisions } from "../decisions-open.ts";
import { requireUs } from "../market-choice.ts";
import { dateOption, requiredOption } from "../option-values.ts";
import { gate1Options } from "../us-gate.ts";
import { openUs, rdtOf } from "../us-open.ts";

/** Records the waiver under a decision that exists. @throws WAIVER_NOT_NEEDED, DECISION_UNKNOWN */
export const runTruthWaive: RunCommand = async (context, input) => {
  requireUs(input);
  const us = openUs(context);
  try {
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
    const isRequired = us.proxies.roles.some((role) => role.blocking && role.symbol === symbol);
    if (!isRequired) throw notNeeded(`${symbol} is bound to no blocking role`, symbol, session);
    if (!isSession(us.calendar, dayNumberOf(sessionDate(session)))) {
      throw notNeeded(`${session} is no session of the calendar`, symbol, session);
    }
    const alreadyWaived = us.events.waivers.has(waiverKey(symbol, session));
    if (!alreadyWaived) {
      const { ctt } = us.events;
      if (ctt !== null && session <= ctt) {
        throw notNeeded(`truth time has passed ${session} already`, symbol, session);
      }
      const rdt = rdtOf(us);
      if (rdt === null || session > rdt) {
        throw notNeeded(`nothing of ${session} was received yet`, symbol, session);
      }
      const { refusals } = await decideGate1(gate1Options(us));
      const refusal = refusals(symbol, session);
      if (refusal === undefined)
        throw notNeeded(`${symbol} is accepted for ${session}`, symbol, session);
      us.ledger.append({
        kind: "SESSION_WAIVED",
        actor: operator,
        payload: { symbol, session, reason, decision },
      });
    }
    return {
      exitCode: 0,
      document: { symbol, session, decision, recorded: !alreadyWaived },
      lines: [
        alreadyWaived
          ? `${symbol} was waived for ${session} before; nothing changed`
          : `${symbol} is waived for ${session}: truth time may pass, and the row stays missing`,
        "next: meridian gate ingest --market us",
      ],
    };
  } finally {
    us.close();
  }
};

function notNeeded(why: string, symbol: string, session: string): MeridianError {
  return new MeridianError("WAIVER_NOT_NEEDED", { message: why, facts: { symbol, session } });
}
