/** Random sessions of four instruments on two connections, with every fault that packets can have. */
import * as fc from "fast-check";
import { must } from "#core/assert.ts";
import { SCENE_OPEN, SCENE_PLAN } from "../ticks/log-scene.testing.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import type { ModelPacket, ModelStep } from "./reference-model.testing.ts";
import { packetsOf, type Step } from "./session-scene.testing.ts";

const CLOSE = 5;
const instrumentOf = (
  symbol: string,
  connection: number,
  isIndex: boolean,
  hasAuction: boolean,
) => ({
  symbol,
  token: String(symbol.charCodeAt(0)),
  exchangeType: 1,
  isIndex,
  hasAuction,
  connection,
});

const RANDOM_PLAN: SessionPlan = {
  ...SCENE_PLAN,
  closeMinute: SCENE_OPEN + CLOSE,
  auction: { fromMinute: SCENE_OPEN + 3, toMinute: SCENE_OPEN + 7 },
  instruments: [
    instrumentOf("D index", 1, true, false),
    instrumentOf("C", 1, false, false),
    instrumentOf("B auction", 0, false, true),
    instrumentOf("A", 0, false, false),
  ],
};

const LAST_MINUTE = CLOSE - 1;
const SEAL_DELAY_MS = 2000;

const MOSTLY_PACKETS = Array.from({ length: 7 }, () => "packet");

/** One thing that happens; half are packets as they should be. */
const happening = fc.record({
  instrument: fc.nat(3),
  seconds: fc.constantFrom(0, 0, 1, 1, 2, 5, 20),
  price: fc.integer({ min: 1, max: 6 }),
  traded: fc.constantFrom(0, 0, 1, 5, 30),
  average: fc.constantFrom(0, 3, 4),
  what: fc.constantFrom(
    ...MOSTLY_PACKETS,
    "dip",
    "zero",
    "repeat",
    "dropped",
    "held back",
    "lost",
    "restart",
  ),
  connection: fc.nat(1),
});

export type RandomSession = {
  readonly plan: SessionPlan;
  readonly model: readonly ModelStep[];
  readonly steps: readonly Step[];
};

/**
 * Sessions; `areConsecutive` decides whether their sequence numbers count one by one. So many packets after
 * the close make a few missing ones too few to doubt that.
 */
export function randomSessions(
  areConsecutive: boolean,
  packetsAfterClose = 0,
): fc.Arbitrary<RandomSession> {
  const arbitrary = fc.record({
    happenings: fc.array(happening, { minLength: 1, maxLength: 90 }),
    mode: fc.constantFrom("quote", "quote", "ltp"),
    isSealedToEnd: fc.boolean(),
  });
  return arbitrary.map(({ happenings, mode, isSealedToEnd }) => {
    const plan = { ...RANDOM_PLAN, mode } as SessionPlan;
    const model = playSession(plan, happenings, areConsecutive);
    if (isSealedToEnd) model.push({ seal: LAST_MINUTE }, { auctionSeal: true });
    for (let count = 0; count < packetsAfterClose; count++)
      model.push(packetAfterClose(plan, count));
    return { plan, model, steps: [{ session: plan }, ...stepsOf(plan, model)] };
  });
}

type Happening = ReturnType<typeof happening.generate>["value"];

function playSession(
  plan: SessionPlan,
  happenings: readonly Happening[],
  areConsecutive: boolean,
): ModelStep[] {
  const model: ModelStep[] = [];
  const volumes = plan.instruments.map(() => 0);
  const sequences = plan.instruments.map(() => 0);
  const sent: ModelPacket[] = [];
  const heldBack: ModelPacket[] = [];
  let ms = -40_000;
  let sealed = -1;
  for (const { instrument, seconds, price, traded, average, what, connection } of happenings) {
    ms += seconds * 1000;
    while (sealed < LAST_MINUTE && ms >= (sealed + 2) * 60_000 + SEAL_DELAY_MS) {
      model.push({ seal: (sealed += 1) });
    }
    if (ms >= 7 * 60_000 + SEAL_DELAY_MS) model.push({ auctionSeal: true });
    if (what === "lost") model.push({ lost: connection });
    else if (what === "restart") model.push({ restart: true });
    else if (what === "repeat") {
      const again = sent[sent.length - 1 - (seconds % 3)];
      // Only what is in an open minute: the live book knows no older one.
      if (again !== undefined && again.ms >= (sealed + 1) * 60_000) model.push({ packet: again });
    } else {
      const { symbol, connection: on, isIndex } = must(plan.instruments[instrument], "one of four");
      volumes[instrument] = (volumes[instrument] ?? 0) + traded;
      sequences[instrument] = (sequences[instrument] ?? 0) + (areConsecutive ? 1 : 3);
      const packet = {
        symbol,
        ms,
        sequence: isIndex ? 0 : (sequences[instrument] ?? 0),
        price: what === "zero" ? 0 : price,
        volume:
          plan.mode === "ltp"
            ? -1
            : Math.max(0, (volumes[instrument] ?? 0) - (what === "dip" ? 3 : 0)),
        average: plan.mode === "ltp" ? 0 : average,
        connection: on ?? 0,
      };
      if (what === "dropped") continue;
      if (what === "held back") {
        heldBack.push(packet);
        continue;
      }
      model.push({ packet });
      sent.push(packet);
      const released = seconds === 1 ? heldBack.shift() : undefined;
      if (released !== undefined) model.push({ packet: released });
    }
  }
  return model;
}

/** Numbered on from where no session of a hundred packets comes. */
function packetAfterClose(plan: SessionPlan, count: number): ModelStep {
  const volume = plan.mode === "ltp" ? -1 : 100_000;
  const times = { symbol: "C", ms: 8 * 60_000, sequence: 1000 + count };
  return { packet: { ...times, price: 1, volume, average: 0, connection: 1 } };
}

function stepsOf(plan: SessionPlan, model: readonly ModelStep[]): Step[] {
  const packet = packetsOf(plan, plan.mode === "ltp" ? 1 : 2);
  return model.map((step): Step => {
    if ("packet" in step) {
      const { symbol, ms, sequence, price, volume, average } = step.packet;
      return packet(symbol, ms / 1000, { sequence, price, volume: Math.max(0, volume), average });
    }
    if ("seal" in step) return { seal: plan.openMinute + step.seal };
    if ("auctionSeal" in step) return { auctionSeal: true };
    if ("restart" in step) return { session: plan };
    return { event: { kind: "LOST", connection: step.lost, cause: "DISCONNECT", says: "" } };
  });
}
