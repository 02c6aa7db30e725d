/**
 * Says which sessions of minute candles a build has, what each is made from, and in which stretches they
 * are made so that memory stays bounded. Pure.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { TradingMinutes } from "#truth/gate1/minute-rules.ts";
import { type CandleInterval, CANDLE_INTERVALS, intervalOf } from "./minute-payload.ts";

/** Rows of payloads that are held at once. */
const WINDOW_ROWS_MAX = 2_000_000;

/** A payload of minutes and how many of its rows are of each session. */
export type IndexedPayload = {
  readonly receipt: RawReceipt;
  /** Its place among all payloads, in order of receipt. */
  readonly ordinal: number;
  readonly hasVolume: boolean;
  readonly sessions: { readonly [session: string]: number };
};

export type DayInputs = {
  readonly interval: CandleInterval;
  readonly session: string;
  readonly day: number;
  /** Payloads with rows of the session, in order of receipt. */
  readonly payloads: readonly IndexedPayload[];
  /** Segments of the session's tick log, in the order in which they were written. */
  readonly ticks: readonly RawReceipt[];
  readonly rows: number;
};

/** All sessions with rows or ticks: by interval, then by date. */
export function planDays(of: {
  readonly payloads: readonly IndexedPayload[];
  readonly ticks: ReadonlyMap<string, readonly RawReceipt[]>;
  readonly dayOf: (session: string) => number;
}): DayInputs[] {
  return CANDLE_INTERVALS.flatMap((interval) => {
    const bySession = new Map<string, IndexedPayload[]>();
    for (const payload of of.payloads) {
      if (intervalOf(payload.receipt) !== interval) continue;
      for (const session of Object.keys(payload.sessions)) {
        const known = bySession.get(session);
        if (known) known.push(payload);
        else bySession.set(session, [payload]);
      }
    }
    const ticks = interval === "1m" ? of.ticks : new Map<string, readonly RawReceipt[]>();
    const sessions = [...new Set([...bySession.keys(), ...ticks.keys()])].sort();
    return sessions.map((session) => {
      const payloads = bySession.get(session) ?? [];
      return {
        interval,
        session,
        day: of.dayOf(session),
        payloads,
        ticks: ticks.get(session) ?? [],
        rows: payloads.reduce((sum, { sessions: rows }) => sum + (rows[session] ?? 0), 0),
      };
    });
  });
}

/** Everything a session's candles depend on, to be digested. */
export function dayKeyFacts(
  inputs: DayInputs,
  about: {
    readonly builder: string;
    readonly isSynthetic: boolean;
    readonly hours: TradingMinutes;
    readonly auctionFromMinute: number | null;
    readonly notes: readonly string[];
  },
): unknown {
  return {
    builder: about.builder,
    isSynthetic: about.isSynthetic,
    interval: inputs.interval,
    session: inputs.session,
    hours: about.hours,
    auctionFromMinute: about.auctionFromMinute,
    notes: about.notes,
    payloads: inputs.payloads.map(({ receipt, hasVolume }) => [receipt.id, hasVolume]),
    ticks: inputs.ticks.map(({ id }) => id),
  };
}

/** Days in their order, cut so that no stretch has more rows than may be held, or is of two intervals. */
export function windowsOf(
  days: readonly DayInputs[],
  rowsMax: number = WINDOW_ROWS_MAX,
): DayInputs[][] {
  const windows: DayInputs[][] = [];
  let rows = 0;
  for (const day of days) {
    const window = windows.at(-1);
    const isFull = rows + day.rows > rowsMax || window?.[0]?.interval !== day.interval;
    if (window === undefined || isFull) {
      windows.push([day]);
      rows = day.rows;
    } else {
      window.push(day);
      rows += day.rows;
    }
  }
  return windows;
}
