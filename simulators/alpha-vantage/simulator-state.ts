/**
 * What a simulator remembers between requests, and what changes it: a query of the vendor's path, or
 * a control command. It knows no socket.
 */
import { unreachable } from "#core/assert.ts";
import type { SyntheticMarket } from "../synthetic-market/synthetic-market.ts";
import { type Accounts, makeAccounts } from "./answer-query.ts";
import type { Plan, PlanLimits } from "./call-meter.ts";
import type { ParsedControlCommand, RequestRecord } from "./control-protocol.ts";
import { type CsvLineEnd, DEFAULT_LINE_END } from "./daily-csv.ts";
import { FaultBook, type FaultRule, faultRuleSchema } from "./fault-book.ts";
import type { IntradayLabels } from "./intraday-answer.ts";
import { type Reply, respond } from "./respond.ts";
import { type SimulatorClock, instantOfText, isoText } from "./simulator-clock.ts";
import { parseVendorQuery } from "./vendor-query.ts";
import { type HistoryCache, historyCache, viewAt } from "./vendor-view.ts";

/** What a simulator is made from, apart from its port. */
export type SimulatorSettings = {
  readonly market: SyntheticMarket;
  /** Decides what exists and when budgets reset. */
  readonly clock: SimulatorClock;
  /** Plan of keys that `keys` does not name; `free` by default. */
  readonly defaultPlan?: Plan | undefined;
  /** Plans of single keys. When given, all other keys are invalid. */
  readonly keys?: Readonly<Record<string, Plan>> | undefined;
  /** Replaces the vendor's limits of a plan; `{}` lifts them. */
  readonly limits?: Partial<Record<Plan, PlanLimits>> | undefined;
  /** All keys share one budget, as the vendor's limits seem to. */
  readonly limitByAddress?: boolean | undefined;
  /** Labels of intraday bars: `start` (default, as since about 2024) or `end` (as before). */
  readonly intradayLabels?: IntradayLabels | undefined;
  readonly csvLineEnd?: CsvLineEnd | undefined;
  /** Faults that are on from the start. */
  readonly faults?: readonly FaultRule[] | undefined;
};

const REQUESTS_KEPT_MAX = 100_000;

/** The state of one simulator. */
export class SimulatorState {
  readonly accounts: Accounts;
  readonly faults = new FaultBook();
  readonly #settings: SimulatorSettings;
  readonly #cache: HistoryCache;
  #requests: RequestRecord[] = [];
  #sequence = 0;

  constructor(settings: SimulatorSettings) {
    this.#settings = settings;
    this.#cache = historyCache(settings.market);
    this.accounts = makeAccounts({ ...settings, defaultPlan: settings.defaultPlan ?? "free" });
    for (const rule of settings.faults ?? []) this.addFault(rule);
  }

  /** Requests to the vendor's path, oldest first. */
  get requests(): readonly RequestRecord[] {
    return this.#requests;
  }

  /** Answers one request to the vendor's path and records it. `target` is path and query as received. */
  answer(method: string, target: string, search: URLSearchParams): Reply {
    const query = parseVendorQuery(search);
    const faults = this.faults.strike(query);
    const { clock, intradayLabels, csvLineEnd } = this.#settings;
    const instant = clock.simulatedNow();
    const showsRunning = faults.some(({ fault }) => fault === "partial_row");
    const context = {
      accounts: this.accounts,
      view: viewAt(this.#cache, instant, showsRunning),
      labels: intradayLabels ?? "start",
      lineEnd: csvLineEnd ?? DEFAULT_LINE_END,
      requestLine: `${method} ${target}`,
    };
    const reply = respond(context, query, faults);
    this.#remember({
      sequence: ++this.#sequence,
      simulatedAt: isoText(instant),
      functionName: query.functionName,
      symbol: query.params.get("symbol"),
      params: Object.fromEntries(query.params),
      apiKey: query.apiKey,
      faults: faults.map(({ fault }) => fault),
      outcome: reply.outcome,
      status: reply.status,
      bytes: Buffer.byteLength(reply.body),
    });
    return reply;
  }

  /** Switches a fault on after checking its form; returns its id. */
  addFault(rule: FaultRule): number {
    return this.faults.add(faultRuleSchema.parse(rule));
  }

  /** Calls counted for a key since midnight UTC of the simulated day. */
  callsOfDay(apiKey: string): number {
    const key = this.accounts.limitByAddress ? "" : apiKey;
    return this.accounts.meter.callsOfDay(key, this.#settings.clock.simulatedNow());
  }

  /** Carries out a control command and returns what it answers. `close` is the server's to do. */
  obey(command: ParsedControlCommand): Record<string, unknown> {
    const { clock } = this.#settings;
    switch (command.command) {
      case "add_faults":
        return { ids: command.faults.map((rule) => this.faults.add(rule)) };
      case "clear_faults":
        this.faults.clear(command.id);
        return {};
      case "move_clock":
        clock.moveTo(instantOfText(command.to));
        return { clock: isoText(clock.simulatedNow()) };
      case "advance_clock":
        clock.advance(command.seconds * 1000);
        return { clock: isoText(clock.simulatedNow()) };
      case "reset_budgets":
        this.accounts.meter.reset();
        return {};
      case "set_plan":
        this.accounts.plans.set(command.apiKey, command.plan);
        return {};
      case "requests":
        return { requests: this.#requests.filter((one) => one.sequence > (command.after ?? 0)) };
      case "state":
        return this.#view();
      case "close":
        return {};
      default:
        return unreachable(command);
    }
  }

  #view(): Record<string, unknown> {
    const keys = [...new Set(this.#requests.map((one) => one.apiKey))];
    return {
      clock: isoText(this.#settings.clock.simulatedNow()),
      faults: this.faults.list(),
      callsOfDay: Object.fromEntries(keys.map((key) => [key, this.callsOfDay(key)])),
    };
  }

  #remember(record: RequestRecord): void {
    if (this.#requests.length >= REQUESTS_KEPT_MAX) this.#requests.shift();
    this.#requests.push(record);
  }
}
