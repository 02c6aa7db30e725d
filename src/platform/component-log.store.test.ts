/** Structured logs: one line an event, with time, component and market, and without any secret. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { openComponentLog } from "./component-log.ts";
import { secretMask } from "./secrets.ts";
import { fixedClock } from "./system-clock.ts";
import { temporaryFolders } from "./temporary-folder.testing.ts";
import { workspaceAt } from "./workspace.ts";

const makeFolder = temporaryFolders();
const KEY = 'CANARY"KEY0001';

function open() {
  const workspace = workspaceAt(makeFolder());
  const log = openComponentLog({
    workspace,
    component: "us-daily",
    market: "us",
    clock: fixedClock(Date.UTC(2026, 4, 18, 21) as EpochMs),
    mask: secretMask([KEY]),
  });
  const read = () => readFileSync(join(workspace.logsDir, "us-daily.ndjson"), "utf8");
  return { log, read };
}

test("a line has time, level, component, market, message and facts", () => {
  const { log, read } = open();
  log.info({ symbol: "SPY" }, "landed");
  log.debug("not kept");
  expect(
    read()
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    {
      time: "2026-05-18T21:00:00.000Z",
      level: "info",
      component: "us-daily",
      market: "us",
      symbol: "SPY",
      msg: "landed",
    },
  ]);
});

test("no secret is written, whether in the message, in a fact, in a URL or in an error", () => {
  const { log, read } = open();
  const written: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
  log.warn({ detail: `your key ${KEY} is spent` }, `key ${KEY}`);
  log.error(
    { url: `?apikey=${encodeURIComponent(KEY)}`, err: new Error(`bad key ${KEY}`) },
    "failed",
  );
  const text = read() + written.join("");
  expect(text).toContain("[masked]");
  expect(text).not.toMatch(/CANARY/);
  for (const line of read().trimEnd().split("\n")) {
    expect(JSON.parse(line)).toMatchObject({ component: "us-daily", market: "us" });
  }
});
