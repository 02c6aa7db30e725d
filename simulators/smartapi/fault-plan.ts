/**
 * Chooses many faults for one session by seed: every kind as often as the others, far enough apart that
 * each can be told from the next. Which of them a client survives is the test's question.
 */
import { seededRandom } from "#core/random.ts";
import { secondOfDay, timeOfDay } from "../synthetic-market/tick-session.ts";
import type { FaultRule } from "./fault-book.ts";
import { type FaultName, FAULTS } from "./fault-list.ts";

export type FaultPlanInput = {
  readonly seed: number;
  readonly count: number;
  /** Event time, e.g. `09:20` and `15:10`; a fault needs 40 s. */
  readonly from: string;
  readonly to: string;
  /** All faults of the stream by default; those of REST have no time in a session's plan. */
  readonly kinds?: readonly FaultName[] | undefined;
};

/** Faults that strike the stream, in the order of the list. */
export const STREAM_FAULTS: readonly FaultName[] = FAULTS.filter(
  ({ stage }) => stage !== "rest",
).map(({ name }) => name);

const APART_SECONDS_MIN = 40;
const LOSE_SECONDS_MAX = 12;
/** A late packet is held until its minute is sealed; it is taken this close to the minute's end. */
const LATE_SECOND = 50;
const SECONDS_PER_MINUTE = 60;
const SLOW_PACKETS_MAX = 40;
const DUPLICATE_PACKETS_MAX = 6;
const GARBAGE_FRAMES_MAX = 8;
const PAUSE_MS_MAX = 40;

/** The rules in the order of their time. Throws when the window is too short for so many. */
export function planFaults(input: FaultPlanInput): FaultRule[] {
  const random = seededRandom(input.seed);
  const kinds = input.kinds ?? STREAM_FAULTS;
  const from = secondOfDay(input.from);
  const apart = (secondOfDay(input.to) - from) / input.count;
  if (apart < APART_SECONDS_MIN) {
    throw new Error(`${input.count} faults need ${APART_SECONDS_MIN} s of event time each`);
  }
  const chosen = Array.from({ length: input.count }, (_, at) => kinds[at % kinds.length] ?? "drop");
  shuffle(chosen, random);
  return chosen.map((fault, at) => {
    const slot = Math.floor(from + at * apart);
    const second = Math.floor(slot + random() * (apart - APART_SECONDS_MIN));
    const time = fault === "late" ? lateSecond(slot) : second;
    return { fault, at: timeOfDay(time), args: argsOf(fault, random) };
  });
}

/** Late packets are taken near the end of a minute, so that they are not held through other faults. */
function lateSecond(slot: number): number {
  const within = slot % SECONDS_PER_MINUTE;
  return slot - within + LATE_SECOND + (within > LATE_SECOND ? SECONDS_PER_MINUTE : 0);
}

function argsOf(fault: FaultName, random: () => number): FaultRule["args"] {
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  switch (fault) {
    case "duplicate":
      return { packets: upTo(DUPLICATE_PACKETS_MAX) - 1 };
    case "volume_decrease":
      return { last: random() < 0.5 };
    case "slow_consumer":
      return { packets: upTo(SLOW_PACKETS_MAX), seconds: upTo(LOSE_SECONDS_MAX) };
    case "garbage_frame":
      return { packets: upTo(GARBAGE_FRAMES_MAX) };
    case "suspended_host":
      return { seconds: upTo(LOSE_SECONDS_MAX), pauseMs: upTo(PAUSE_MS_MAX) };
    case "token_expiry":
      return {
        seconds: upTo(LOSE_SECONDS_MAX),
        refresh: random() < 0.5 ? "works" : "refused",
      };
    case "reorder":
    case "late":
    case "zero_price":
      return {};
    default:
      return { seconds: upTo(LOSE_SECONDS_MAX) };
  }
}

function shuffle(list: FaultName[], random: () => number): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    const kept = list[at];
    const swapped = list[other];
    if (kept === undefined || swapped === undefined) continue;
    list[at] = swapped;
    list[other] = kept;
  }
}
