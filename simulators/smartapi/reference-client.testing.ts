/**
 * A client that does what a product must: it logs in, subscribes, notices silence, comes back, and counts
 * what it received by rules of its own. The tests compare its counts with the simulator's report.
 */
import type { SmartApiSimulator } from "./smartapi-server.ts";
import { type RawClient, type Tokens, connect, login, readPacket } from "./testing.ts";

export type ReferenceCounts = {
  readonly unique: number;
  readonly duplicates: number;
  readonly late: number;
  readonly reordered: number;
  /** Of stocks, inside the span of sequence numbers that came. */
  readonly missing: number;
  readonly zeroPrice: number;
  readonly stale: number;
  /** Frames that are no packet. */
  readonly garbage: number;
  readonly texts: number;
  readonly connections: number;
};

const SILENCE_MS = 120;
const LOOK_MS = 15;
const RETRY_MS = 20;
const TRIES_MAX = 500;
const LENGTHS: readonly number[] = [51, 123, 379];
const IST_MS = 19_800_000;
const DAY_MS = 86_400_000;
const SEAL_MS = 2000;
const MINUTE_MS = 60_000;

/** Streams a whole session and returns what came. */
export async function streamSession(
  simulator: SmartApiSimulator,
  tokens: readonly string[],
  mode = 2,
): Promise<{ readonly counts: ReferenceCounts; readonly packets: readonly Buffer[] }> {
  const received: { packets: Buffer[]; texts: string[] }[] = [];
  let session: Tokens = await login(simulator);
  for (let tries = 0; simulator.state() !== "ended" && tries < TRIES_MAX; tries++) {
    const client = await tryConnect(simulator, session);
    if (typeof client === "string") {
      await sleep(RETRY_MS);
      // Only a new session helps where the tokens have expired.
      if (client.includes("401")) session = await login(simulator);
      continue;
    }
    received.push(client);
    client.subscribe(tokens, mode);
    await untilSilent(client, () => simulator.state() === "ended");
    client.close();
  }
  const packets = received.flatMap((one) => one.packets);
  const texts = received.flatMap((one) => one.texts).length;
  return {
    counts: { ...countPackets(simulator, packets), texts, connections: received.length },
    packets,
  };
}

/** The client, or what the server says instead. */
async function tryConnect(
  simulator: SmartApiSimulator,
  session: Tokens,
): Promise<RawClient | string> {
  try {
    return await connect(simulator, session);
  } catch (error) {
    return String(error);
  }
}

/** Resolves when the connection is over, or silent for long, or the session has ended and all has come. */
async function untilSilent(client: RawClient, isOver: () => boolean): Promise<void> {
  const { websocket } = client;
  let seen = 0;
  let silentMs = 0;
  while (websocket.readyState === websocket.OPEN && silentMs < SILENCE_MS) {
    await sleep(LOOK_MS);
    silentMs = client.packets.length === seen ? silentMs + LOOK_MS : 0;
    if (seen === 0) silentMs = 0;
    seen = client.packets.length;
    if (isOver() && silentMs > LOOK_MS) return;
  }
}

function countPackets(
  simulator: SmartApiSimulator,
  packets: readonly Buffer[],
): Omit<ReferenceCounts, "texts" | "connections"> {
  const { timeline } = simulator;
  const stocks = new Map(timeline.instruments.map((one) => [one.token, one]));
  const seen = new Map<string, Set<string>>();
  const highest = new Map<string, number>();
  let newestMs = 0;
  const counts = {
    unique: 0,
    duplicates: 0,
    late: 0,
    reordered: 0,
    zeroPrice: 0,
    stale: 0,
    garbage: 0,
  };
  for (const packet of packets) {
    const instrument = LENGTHS.includes(packet.length)
      ? stocks.get(readPacket(packet).token)
      : undefined;
    if (!instrument || packet.readUInt8(1) !== 1 || packet.readUInt8(0) > 3) {
      counts.garbage += 1;
      continue;
    }
    const { token, sequence, timeMs, price, volume } = readPacket(packet);
    if (istDate(timeMs) !== timeline.session.date) {
      counts.stale += 1;
      continue;
    }
    if (price === 0) counts.zeroPrice += 1;
    const isStock = instrument.kind === "stock";
    const key = isStock ? String(sequence) : `${timeMs}/${price}/${volume}`;
    const known = seen.get(token) ?? new Set();
    seen.set(token, known);
    if (known.has(key)) {
      counts.duplicates += 1;
      continue;
    }
    known.add(key);
    counts.unique += 1;
    const isSealed = newestMs >= Math.floor(timeMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS + SEAL_MS;
    if (isSealed && isTrading(simulator, token, timeMs)) counts.late += 1;
    else if (isStock && sequence < (highest.get(token) ?? 0)) counts.reordered += 1;
    highest.set(token, Math.max(highest.get(token) ?? 0, sequence));
    newestMs = Math.max(newestMs, timeMs);
  }
  let missing = 0;
  for (const [token, known] of seen) {
    if (stocks.get(token)?.kind !== "stock") continue;
    const numbers = [...known].map(Number);
    missing += Math.max(...numbers) - Math.min(...numbers) + 1 - numbers.length;
  }
  return { ...counts, missing };
}

function isTrading(simulator: SmartApiSimulator, token: string, timeMs: number): boolean {
  const { session, instruments } = simulator.timeline;
  const minute = Math.floor(((timeMs + IST_MS) % DAY_MS) / MINUTE_MS);
  const hasAuction = instruments.find((one) => one.token === token)?.hasAuction === true;
  const end = hasAuction && session.auction ? session.auction.fromMinute : session.closeMinute;
  return minute >= session.openMinute && minute < end;
}

function istDate(timeMs: number): string {
  return new Date(timeMs + IST_MS).toISOString().slice(0, 10);
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
