/**
 * A stream killed at any byte of its log and started again: what was sealed before stays sealed as it was,
 * and nothing is sealed twice (decision 15).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import type { EpochMs } from "#core/clock.ts";
import { seededRandom } from "#core/random.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { SCENE_OPEN, SCENE_PLAN, SCENE_START } from "../ticks/log-scene.testing.ts";
import { readTickLog, repairTickLog } from "../ticks/tick-log-read-store.ts";
import { openTickLogWriter, type TickLogWriter } from "../ticks/tick-log-store.ts";
import { rebuildSession } from "./rebuild-session.ts";
import { packetsOf, showCandles, showSealed, type Step } from "./session-scene.testing.ts";
import { createTickEngine, type TickEngine } from "./tick-engine.ts";

const newFolder = temporaryFolders();
const packet = packetsOf(SCENE_PLAN);
const MINUTES = 4;

/** Packets of two stocks and an index each ten seconds, and a seal two seconds into the next minute. */
const feed: readonly Step[] = Array.from({ length: MINUTES * 6 + 1 }, (_, tenth): Step[] => {
  const at = tenth * 10;
  const values = { sequence: tenth, volume: tenth * 7, average: 10_000 };
  const minuteOver = tenth / 6 - 1;
  return [
    packet("INFY", at, { ...values, price: 100 + (tenth % 4) }),
    packet("TCS", at + 1, { ...values, price: 200 - (tenth % 5) }),
    packet("Nifty 50", at + 1, { price: 300 + tenth }),
    ...(tenth > 0 && tenth % 6 === 0 ? [{ seal: SCENE_OPEN + minuteOver }] : []),
  ];
}).flat();

/** A process: what it reads of earlier segments, and the log it writes. */
function start(rawDir: string, startedAt: number, segments: readonly string[]) {
  const engine = createTickEngine();
  for (const path of segments) readTickLog(path, (records) => engine.applyRecords(records));
  const sealedBefore = engine.drainSealed();
  const closed: string[] = [];
  const writer = openTickLogWriter({
    rawDir,
    startedAt: (SCENE_START + startedAt) as EpochMs,
    pid: 1,
    onWritten: (records) => engine.applyRecords(records),
    onSegmentClosed: ({ path }) => closed.push(join(rawDir, path)),
  });
  writer.appendSession(SCENE_PLAN, SCENE_START);
  return { engine, writer, sealedBefore, closed };
}

function append(writer: TickLogWriter, engine: TickEngine, steps: readonly Step[]): void {
  for (const step of steps) {
    if ("frame" in step) writer.appendFrame(0, step.frame, SCENE_START);
    // A minute that the log has sealed is not sealed again.
    if ("seal" in step && step.seal > engine.sealedThrough())
      writer.appendSeal(step.seal, SCENE_START);
    writer.flush();
  }
}

test("a stream killed at any byte loses, changes and doubles no sealed candle", async () => {
  const rawDir = newFolder();
  const first = start(rawDir, 0, []);
  append(first.writer, first.engine, feed);
  await first.writer.close();
  const undisturbed = showSealed(first.engine.drainSealed(), SCENE_PLAN);
  expect(undisturbed.length).toBe(MINUTES * 3);
  const path = first.closed[0] ?? "";
  const whole = readFileSync(path);
  const random = seededRandom(testSeed());
  const cuts = testCount(60, 1500);
  for (let cut = 0; cut < cuts; cut++) {
    const length = Math.floor(random() * (whole.length + 1));
    writeFileSync(path, whole.subarray(0, length));
    const wasRemoved = repairTickLog(path).state === "removed";
    const second = start(rawDir, cut + 1, wasRemoved ? [] : [path]);
    const before = showSealed(second.sealedBefore, SCENE_PLAN);
    expect(before).toEqual(undisturbed.slice(0, before.length));
    const framesKept = second.engine.counts().frames;
    // What came while nothing ran is lost: some frames after those that are in the log.
    let frames = framesKept + Math.floor(random() * 6);
    const rest = feed.filter((step) => !("frame" in step) || frames-- <= 0);
    append(second.writer, second.engine, rest);
    await second.writer.close();
    const after = showSealed(second.engine.drainSealed(), SCENE_PLAN);
    const keys = [...before, ...after].map(({ symbol, minute }) => `${minute} ${symbol}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const candle of [...before, ...after].filter(({ incomplete }) => !incomplete)) {
      expect(undisturbed).toContainEqual(candle);
    }
    const segments = [...(wasRemoved ? [] : [path]), second.closed[0] ?? ""];
    const rebuilt = rebuildSession(segments);
    expect(rebuilt && showCandles(rebuilt.sealedLive, SCENE_PLAN)).toEqual([...before, ...after]);
  }
});
