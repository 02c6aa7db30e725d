/** Every fault of the stream: what it does to a client, and that the report counts it exactly. */
import { afterEach, describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import type { FaultRule } from "./fault-book.ts";
import { FAULT_NAMES, GARBAGE_SHAPES, stageOf } from "./fault-list.ts";
import { STREAM_FAULTS, planFaults } from "./fault-plan.ts";
import { streamSession } from "./reference-client.testing.ts";
import type { SmartApiSimulator, SmartApiSimulatorOptions } from "./smartapi-server.ts";
import {
  BUSY_STOCKS,
  TEST_TOKENS,
  connect,
  login,
  readPacket,
  startTestSimulator,
} from "./testing.ts";

const started: SmartApiSimulator[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.close()));
});

async function run(faults: readonly FaultRule[], options: Partial<SmartApiSimulatorOptions> = {}) {
  const simulator = await startTestSimulator({ faults, ...options });
  started.push(simulator);
  const { counts, packets } = await streamSession(simulator, TEST_TOKENS);
  return { simulator, counts, packets, report: simulator.report() };
}

/** What client and report must agree on, whatever happened. */
function expectAgreement({ counts, report }: Awaited<ReturnType<typeof run>>): void {
  const { text: texts = 0, ...frames } = report.garbage;
  expect(counts).toMatchObject({
    unique: report.unique,
    duplicates: report.duplicates,
    late: report.late + report.lateSnapshots,
    missing: report.missing,
    zeroPrice: report.zeroPrice,
    stale: report.staleSnapshots,
    garbage: Object.values(frames).reduce((sum, count) => sum + count, 0),
    texts,
  });
  // An index has no order of its own, so the client counts stocks alone.
  const reordered = report.tokens.filter(({ isIndex }) => !isIndex);
  expect(counts.reordered).toBe(reordered.reduce((sum, one) => sum + one.reordered, 0));
  expect(report.unstruck).toEqual([]);
  const lost = Object.values(report.lostByCause).reduce((sum, count) => sum + count, 0);
  expect(lost).toBeGreaterThanOrEqual(report.missing + report.missingIndex);
}

describe("a fault of one packet", () => {
  test("duplicate: the same bytes come twice, at once or later", async () => {
    const result = await run([
      { fault: "duplicate", at: "10:00", count: 3 },
      { fault: "duplicate", at: "11:00", args: { packets: 5 }, token: BUSY_STOCKS[0] },
    ]);
    expectAgreement(result);
    expect(result.report).toMatchObject({ duplicates: 4, missing: 0 });
  });

  test("reorder: a packet comes after its successor", async () => {
    const result = await run([{ fault: "reorder", at: "10:00", count: 4 }]);
    expectAgreement(result);
    expect(result.report).toMatchObject({ reordered: 4, late: 0, missing: 0 });
  });

  test("late: a packet comes when its minute is sealed", async () => {
    const result = await run([{ fault: "late", at: "10:00", count: 3 }]);
    expectAgreement(result);
    expect(result.report).toMatchObject({ reordered: 0, late: 3, missing: 0 });
    expect(result.report.strikes.flatMap(({ packets }) => packets)).toHaveLength(3);
  });

  test("zero_price and volume_decrease: what is spoilt changes nothing else", async () => {
    const result = await run([
      { fault: "zero_price", at: "10:00", count: 2 },
      { fault: "volume_decrease", at: "10:30", args: { shares: 7 } },
      { fault: "volume_decrease", at: "11:30", args: { last: true } },
    ]);
    expectAgreement(result);
    expect(result.report).toMatchObject({ zeroPrice: 2, volumeDecrease: 2, missing: 0 });
    const struck = result.report.strikes.find(({ fault }) => fault === "volume_decrease");
    const spoilt = struck?.packets[0];
    const index = result.packets.findIndex(
      (packet) => packet.length === 123 && readPacket(packet).sequence === spoilt?.sequence,
    );
    const before = result.packets
      .slice(0, index)
      .findLast((packet) => readPacket(packet).token === spoilt?.token);
    expect(readPacket(result.packets[index] ?? Buffer.alloc(0)).volume).toBe(
      readPacket(before ?? Buffer.alloc(0)).volume - 7,
    );
  });
});

describe("a fault of a connection", () => {
  test("drop: what passes meanwhile is lost, and no more", async () => {
    const result = await run([{ fault: "drop", at: "10:00", args: { seconds: 45 } }]);
    expectAgreement(result);
    const { report } = result;
    expect(Object.keys(report.lostByCause)).toEqual(["drop"]);
    expect(report.missing).toBeGreaterThan(0);
    expect(report.damagedMinutes.flatMap(({ minutes }) => minutes).length).toBeGreaterThan(0);
    expect(report.connections.map(({ closedBy }) => closedBy)).toEqual(["drop", undefined]);
  });

  test("stall and half-open: silence, with pongs and without", async () => {
    for (const fault of ["stall_pong_alive", "half_open"] as const) {
      const simulator = await startTestSimulator({
        faults: [{ fault, at: "10:00", args: { seconds: 5 } }],
      });
      started.push(simulator);
      const tokens = await login(simulator);
      const client = await connect(simulator, tokens);
      client.subscribe(TEST_TOKENS);
      await expect.poll(() => simulator.state()).toBe("holding");
      const { length } = client.packets;
      client.websocket.send("ping");
      const other = await connect(simulator, tokens);
      other.subscribe(TEST_TOKENS);
      await simulator.ended;
      await expect.poll(() => other.packets.length).toBeGreaterThan(1000);
      expect(client.packets).toHaveLength(length);
      expect(client.texts).toEqual(fault === "half_open" ? [] : ["pong"]);
      expect(Object.keys(simulator.report().lostByCause)).toEqual([fault]);
    }
  });

  test("suspended host: nothing for a while, then all of it", async () => {
    const result = await run([
      { fault: "suspended_host", at: "10:00", args: { seconds: 90, pauseMs: 60 } },
    ]);
    expectAgreement(result);
    expect(result.report).toMatchObject({ missing: 0, missingIndex: 0, late: 0 });
    expect(result.counts.connections).toBe(1);
  });

  test("slow consumer: what the buffer held is lost with the connection", async () => {
    const result = await run([
      { fault: "slow_consumer", at: "10:00", args: { packets: 30, seconds: 1 } },
    ]);
    expectAgreement(result);
    expect(result.report.lostByCause["slow_consumer"]).toBeGreaterThan(30);
  });

  test("garbage: every shape comes, and no packet is missed", async () => {
    const result = await run([
      { fault: "garbage_frame", at: "10:00", args: { packets: GARBAGE_SHAPES.length } },
      { fault: "garbage_frame", nth: 500, args: { shape: "wrong_length" } },
    ]);
    expectAgreement(result);
    expect(result.report.garbage).toMatchObject({ wrong_length: 2, noise: 1, text: 1 });
    expect(result.report.missing).toBe(0);
  });

  test("token expiry: sockets end, and only a new session is let in", async () => {
    for (const refresh of ["works", "refused"] as const) {
      const result = await run([
        { fault: "token_expiry", at: "10:00", args: { refresh, seconds: 5 } },
      ]);
      expectAgreement(result);
      expect(result.counts.connections).toBe(2);
    }
  });

  test("stale snapshots: yesterday's packets come first", async () => {
    const result = await run([{ fault: "stale_snapshot", at: "10:00" }]);
    expectAgreement(result);
    expect(result.report.staleSnapshots).toBe(TEST_TOKENS.length);
  });
});

test("every fault of the list has a stage, and a plan has every fault of the stream", () => {
  const plan = planFaults({ seed: testSeed(), count: 60, from: "09:30", to: "15:00" });
  expect(new Set(plan.map(({ fault }) => fault))).toEqual(new Set(STREAM_FAULTS));
  expect(FAULT_NAMES.filter((name) => stageOf(name) !== "rest")).toEqual(STREAM_FAULTS);
  expect(planFaults({ seed: 4, count: 9, from: "10:00", to: "11:00" })).toEqual(
    planFaults({ seed: 4, count: 9, from: "10:00", to: "11:00" }),
  );
  expect(() => planFaults({ seed: 1, count: 100, from: "10:00", to: "11:00" })).toThrow("40 s");
});

describe("several connections", () => {
  test("lose each its own packets, and the others wait", async () => {
    const simulator = await startTestSimulator({
      faults: [{ fault: "drop", at: "10:00", connection: 1, args: { seconds: 40 } }],
    });
    started.push(simulator);
    const tokens = await login(simulator);
    const halves = [TEST_TOKENS.slice(0, 7), TEST_TOKENS.slice(7)];
    const clients = [];
    for (const half of halves) {
      const client = await connect(simulator, tokens);
      client.subscribe(half, 3);
      clients.push(client);
    }
    await clients[1]?.closed;
    const again = await connect(simulator, tokens);
    again.subscribe(halves[1] ?? [], 3);
    await simulator.ended;
    const report = simulator.report();
    await expect.poll(() => again.packets.length).toBe(report.connections.at(-1)?.sent);
    const whole = report.tokens.filter(({ token }) => halves[0]?.includes(token));
    expect(whole.map(({ missing }) => missing)).toEqual(whole.map(() => 0));
    expect(report.missing).toBeGreaterThan(0);
    expect(report.damagedMinutes.every(({ token }) => halves[1]?.includes(token))).toBe(true);
  });
});

test("a session full of faults is counted exactly in the mode without volume too", async () => {
  const kinds = STREAM_FAULTS.filter((name) => name !== "volume_decrease");
  const faults = planFaults({ seed: testSeed(), count: 24, from: "09:20", to: "15:20", kinds });
  const simulator = await startTestSimulator({ faults });
  started.push(simulator);
  const { counts } = await streamSession(simulator, TEST_TOKENS, 1);
  const report = simulator.report();
  expect(report.unstruck).toEqual([]);
  expect(counts).toMatchObject({
    missing: report.missing,
    stale: report.staleSnapshots,
    zeroPrice: report.zeroPrice,
  });
});

test("a session full of faults is counted exactly", async () => {
  const count = testCount(28, 240);
  const seed = testSeed();
  const result = await run(planFaults({ seed, count, from: "09:20", to: "15:20" }));
  expectAgreement(result);
  expect(result.report.strikes).toHaveLength(count);
});
