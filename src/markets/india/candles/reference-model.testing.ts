/**
 * The rules of decisions 14 to 17 once more, slow and plain: lists of objects, sorted and searched for
 * every question. It shares no code with the engine but the shape of what it is compared with.
 */
import type { SessionPlan } from "../ticks/session-instruments.ts";
import type { ShownCandle } from "./session-scene.testing.ts";

/** A packet that counts; `ms` from the open, -1 as volume for none. */
export type ModelPacket = {
  readonly symbol: string;
  readonly ms: number;
  readonly sequence: number;
  readonly price: number;
  readonly volume: number;
  readonly average: number;
  readonly connection: number;
};

export type ModelStep =
  | { readonly packet: ModelPacket }
  | { readonly lost: number }
  | { readonly seal: number }
  | { readonly auctionSeal: true }
  | { readonly restart: true };

type ModelGap = {
  readonly connection: number;
  readonly fromMs: number;
  /** When the first later packet came; Infinity when none did. */
  arrivedMs: number;
};

export type ModelResult = {
  readonly live: readonly ShownCandle[];
  readonly canonical: readonly ShownCandle[];
  readonly gaps: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly volumes: { readonly [symbol: string]: number };
  }[];
  readonly counts: {
    readonly packets: number;
    readonly unique: number;
    readonly duplicates: number;
    readonly late: number;
    readonly missing: number | null;
  };
};

const MINUTE = 60_000;
const SHARE = 0.99;

/** What a session of these steps comes to. */
export function modelOf(plan: SessionPlan, steps: readonly ModelStep[]): ModelResult {
  const hours = hoursOf(plan);
  const came: { readonly packet: ModelPacket; readonly isLate: boolean }[] = [];
  const gaps: ModelGap[] = [];
  const live: ShownCandle[] = [];
  let sealedThrough = -1;
  let isAuctionSealed = false;
  const connections = [...new Set(plan.instruments.map((each) => each.connection ?? 0))];
  connections.sort((a, b) => a - b);
  const newestOn = (connection: number): number =>
    Math.max(
      -hours.openOfDayMs,
      ...came
        .filter(({ packet }) => packet.connection === connection)
        .map(({ packet }) => packet.ms),
    );
  const judgeFirst = (connection: number): void => {
    const first = came.find(({ packet }) => packet.connection === connection)?.packet.ms ?? 0;
    const isKnown = gaps.some((gap) => gap.connection === connection);
    if (first < MINUTE || isKnown) return;
    gaps.push({ connection, fromMs: -hours.openOfDayMs, arrivedMs: first });
  };
  const lose = (connection: number): void => {
    const open = gaps.some((gap) => gap.connection === connection && gap.arrivedMs === Infinity);
    if (open) return;
    judgeFirst(connection);
    gaps.push({ connection, fromMs: newestOn(connection), arrivedMs: Infinity });
  };
  const sealedLive = (slotTime: number | "auction"): void => {
    const known = came.filter(({ isLate, packet }) => {
      const place = hours.placeOf(packet);
      if (isLate || place === "after") return false;
      if (place === "auction") return slotTime === "auction";
      return slotTime === "auction" || place === "before" || place <= slotTime;
    });
    const gapsAtSeal = gaps.map((gap) => ({ ...gap, toMs: gap.arrivedMs }));
    const made = candlesOf(
      plan,
      known.map(({ packet }) => packet),
      gapsAtSeal,
      false,
    ).candles;
    live.push(
      ...made.filter(({ kind, minute }) =>
        slotTime === "auction" ? kind === "auction" : kind === "minute" && minute === slotTime,
      ),
    );
  };
  for (const step of steps) {
    if ("packet" in step) {
      const { packet } = step;
      judgeFirst(packet.connection);
      for (const gap of gaps) {
        const isItsOwn = gap.connection === packet.connection && gap.arrivedMs === Infinity;
        if (isItsOwn && packet.ms > newestOn(packet.connection)) gap.arrivedMs = packet.ms;
      }
      const place = hours.placeOf(packet);
      const isLate =
        place === "auction"
          ? isAuctionSealed
          : place !== "after" && (place === "before" ? sealedThrough >= 0 : place <= sealedThrough);
      came.push({ packet, isLate });
    } else if ("lost" in step) lose(step.lost);
    else if ("restart" in step) for (const connection of connections) lose(connection);
    else if ("seal" in step) {
      while (sealedThrough < step.seal) sealedLive((sealedThrough += 1));
    } else if (!isAuctionSealed) {
      while (sealedThrough < hours.auctionFrom - 1) sealedLive((sealedThrough += 1));
      isAuctionSealed = true;
      sealedLive("auction");
    }
  }
  for (const connection of connections) {
    if (came.some(({ packet }) => packet.connection === connection)) judgeFirst(connection);
    else lose(connection);
  }
  const day = canonicalOf(plan, came, gaps);
  return { live, ...day };
}

function canonicalOf(
  plan: SessionPlan,
  came: readonly { readonly packet: ModelPacket; readonly isLate: boolean }[],
  gaps: readonly ModelGap[],
) {
  const hours = hoursOf(plan);
  const unique = came.filter(
    ({ packet }, index) => came.findIndex((other) => isSame(plan, other.packet, packet)) === index,
  );
  const packets = unique.map(({ packet }) => packet);
  const stepsOf = plan.instruments
    .filter(({ isIndex }) => !isIndex)
    .map(({ symbol }) => {
      const numbers = packets
        .filter((packet) => packet.symbol === symbol)
        .map(({ sequence }) => sequence)
        .sort((a, b) => a - b);
      const steps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
      const own = gaps.filter(({ connection }) => symbolsOn(plan, connection).includes(symbol));
      const longer = steps.filter((step) => step !== 1).length;
      return { steps, forgiven: Math.min(longer, own.length) };
    });
  const steps = stepsOf.flatMap((each) => each.steps);
  const ones = steps.filter((step) => step === 1).length;
  const judged = steps.length - stepsOf.reduce((sum, { forgiven }) => sum + forgiven, 0);
  const areConsecutive = judged > 0 && ones >= judged * SHARE;
  const ended = gaps.map((gap, index) => {
    const next = gaps.slice(index + 1).find((other) => other.connection === gap.connection);
    const first = symbolsOn(plan, gap.connection)
      .map((symbol) =>
        Math.min(
          ...packets
            .filter((each) => each.symbol === symbol && each.ms > gap.fromMs)
            .map(({ ms }) => ms),
        ),
      )
      .filter((ms) => ms <= (next?.fromMs ?? Infinity) && ms !== Infinity)
      .sort((a, b) => a - b);
    return { ...gap, toMs: first[Math.ceil(first.length / 2) - 1] ?? gap.arrivedMs };
  });
  const { candles, volumes } = candlesOf(plan, packets, ended, areConsecutive);
  const rows = ended.map(({ fromMs, toMs }, index) => ({
    fromMs: fromMs === -hours.openOfDayMs ? Math.min(0, toMs) : fromMs,
    toMs: Math.min(toMs, hours.endMs),
    volumes: volumes[index] ?? {},
  }));
  return {
    canonical: candles,
    gaps: rows.filter(({ fromMs }) => fromMs < hours.endMs),
    counts: {
      packets: came.length,
      unique: unique.length,
      duplicates: came.length - unique.length,
      late: unique.filter(({ isLate, packet }) => isLate && hours.placeOf(packet) !== "before")
        .length,
      missing: areConsecutive ? steps.reduce((sum, step) => sum + step - 1, 0) : null,
    },
  };
}

/** Candles of packets that are unique, by symbol and start. */
function candlesOf(
  plan: SessionPlan,
  packets: readonly ModelPacket[],
  gaps: readonly (ModelGap & { readonly toMs: number })[],
  areConsecutive: boolean,
) {
  const hours = hoursOf(plan);
  const volumes: { [symbol: string]: number }[] = gaps.map(() => ({}));
  const candles: ShownCandle[] = [];
  for (const { symbol, isIndex } of plan.instruments.toSorted((a, b) =>
    a.symbol < b.symbol ? -1 : 1,
  )) {
    const unpriced = unique(
      plan,
      packets.filter((each) => each.symbol === symbol),
    ).sort(compare);
    const all = unpriced.filter(({ price }) => price !== 0);
    const ownGaps = gaps.filter(({ connection }) => symbolsOn(plan, connection).includes(symbol));
    const hasVolume = !isIndex && plan.mode !== "ltp";
    /** Gaps that no earlier priced packet is behind. */
    const crossedBy = (packet: ModelPacket) =>
      ownGaps.filter(
        ({ fromMs }) =>
          packet.ms > fromMs &&
          !all.some((other) => compare(other, packet) < 0 && other.ms > fromMs),
      );
    const facts = all.map((packet, index) => {
      const before = all.slice(0, index);
      const most = Math.max(0, ...before.map(({ volume }) => volume));
      const rise = hasVolume ? Math.max(0, packet.volume - most) : 0;
      const crossed = crossedBy(packet);
      const isBase = index === 0 || crossed.length > 0;
      const isNewPrice = index > 0 && packet.price !== before.at(-1)?.price;
      const isOpening = index === 0 && hours.placeOf(packet) === 0;
      const isOfUnknownMinute = hasVolume && isBase && packet.ms > 0 && !isOpening;
      const hasTraded = isNewPrice || (hasVolume ? rise > 0 : index === 0);
      const isPrint = isIndex || (hasTraded && !isOfUnknownMinute);
      const gapPlace = gaps.indexOf(crossed[0] as (typeof gaps)[number]);
      const row = volumes[gapPlace];
      if (row !== undefined && index > 0 && rise > 0) row[symbol] = (row[symbol] ?? 0) + rise;
      return { packet, most: Math.max(most, packet.volume), rise, isBase, isPrint };
    });
    const holes = unpriced.filter((packet, index) => {
      const greatest = Math.max(...unpriced.slice(0, index).map(({ sequence }) => sequence));
      const isHole = index > 0 && packet.sequence - greatest > 1;
      return !isIndex && areConsecutive && isHole && crossedBy(packet).length === 0;
    });
    const places = [...new Set(unpriced.map((packet) => hours.placeOf(packet)))];
    for (const place of places) {
      if (place === "before" || place === "after") continue;
      const inPlace = facts.filter(({ packet }) => hours.placeOf(packet) === place);
      const prints = inPlace.filter(({ isPrint }) => isPrint).map(({ packet }) => packet.price);
      const last = inPlace.at(-1);
      if (prints.length === 0 || last === undefined) continue;
      const before = facts[facts.findIndex((fact) => fact === inPlace[0]) - 1];
      const isDipped = before !== undefined && before.packet.volume < before.most;
      const isUnknown =
        (hasVolume && isDipped) || inPlace.some(({ isBase, packet }) => isBase && packet.ms > 0);
      const startMs = place === "auction" ? hours.auctionFrom * MINUTE : place * MINUTE;
      const endMs = place === "auction" ? hours.auctionTo * MINUTE : startMs + MINUTE;
      // A hole is before a packet of this place, or before the first of the place that follows.
      const isHoled = holes.some((packet) => {
        const index = unpriced.indexOf(packet);
        const previous = unpriced[index - 1];
        return (
          hours.placeOf(packet) === place ||
          (previous !== undefined && hours.placeOf(previous) === place)
        );
      });
      const [close] = prints.slice(-1);
      const auction = [close, close, close, close];
      const ohlc = [prints[0], Math.max(...prints), Math.min(...prints), close];
      const rises = inPlace.filter(({ isBase }) => !isBase).map(({ rise }) => rise);
      candles.push({
        symbol,
        minute: place === "auction" ? hours.auctionFrom : place,
        ohlc: (place === "auction" ? auction : ohlc) as [number, number, number, number],
        volume:
          hasVolume && !isUnknown && last.packet.volume >= last.most
            ? rises.reduce((sum, rise) => sum + rise, 0)
            : null,
        vwap: hasVolume && last.packet.average > 0 ? last.packet.average / 100 : null,
        ticks: inPlace.length,
        kind: place === "auction" ? "auction" : "minute",
        incomplete:
          isUnknown ||
          isHoled ||
          (hasVolume && last.packet.volume < last.most) ||
          ownGaps.some(({ fromMs, toMs }) => fromMs < endMs && toMs >= startMs),
      });
    }
  }
  return { candles, volumes };
}

function unique(plan: SessionPlan, packets: readonly ModelPacket[]): ModelPacket[] {
  return packets.filter(
    (packet, index) => packets.findIndex((other) => isSame(plan, other, packet)) === index,
  );
}

function isSame(plan: SessionPlan, a: ModelPacket, b: ModelPacket): boolean {
  const isIndex = plan.instruments.find(({ symbol }) => symbol === a.symbol)?.isIndex === true;
  if (a.symbol !== b.symbol) return false;
  return isIndex
    ? a.ms === b.ms && a.price === b.price && a.volume === b.volume
    : a.sequence === b.sequence;
}

/** The order of events; an index's sequence numbers are all alike. */
function compare(a: ModelPacket, b: ModelPacket): number {
  return a.ms - b.ms || a.sequence - b.sequence || a.volume - b.volume || a.price - b.price;
}

function symbolsOn(plan: SessionPlan, connection: number): string[] {
  return plan.instruments
    .filter((each) => (each.connection ?? 0) === connection)
    .map(({ symbol }) => symbol);
}

type Place = number | "before" | "auction" | "after";

/** Minutes from the open. */
function hoursOf(plan: SessionPlan) {
  const auctionFrom = (plan.auction?.fromMinute ?? 0) - plan.openMinute;
  const auctionTo = (plan.auction?.toMinute ?? 0) - plan.openMinute;
  const close = plan.closeMinute - plan.openMinute;
  const minuteOfDay = (plan.openMinute + 330) % 1440;
  return {
    auctionFrom,
    auctionTo,
    openOfDayMs: minuteOfDay * MINUTE,
    endMs: Math.max(close, plan.auction === null ? 0 : auctionTo) * MINUTE,
    placeOf: ({ symbol, ms }: ModelPacket): Place => {
      const minute = Math.floor(ms / MINUTE);
      const instrument = plan.instruments.find((each) => each.symbol === symbol);
      if (minute < 0) return "before";
      if (plan.auction !== null && instrument?.hasAuction === true && minute >= auctionFrom) {
        return minute < auctionTo ? "auction" : "after";
      }
      return minute < close ? minute : "after";
    },
  };
}
