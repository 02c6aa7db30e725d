/**
 * The tick log: what is handed on is what is on the disk, whatever byte a writer dies at, and no flipped bit
 * is ever read as a record.
 */
import { readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { encodePacket } from "./encode-packet.testing.ts";
import { type RecordValues, recordsIn, SCENE_PLAN, SCENE_START } from "./log-scene.testing.ts";
import { RECORD_KINDS, SEGMENT_MARK } from "./tick-log-format.ts";
import { readTickLog, repairTickLog } from "./tick-log-read-store.ts";
import {
  type ClosedSegment,
  openTickLogWriter,
  segmentPathOf,
  type TickLogWriter,
} from "./tick-log-store.ts";

const newFolder = temporaryFolders();
const at = (offset: number): EpochMs => (SCENE_START + offset) as EpochMs;
const frame = encodePacket({ mode: 2, token: "1594", sequence: 1, exchangeMs: 1, price: 5 });

function open(rawDir: string, segmentBytesMax?: number) {
  const written: RecordValues[] = [];
  const closed: ClosedSegment[] = [];
  const writer = openTickLogWriter({
    rawDir,
    startedAt: SCENE_START,
    pid: 77,
    segmentBytesMax,
    onWritten: (records) => written.push(...recordsIn(records)),
    onSegmentClosed: (segment) => closed.push(segment),
  });
  return { writer, written, closed };
}

function appendOneOfEach(writer: TickLogWriter): void {
  writer.appendSession(SCENE_PLAN, at(0));
  writer.appendEvent({ kind: "CONNECTED", connection: 2, tokens: 3 }, at(1));
  writer.appendFrame(2, frame, at(2));
  writer.appendSeal(29_000_000, at(3));
  writer.appendAuctionSeal(at(4));
  writer.appendNote({ offsetMs: -12 }, at(5));
}

function read(path: string) {
  const records: RecordValues[] = [];
  const end = readTickLog(path, (each) => records.push(...recordsIn(each)));
  return { records, end };
}

/** The only segment of a folder. */
function segmentIn(rawDir: string): string {
  const names = readdirSync(rawDir, { recursive: true }).map(String);
  return join(rawDir, names.find((name) => name.endsWith(".ticks")) ?? "");
}

/** A segment of one record each, closed, and its bytes. */
async function writeSegment(rawDir: string) {
  const { writer, written } = open(rawDir);
  appendOneOfEach(writer);
  await writer.close();
  const path = segmentIn(rawDir);
  return { path, bytes: readFileSync(path), written };
}

describe("a writer", () => {
  test("hands on what it wrote, and a reader gives the same records again", async () => {
    const rawDir = newFolder();
    const { path, bytes, written } = await writeSegment(rawDir);
    expect(path).toBe(join(rawDir, "2026-06-12", "ticks", "20260612T033000000Z-77-0001.ticks"));
    expect(written.map(({ kind }) => kind)).toEqual([4, 3, 1, 2, 6, 5]);
    expect(written[2]).toEqual({ kind: 1, receivedAt: at(2), payload: `02${frame.toHex()}` });
    expect(written[3]?.payload).toBe("4081ba01");
    expect(read(path)).toEqual({
      records: written,
      end: { bytes: bytes.length, records: 6, state: "whole" },
    });
  });

  test("has a frame on the disk before it hands it on", () => {
    const rawDir = newFolder();
    let sizeWhenHanded = 0;
    const writer = openTickLogWriter({
      rawDir,
      startedAt: SCENE_START,
      pid: 1,
      onWritten: () => (sizeWhenHanded = statSync(segmentIn(rawDir)).size),
    });
    writer.appendFrame(0, frame, at(0));
    expect(writer.pendingBytes()).toBe(17 + 1 + frame.length);
    writer.flush();
    expect(sizeWhenHanded).toBe(SEGMENT_MARK.length + 17 + 1 + frame.length);
    expect(writer.pendingBytes()).toBe(0);
  });

  test("begins another segment at the limit, which says what it goes on with", async () => {
    const rawDir = newFolder();
    const { writer, written, closed } = open(rawDir, 2000);
    writer.appendSession(SCENE_PLAN, at(0));
    for (let count = 0; count < 30; count++) {
      writer.appendFrame(0, frame, at(count));
      writer.flush();
      if (count % 7 === 0) void writer.sync();
    }
    await writer.close();
    const paths = closed.map(({ path }) => path);
    expect(paths).toEqual(paths.map((_, index) => segmentPathOf(SCENE_START, 77, index + 1)));
    expect(paths.length).toBeGreaterThan(2);
    const all = paths.map((path) => read(join(rawDir, path)).records);
    for (const [index, { path, bytes }] of closed.entries()) {
      expect(statSync(join(rawDir, path)).size).toBe(bytes);
      expect(bytes).toBeLessThanOrEqual(2000);
      const first = all[index]?.[0];
      if (index === 0) continue;
      expect(first?.kind).toBe(RECORD_KINDS.NOTE);
      const note: unknown = JSON.parse(
        new TextDecoder().decode(Uint8Array.fromHex(first?.payload ?? "")),
      );
      expect(note).toEqual({ goesOnWith: paths[index - 1], session: "2026-06-12" });
    }
    const records = all.flatMap((each, index) => (index === 0 ? each : each.slice(1)));
    expect(records).toEqual(written);
  });

  test("never writes into the file of another start", async () => {
    const rawDir = newFolder();
    const first = await writeSegment(rawDir);
    const { writer, closed } = open(rawDir);
    writer.appendSeal(1, at(0));
    await writer.close();
    expect(closed[0]?.path).toBe(segmentPathOf(SCENE_START, 77, 2));
    expect(readFileSync(first.path)).toEqual(first.bytes);
  });

  test("keeps the beginning of a frame that is longer than any record", () => {
    const { writer, written } = open(newFolder());
    writer.appendFrame(0, new Uint8Array(5 * 1024 * 1024), at(0));
    writer.flush();
    expect(written[0]?.payload.length).toBe(2 * 4 * 1024 * 1024);
  });

  test("keeps what a full disk did not take, and writes it when there is room again", async () => {
    const rawDir = newFolder();
    writeFileSync(join(rawDir, "2026-06-12"), "in the way");
    const { writer, written, closed } = open(rawDir);
    appendOneOfEach(writer);
    expect(() => writer.flush()).toThrow();
    expect(written).toEqual([]);
    rmSync(join(rawDir, "2026-06-12"));
    writer.flush();
    await writer.close();
    expect(written).toHaveLength(6);
    expect(read(join(rawDir, closed[0]?.path ?? "")).records).toEqual(written);
  });

  test("does not let records be appended while others are handed on", () => {
    const writer = openTickLogWriter({
      rawDir: newFolder(),
      startedAt: SCENE_START,
      pid: 1,
      onWritten: () => writer.appendSeal(2, at(0)),
    });
    writer.appendSeal(1, at(0));
    expect(() => writer.flush()).toThrow(/nothing is appended in onWritten/);
  });
});

describe("a segment cut off", () => {
  test("at any byte gives the records before, and is repaired to them", async () => {
    const { path, bytes, written } = await writeSegment(newFolder());
    for (let length = bytes.length; length >= 0; length--) {
      writeFileSync(path, bytes.subarray(0, length));
      const { records, end } = read(path);
      expect(records).toEqual(written.slice(0, records.length));
      expect(end.records).toBe(records.length);
      expect(end.state).toBe(end.bytes === length && length > 0 ? "whole" : "torn");
      const repair = repairTickLog(path);
      if (records.length === 0) {
        expect(repair.state).toBe("removed");
        continue;
      }
      expect(repair.state).toBe(end.state === "whole" ? "whole" : "cut");
      expect(statSync(path).size).toBe(end.bytes);
      expect(read(path)).toEqual({ records, end: { ...end, state: "whole" } });
    }
  });

  test("is whole once it is repaired", async () => {
    const rawDir = newFolder();
    const { path, bytes } = await writeSegment(rawDir);
    truncateSync(path, bytes.length - 3);
    expect(repairTickLog(path).records).toBe(5);
    expect(repairTickLog(path).state).toBe("whole");
  });
});

describe("a segment with damage", () => {
  test("never gives a record that was not written, whatever bit flips", async () => {
    const { path, bytes, written } = await writeSegment(newFolder());
    const flips = fc.tuple(fc.nat(bytes.length - 1), fc.nat(7));
    fc.assert(
      fc.property(flips, ([byte, bit]) => {
        const flipped = Uint8Array.from(bytes);
        flipped[byte] = (flipped[byte] ?? 0) ^ (1 << bit);
        writeFileSync(path, flipped);
        const records: RecordValues[] = [];
        let isDamaged = false;
        try {
          readTickLog(path, (each) => records.push(...recordsIn(each)));
        } catch (cause) {
          if (!(cause instanceof MeridianError)) throw cause;
          expect(cause.code).toBe("TICK_LOG_DAMAGED");
          isDamaged = true;
        }
        expect(records.length).toBeLessThan(written.length);
        expect(records).toEqual(written.slice(0, records.length));
        // Only the last record's damage looks like a torn tail.
        expect(isDamaged).toBe(records.length < written.length - 1);
        expect(repairTickLog(path).state).toBe(isDamaged ? "damaged" : "cut");
        if (isDamaged) expect(readFileSync(path)).toEqual(Buffer.from(flipped));
      }),
      { seed: testSeed(), numRuns: testCount(300, 5000) },
    );
  });

  test("is named by file and byte, after what precedes was handed over", async () => {
    const { path, bytes } = await writeSegment(newFolder());
    bytes[bytes.length - 60] = (bytes[bytes.length - 60] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(() => read(path)).toThrow(
      /-77-0001\.ticks is damaged at byte \d+, after \d whole records/,
    );
  });
});

test("a segment of many blocks is read whole, also where records cross a block's end", async () => {
  const rawDir = newFolder();
  const { writer, closed } = open(rawDir);
  const size = 700_000;
  for (let count = 0; count < 30; count++) {
    writer.appendFrame(0, new Uint8Array(size + count).fill(count), at(count));
  }
  await writer.close();
  let records = 0;
  const end = readTickLog(join(rawDir, closed[0]?.path ?? ""), (each) => {
    for (const { payload } of recordsIn(each)) {
      expect(payload.length).toBe(2 * (size + records + 1));
      expect(payload.endsWith(records.toString(16).padStart(2, "0"))).toBe(true);
      records += 1;
    }
  });
  expect(records).toBe(30);
  expect(end.state).toBe("whole");
});
