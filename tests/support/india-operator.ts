/**
 * The operator of an Indian market at their desk: a workspace, the look-alike of SmartAPI in this process,
 * and the product in processes of its own, which can be looked at, signalled and killed while they run.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { must } from "#core/assert.ts";
import { buildCalendar } from "#core/calendar.ts";
import { sessionDate } from "#core/session-date.ts";
import { NSE_FACTS } from "#markets/india/nse-facts.ts";
import { PRODUCT_ENTRY } from "../../simulators/faults/product-process.ts";
import {
  type SmartApiSimulator,
  type SmartApiSimulatorOptions,
  startSmartApiSimulator,
} from "../../simulators/smartapi/smartapi-server.ts";
import { buildIndiaMarket } from "../../simulators/synthetic-market/india-market.ts";
import { indiaStockNames } from "../../simulators/synthetic-market/india-roster.ts";
import { type TickSession, tickSessionOf } from "../../simulators/synthetic-market/tick-session.ts";

/** How a command ended. */
export type CommandEnd = {
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A command that may still run. */
export interface RunningCommand {
  readonly pid: number;
  readonly ended: Promise<CommandEnd>;
  stderr(): string;
  /** Resolves when its stderr says so; rejects when it ends without. */
  says(text: string): Promise<void>;
  signal(name: "SIGINT" | "SIGKILL"): void;
}

export type IndiaDesk = {
  readonly workspace: string;
  readonly simulator: SmartApiSimulator;
  /** Starts a command and leaves it running. */
  start(words: readonly string[], environment?: Environment): RunningCommand;
  /** Runs a command to its end. */
  run(words: readonly string[], environment?: Environment): Promise<CommandEnd>;
  /** Runs a command with `--json` that has to end with 0, and gives back its document. */
  runJson(words: readonly string[]): Promise<unknown>;
};

/** Added to the environment, which has no secret of the product but the simulator's. */
export type Environment = Readonly<Record<string, string>>;

export type DeskOptions = {
  readonly simulator?: Partial<SmartApiSimulatorOptions> | undefined;
  readonly date?: string | undefined;
  /** Hours that differ from the calendar's, in minutes after midnight. */
  readonly hours?: Partial<Pick<TickSession, "openMinute" | "closeMinute">> | undefined;
  readonly seed?: number | undefined;
  /** Stocks of the simulated market, and of the watchlist. */
  readonly stocks?: number | undefined;
  /** More lines of `[india.vendor]`. */
  readonly vendor?: readonly string[] | undefined;
  /** More lines at the end of the settings. */
  readonly settings?: readonly string[] | undefined;
};

export const INDEX_COUNT = 5;
const STOCKS = 6;
const DATE = "2026-06-12";
/** Histories begin here: long enough for all that is asked in these tests. */
const HISTORY_FROM = "2026-04-01";
const LOOK_MS = 10;
/** No step of these tests takes a tenth of it, on a busy machine either. */
const WAIT_MS_MAX = 60_000;
const SECRETS = /^(ALPHAVANTAGE|SMARTAPI|MERIDIAN_(WORKSPACE|FAULT))/;

/** Call once per test file; the function it gives opens desks, which are cleared away after all tests. */
export function indiaDesks(): (options?: DeskOptions) => Promise<IndiaDesk> {
  const root = mkdtempSync(join(tmpdir(), "meridian-india-"));
  const simulators: SmartApiSimulator[] = [];
  const children = new Set<ChildProcess>();
  let desks = 0;
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    for (const simulator of simulators) await simulator.close();
    rmSync(root, { recursive: true, force: true });
  });
  return async (options = {}) => {
    const simulator = await startMarket(options);
    simulators.push(simulator);
    const workspace = join(root, `desk-${++desks}`);
    mkdirSync(workspace);
    writeFileSync(join(workspace, "meridian.toml"), settingsText(simulator, options));
    const { apiKey, clientCode, pin, totpSecret } = simulator.credentials;
    const secrets = {
      SMARTAPI_API_KEY: apiKey,
      SMARTAPI_CLIENT_CODE: clientCode,
      SMARTAPI_PIN: pin,
      SMARTAPI_TOTP_SECRET: totpSecret,
    };
    const start = (words: readonly string[], environment: Environment = {}): RunningCommand => {
      const child = spawn(process.execPath, [PRODUCT_ENTRY, ...words, "--workspace", workspace], {
        env: {
          ...plainEnvironment(),
          NODE_COMPILE_CACHE: join(root, "compiled"),
          ...secrets,
          ...environment,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      children.add(child);
      return follow(child);
    };
    const run = (words: readonly string[], environment?: Environment): Promise<CommandEnd> =>
      start(words, environment).ended;
    return {
      workspace,
      simulator,
      start,
      run,
      runJson: async (words) => {
        const end = await run([...words, "--json"]);
        if (end.exitCode === 0) return JSON.parse(end.stdout) as unknown;
        throw new Error(
          `${words.join(" ")} ended with ${end.exitCode}: ${end.stdout}${end.stderr}`,
        );
      },
    };
  };
}

/** Resolves when the condition holds. Throws when it does not within the time. */
export async function untilTrue(
  what: string,
  condition: () => boolean,
  timeoutMs = WAIT_MS_MAX,
): Promise<void> {
  const endsAtMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endsAtMs) throw new Error(`it did not happen in time: ${what}`);
    await pauseMs(LOOK_MS);
  }
}

export function pauseMs(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}

function startMarket(options: DeskOptions): Promise<SmartApiSimulator> {
  const calendar = buildCalendar(NSE_FACTS);
  const stocks = indiaStockNames(options.stocks ?? STOCKS);
  const from = sessionDate(HISTORY_FROM);
  return startSmartApiSimulator({
    market: buildIndiaMarket({ seed: options.seed ?? 1, calendar, stocks, from }),
    session: { ...tickSessionOf(calendar, sessionDate(options.date ?? DATE)), ...options.hours },
    packetsPerMinute: 12,
    waitForTokens: stocks.length + INDEX_COUNT,
    rateLimits: false,
    ...options.simulator,
  });
}

function settingsText(simulator: SmartApiSimulator, options: DeskOptions): string {
  const symbols = indiaStockNames(options.stocks ?? STOCKS).map((symbol) => `"${symbol}"`);
  return [
    "[india.vendor]",
    `rest_url = "${simulator.restUrl}"`,
    `stream_url = "${simulator.streamUrl}"`,
    `instruments_url = "${simulator.instrumentsUrl}"`,
    "candle_calls_per_second = 500",
    "reconnect_seconds = 0.05",
    ...(options.vendor ?? []),
    "[india.watchlist]",
    `symbols = [${symbols.join(", ")}]`,
    ...(options.settings ?? []),
    "",
  ].join("\n");
}

/** The environment without what the product would read from it. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !SECRETS.test(name)));
}

function follow(child: ChildProcess): RunningCommand {
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  }
  let isOver = false;
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => {
      isOver = true;
      resolve({ exitCode, ...written });
    });
  });
  return {
    pid: must(child.pid, "a process that was started has an id"),
    ended,
    stderr: () => written.stderr,
    says: async (text) => {
      await untilTrue(`"${text}" is said`, () => isOver || written.stderr.includes(text));
      if (!written.stderr.includes(text)) {
        throw new Error(`it ended before it said "${text}": ${written.stdout}${written.stderr}`);
      }
    },
    signal: (name) => child.kill(name),
  };
}
