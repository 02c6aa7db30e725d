/** Receipts of segments: what a dead stream left is repaired and adopted once, and a session finds its files. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { sessionDate } from "#core/session-date.ts";
import { openRawStore } from "#ingestion/raw-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock, isoOfInstant } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { encodePacket } from "./encode-packet.testing.ts";
import { SCENE_PLAN, SCENE_START } from "./log-scene.testing.ts";
import { SEGMENT_MARK } from "./tick-log-format.ts";
import { adoptTickLogs, summariseTickLog, tickLogReceipts } from "./tick-log-receipts-store.ts";
import { openTickLogWriter, segmentPathOf } from "./tick-log-store.ts";

const newFolder = temporaryFolders();
const frame = encodePacket({ mode: 2, token: "1594", sequence: 1, exchangeMs: 1, price: 5 });
const at = (offset: number): EpochMs => (SCENE_START + offset) as EpochMs;

function open() {
  const workspace = workspaceAt(newFolder());
  const rawStore = openRawStore({
    workspace,
    market: "india",
    database: openStateStore(workspace.statePath("india")),
    clock: fixedClock(SCENE_START),
  });
  const rawDir = workspace.rawDir("india");
  const pathOf = (path: string): string => join(rawDir, ...path.split("/"));
  const adopt = (except?: string) =>
    adoptTickLogs({ rawStore, source: "smartapi", synthetic: false, except, pathOf });
  return { rawStore, rawDir, pathOf, adopt };
}

/** A stream's files as its process leaves them when it is killed. */
function writeStream(rawDir: string, startedAt: EpochMs, segmentBytesMax?: number): void {
  const onWritten = (): void => undefined;
  const writer = openTickLogWriter({ rawDir, startedAt, pid: 7, segmentBytesMax, onWritten });
  writer.appendSession(SCENE_PLAN, at(0));
  writer.flush();
  for (let count = 0; count < 10; count++) {
    writer.appendFrame(0, frame, at(count));
    writer.flush();
  }
}

test("a start adopts each segment of a dead stream once, its torn tail cut", () => {
  const { rawStore, rawDir, pathOf, adopt } = open();
  writeStream(rawDir, SCENE_START, 1500);
  const paths = rawStore.listUnadopted("ticks");
  expect(paths.length).toBeGreaterThan(1);
  const torn = paths.at(-1) ?? "";
  const whole = readFileSync(pathOf(torn));
  appendFileSync(pathOf(torn), "torn");
  const adopted = adopt();
  expect(adopted.map(({ path, repair }) => [path, repair])).toEqual(
    paths.map((path) => [path, path === torn ? "cut" : "whole"]),
  );
  expect(readFileSync(pathOf(torn))).toEqual(whole);
  expect(adopt()).toEqual([]);
  const frames = adopted.reduce((sum, { receipt }) => sum + (receipt?.rows ?? 0), 0);
  expect(frames).toBe(10);
});

test("a session's segments are found in the order in which they were written", () => {
  const { rawStore, rawDir, adopt } = open();
  writeStream(rawDir, at(60_000), 1500);
  writeStream(rawDir, SCENE_START);
  adopt();
  const bodies = tickLogReceipts(rawStore, SCENE_PLAN.session).map(({ body }) => body);
  expect(bodies[0]).toBe(segmentPathOf(SCENE_START, 7, 1));
  expect(bodies).toEqual([...bodies].sort());
  expect(bodies.length).toBeGreaterThan(2);
  expect(tickLogReceipts(rawStore, sessionDate("2026-06-15"))).toEqual([]);
});

test("the segment that is written to stays without a receipt", () => {
  const { rawStore, rawDir, adopt } = open();
  writeStream(rawDir, SCENE_START);
  const path = segmentPathOf(SCENE_START, 7, 1);
  expect(adopt(path)).toEqual([]);
  expect(rawStore.listUnadopted("ticks")).toEqual([path]);
});

test("a segment into which nothing was received is removed", () => {
  const { pathOf, adopt } = open();
  const path = segmentPathOf(SCENE_START, 7, 1);
  mkdirSync(dirname(pathOf(path)), { recursive: true });
  writeFileSync(pathOf(path), SEGMENT_MARK);
  expect(adopt()).toEqual([{ path, repair: "removed", receipt: null }]);
  expect(existsSync(pathOf(path))).toBe(false);
});

test("a segment says of which session it is, how many frames it holds and from when", () => {
  const { rawStore, rawDir, pathOf } = open();
  writeStream(rawDir, SCENE_START, 1500);
  const summaries = rawStore.listUnadopted("ticks").map((path) => summariseTickLog(pathOf(path)));
  expect(summaries.map(({ session }) => session)).toEqual(summaries.map(() => "2026-06-12"));
  expect(summaries[0]?.firstReceivedAt).toBe(SCENE_START);
  expect(summaries.at(-1)?.newestReceivedAt).toBe(at(9));
});

test("a segment that is damaged from its first byte has a receipt of the time in its name", () => {
  const { rawStore, rawDir, pathOf, adopt } = open();
  writeStream(rawDir, SCENE_START);
  const [path = ""] = rawStore.listUnadopted("ticks");
  const bytes = readFileSync(pathOf(path));
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  writeFileSync(pathOf(path), bytes);
  const [adopted] = adopt();
  expect(adopted).toMatchObject({
    path,
    repair: "damaged",
    receipt: { fetchedAt: isoOfInstant(SCENE_START), rows: 0 },
  });
  expect(adopt()).toEqual([]);
});
