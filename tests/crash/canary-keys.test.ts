/**
 * No key reaches any file of a workspace but `.env`, nor what the commands print: shown with canary keys
 * that the vendor echoes in every way a server can.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FaultRule } from "../../simulators/alpha-vantage/fault-book.ts";
import { JOBS } from "../../simulators/faults/fault-jobs.ts";
import type { FaultStep } from "../../simulators/faults/fault-step.ts";
import { type FaultTheatre, openTheatre } from "../../simulators/faults/fault-theatre.ts";
import {
  indiaEnvironment,
  indiaMarketOf,
  indiaSettingsText,
  startIndiaVendor,
} from "../../simulators/faults/india-stage.ts";
import {
  PRODUCT_ENTRY,
  type ProductRun,
  runProduct,
} from "../../simulators/faults/product-process.ts";
import { runStreamToItsEnd } from "../../simulators/faults/stream-run.ts";
import { listFiles } from "../../simulators/faults/workspace-files.ts";
import { testCount, testSeed } from "../support/depth.ts";
import { ECHO_NAMES, type EchoServer, startEchoServer } from "./echo-server.ts";
import { SMARTAPI_ECHO_NAMES, startSmartApiEchoServer } from "./smartapi-echo-server.ts";

/** One as the vendor makes them, and one with everything that URLs, JSON and forms write otherwise. */
const PLAIN_KEY = "CANARY7Q2W9KX4ZB";
const ODD_KEY = "canary+5/é \"%&='(!)*~end";
const FETCH_JOBS = ["us symbols", "us backfill", "us daily", "us intraday", "us retry"];
const LOOKS = [
  "us build",
  "status",
  "truth status",
  "doctor --deep --offline",
  "ledger tail",
  "ledger head",
];
const INDIAN_LOOKS = ["india build", "india raw --json"];
const INDIAN_SESSION = "2025-10-21";
/** Longer than the vendor's own where a number of four digits would be found in any price. */
const INDIAN_LOGIN = {
  apiKey: ODD_KEY.replaceAll("'", "").replaceAll("é", "e"),
  clientCode: "CANARY8Q31",
  pin: "CNRY92PX",
  totpSecret: "CANARYTOTPSEKRET",
};
/** All at full depth, else the one that the seed chooses. */
const chosen = <Case>(cases: readonly Case[]): readonly Case[] =>
  cases.filter((_, index) => testCount(index === testSeed() % cases.length ? 1 : 0, 1) === 1);
const SCENES = chosen(["echoes", "look-alike", "india"]);
/** Where keys can come from. */
const PLACES = chosen([
  { from: "the environment", usesEnvironment: true },
  { from: ".env", usesEnvironment: false },
]);
/** So much of a key is as good as the key. */
const PART_SHARE = 0.6;
const TIMEOUT_MS = 120_000;

let folder: string;
let echo: EchoServer;
let theatre: FaultTheatre;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "meridian-canary-"));
  echo = await startEchoServer();
  theatre = await openTheatre();
});

afterAll(async () => {
  await echo.close();
  await theatre.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.runIf(SCENES.includes("echoes"))("a vendor that spells the key wherever it can", () => {
  test.each(PLACES)(
    "puts it nowhere when the keys come from $from",
    { timeout: TIMEOUT_MS },
    async ({ usesEnvironment }) => {
      const workspace = join(folder, usesEnvironment ? "environment" : "dotenv");
      mkdirSync(workspace);
      writeFileSync(join(workspace, "meridian.toml"), settingsText(echo.baseUrl));
      const pool = `${PLAIN_KEY},${ODD_KEY}`;
      if (!usesEnvironment) {
        writeFileSync(
          join(workspace, ".env"),
          `ALPHAVANTAGE_API_KEYS='${pool.replaceAll("'", "")}'\n`,
        );
      }
      const environment: Record<string, string> = {
        NODE_COMPILE_CACHE: join(folder, "compiled"),
        ...(usesEnvironment ? { ALPHAVANTAGE_API_KEYS: pool } : {}),
      };
      const run = (command: string): Promise<ProductRun> =>
        runProduct({ entry: PRODUCT_ENTRY, words: command.split(" "), workspace, environment });
      const printed: ProductRun[] = [];
      echo.answerWith("rotate");
      for (const command of FETCH_JOBS) printed.push(await run(command));
      echo.answerWith("invalid_key");
      printed.push(await run("us daily --json"));
      echo.answerWith("quota");
      for (const command of ["us retry", "us daily --json", ...LOOKS])
        printed.push(await run(command));
      expect([...echo.counts().keys()].toSorted()).toEqual(ECHO_NAMES.toSorted());
      expect(sightingsIn(workspace, printed, usesEnvironment ? [] : [".env"])).toEqual([]);
      expect(listFiles(workspace, "data/raw")).toEqual([]);
    },
  );
});

describe.runIf(SCENES.includes("look-alike"))("the look-alike of the vendor", () => {
  const echoing = (fault: FaultRule["fault"], functionName: string, nth: number): FaultRule => ({
    fault,
    function: functionName,
    nth,
    count: 2,
  });
  const RULES = [
    "LISTING_STATUS",
    "TIME_SERIES_DAILY_ADJUSTED",
    "TIME_SERIES_INTRADAY",
    "TREASURY_YIELD",
    "INDEX_DATA",
  ].flatMap((name) => [
    echoing("key_echo_in_data", name, 1),
    echoing("key_echo_error_page", name, 3),
  ]);
  /** The notice rests the only key, so it comes last. */
  const QUOTA: FaultRule = { fault: "daily_quota_notice" };

  test("gets data past its echoes, and no key with it", { timeout: TIMEOUT_MS }, async () => {
    const opened = await theatre.openScene("fresh", "second_evening", "canary");
    const scene = { ...opened, key: PLAIN_KEY };
    const printed: ProductRun[] = [];
    const run = async (command: string, vendorFaults: readonly FaultRule[]): Promise<void> => {
      const step: FaultStep = { words: command.split(" "), exit: 0, vendorFaults };
      printed.push(await theatre.run(scene, step));
    };
    for (const command of FETCH_JOBS) await run(command, RULES);
    await run("us backfill --json", [QUOTA]);
    const imported = await theatre.run(scene, JOBS["us-import"].step);
    expect(imported.exitCode).toBe(0);
    printed.push(imported);
    for (const command of LOOKS) await run(command, []);
    const faults = new Set(theatre.requestsOf(scene).flatMap((request) => request.faults));
    expect([...faults].toSorted()).toEqual([
      "daily_quota_notice",
      "key_echo_error_page",
      "key_echo_in_data",
    ]);
    expect(listFiles(scene.workspace, "data/raw").length).toBeGreaterThan(10);
    expect(sightingsIn(scene.workspace, printed, [])).toEqual([]);
    theatre.closeScene(scene);
  });
});

describe.runIf(SCENES.includes("india"))(
  "an Indian vendor that spells login and tokens wherever it can",
  () => {
    test.each(PLACES)(
      "puts them nowhere when the login comes from $from",
      { timeout: TIMEOUT_MS },
      async ({ usesEnvironment }) => {
        const workspace = join(folder, usesEnvironment ? "india-environment" : "india-dotenv");
        mkdirSync(workspace);
        const market = indiaMarketOf(testSeed(), 1);
        const vendor = await startIndiaVendor({
          market,
          session: INDIAN_SESSION,
          credentials: INDIAN_LOGIN,
        });
        const spelling = await startSmartApiEchoServer(vendor);
        try {
          writeFileSync(join(workspace, "meridian.toml"), indiaSettingsText(spelling, market));
          const login = indiaEnvironment(INDIAN_LOGIN);
          if (!usesEnvironment) {
            const lines = Object.entries(login).map(([name, value]) => `${name}='${value}'\n`);
            writeFileSync(join(workspace, ".env"), lines.join(""));
          }
          const command = {
            entry: PRODUCT_ENTRY,
            workspace,
            environment: {
              NODE_COMPILE_CACHE: join(folder, "compiled"),
              ...(usesEnvironment ? login : {}),
            },
          };
          const printed: ProductRun[] = [];
          const run = async (words: string): Promise<void> =>
            void printed.push(await runProduct({ ...command, words: words.split(" ") }));
          for (const words of ["india instruments", "india history", "india history --json"]) {
            await run(words);
          }
          const { stream, stop } = await runStreamToItsEnd(command, vendor);
          expect(stream).toMatchObject({ exitCode: 0 });
          printed.push(stream, ...(stop === undefined ? [] : [stop]));
          await run(`india recover --session ${INDIAN_SESSION}`);
          for (const words of [...INDIAN_LOOKS, ...LOOKS.slice(1)]) await run(words);
          expect([...spelling.counts().keys()].toSorted()).toEqual(SMARTAPI_ECHO_NAMES.toSorted());
          expect(spelling.tokens().length).toBeGreaterThan(3);
          const secrets = [...Object.values(INDIAN_LOGIN), ...spelling.tokens()];
          const exempt = usesEnvironment ? [] : [".env"];
          expect(sightingsIn(workspace, printed, exempt, secrets)).toEqual([]);
          expect(listFiles(workspace, "data/raw/india").length).toBeGreaterThan(10);
        } finally {
          await spelling.close();
          await vendor.close();
        }
      },
    );
  },
);

test("the search finds a key in any form, in a file and in what is printed", () => {
  const workspace = join(folder, "planted");
  mkdirSync(join(workspace, "logs"), { recursive: true });
  const forms = formsOf(ODD_KEY);
  expect(forms.length).toBeGreaterThan(3);
  for (const [index, form] of forms.entries()) {
    writeFileSync(join(workspace, "logs", `${index}.ndjson`), `{"detail":"${form}"}`);
  }
  const run = { stdout: `x${PLAIN_KEY}x`, stderr: "" };
  expect(sightingsIn(workspace, [run], ["logs/0.ndjson"])).toHaveLength(forms.length);
});

/** Files and outputs in which a key stands, in any of its forms. */
function sightingsIn(
  workspace: string,
  runs: readonly Pick<ProductRun, "stdout" | "stderr">[],
  exempt: readonly string[],
  keys: readonly string[] = [PLAIN_KEY, ODD_KEY, ODD_KEY.replaceAll("'", "")],
): string[] {
  expect(existsSync(workspace)).toBe(true);
  const forms = keys.flatMap(formsOf);
  const spells = (bytes: Buffer): boolean => forms.some((form) => bytes.includes(form));
  const files = listFiles(workspace).filter((name) => !exempt.includes(name));
  return [
    ...files.filter((name) => spells(readFileSync(join(workspace, name)))),
    ...runs.flatMap(({ stdout, stderr }, index) =>
      [stdout, stderr].flatMap((text) =>
        spells(Buffer.from(text)) ? [`output ${index}: ${text}`] : [],
      ),
    ),
  ];
}

/** A key as it is, as URLs, forms and JSON write it, and the larger part of it that a cut would leave. */
function formsOf(key: string): string[] {
  const part = Math.ceil(key.length * PART_SHARE);
  const inForm = new URLSearchParams({ key }).toString().slice("key=".length);
  const inJson = JSON.stringify(key).slice(1, -1);
  return [
    ...new Set([
      key,
      encodeURIComponent(key),
      encodeURI(key),
      inForm,
      inForm.toLowerCase(),
      inJson,
      key.slice(0, part),
      key.slice(-part),
    ]),
  ];
}

function settingsText(baseUrl: string): string {
  return `[us.vendor]
base_url = "${baseUrl}"
plan = "premium"
calls_per_second = 500
calls_per_minute = 75000
calls_per_day = 10000
timeout_seconds = 2
tries_per_call = 1

[us.universe]
symbols = ["AAAA", "BBBB", "CCCC"]
`;
}
