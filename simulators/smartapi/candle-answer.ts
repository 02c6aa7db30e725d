/**
 * Historical candles over REST: daily bars of the market and minutes of its sessions, in the vendor's
 * shape. What has not happened yet at the feed's event time does not exist; the running bar does.
 */
import { z } from "zod";
import { isCovered, isSession } from "#core/calendar.ts";
import { dateOfDayNumber, dayNumberOf, parseSessionDate } from "#core/session-date.ts";
import { type IndiaMarket, indiaDailyOf } from "../synthetic-market/india-market.ts";
import type { IndiaInstrument } from "../synthetic-market/india-roster.ts";
import type { TickTimeline } from "../synthetic-market/tick-columns.ts";
import {
  MINUTES_PER_DAY,
  midnightMinuteOf,
  tickSessionOf,
} from "../synthetic-market/tick-session.ts";
import { makeTickTimeline } from "../synthetic-market/tick-timeline.ts";
import { type TrueCandle, dayTruthOf, minuteTruthOf } from "../synthetic-market/tick-truth.ts";
import { type Reply, applicationError, successReply } from "./vendor-replies.ts";

/** What the candles are taken from. */
export type CandleSources = {
  readonly market: IndiaMarket;
  readonly timeline: TickTimeline;
  readonly packetsPerMinute: number;
  /** Rows of the timeline that have passed. */
  readonly rowsPassed: () => number;
  /** Minutes of other days, by token and day; filled as they are asked for. */
  readonly otherDays: Map<string, readonly TrueCandle[]>;
};

/** Minutes of a bar and the most days that one request may span. */
const INTERVALS: Readonly<Record<string, { readonly minutes: number; readonly daysMax: number }>> =
  {
    ONE_MINUTE: { minutes: 1, daysMax: 30 },
    THREE_MINUTE: { minutes: 3, daysMax: 60 },
    FIVE_MINUTE: { minutes: 5, daysMax: 100 },
    TEN_MINUTE: { minutes: 10, daysMax: 100 },
    FIFTEEN_MINUTE: { minutes: 15, daysMax: 200 },
    THIRTY_MINUTE: { minutes: 30, daysMax: 200 },
    ONE_HOUR: { minutes: 60, daysMax: 400 },
    ONE_DAY: { minutes: MINUTES_PER_DAY, daysMax: 2000 },
  };

const requestSchema = z.looseObject({
  exchange: z.string(),
  symboltoken: z.union([z.string(), z.number()]),
  interval: z.string(),
  fromdate: z.string(),
  todate: z.string(),
});

const DATE_TIME = /^(\d{4}-\d{2}-\d{2}) ([01]\d|2[0-3]):([0-5]\d)$/;
const PAISE_PER_RUPEE = 100;
const OTHER_DAYS_MAX = 2000;
/** Sessions of other days tick no more than this, to be made quickly. */
const OTHER_DAYS_PACKETS_MAX = 20;

/**
 * Answers one request. Over the limit of days and for a range that is none the vendor's generic error is
 * chosen; both edges of the range are included, which the vendor does not document.
 */
export function answerCandles(sources: CandleSources, body: unknown): Reply {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return applicationError("AB1004");
  const { exchange, symboltoken, interval, fromdate, todate } = parsed.data;
  const shape = INTERVALS[interval];
  const from = wallMinute(fromdate);
  const to = wallMinute(todate);
  if (!shape || from === undefined || to === undefined || from >= to) {
    return applicationError("AB1004");
  }
  if (to - from > shape.daysMax * MINUTES_PER_DAY) return applicationError("AB1004");
  const instrument = sources.market.byToken.get(String(symboltoken));
  if (!instrument || exchange !== "NSE") return applicationError("AB1009");
  const candles =
    interval === "ONE_DAY"
      ? dailyCandles(sources, instrument, from, to)
      : intradayCandles(sources, instrument, { from, to, minutes: shape.minutes });
  return successReply(candles);
}

type VendorCandle = readonly [string, number, number, number, number, number];
type Bar = Pick<TrueCandle, "open" | "high" | "low" | "close" | "volume">;

function dailyCandles(
  { market, timeline, rowsPassed }: CandleSources,
  instrument: IndiaInstrument,
  from: number,
  to: number,
): VendorCandle[] {
  const daily = indiaDailyOf(market, instrument);
  const sessionDay = dayNumberOf(timeline.session.date);
  const candles: VendorCandle[] = [];
  daily.days.forEach((day, row) => {
    const at = day * MINUTES_PER_DAY;
    if (at < from || at > to || day > sessionDay) return;
    const bar: Bar | undefined =
      day === sessionDay
        ? dayTruthOf(timeline, timeline.instruments.indexOf(instrument), rowsPassed())
        : {
            open: daily.open[row] ?? 0,
            high: daily.high[row] ?? 0,
            low: daily.low[row] ?? 0,
            close: daily.close[row] ?? 0,
            volume: daily.volume[row] ?? 0,
          };
    if (bar) candles.push(vendorCandle(at, bar));
  });
  return candles;
}

function intradayCandles(
  sources: CandleSources,
  instrument: IndiaInstrument,
  { from, to, minutes }: { readonly from: number; readonly to: number; readonly minutes: number },
): VendorCandle[] {
  const { calendar } = sources.market.input;
  const sessionDay = dayNumberOf(sources.timeline.session.date);
  const firstDay = Math.max(Math.floor(from / MINUTES_PER_DAY), sources.market.fromDay + 1);
  const lastDay = Math.min(Math.floor(to / MINUTES_PER_DAY), sessionDay);
  const candles: VendorCandle[] = [];
  for (let day = firstDay; day <= lastDay; day++) {
    if (!isCovered(calendar, day) || !isSession(calendar, day)) continue;
    const date = dateOfDayNumber(day);
    const openMinute =
      day === sessionDay
        ? sources.timeline.session.openMinute
        : tickSessionOf(calendar, date).openMinute;
    const toWall = day * MINUTES_PER_DAY - midnightMinuteOf(date);
    for (const [start, bar] of grouped(
      minutesOf(sources, instrument, day),
      midnightMinuteOf(date) + openMinute,
      minutes,
    )) {
      const at = start + toWall;
      if (at >= from && at <= to) candles.push(vendorCandle(at, bar));
    }
  }
  return candles;
}

function minutesOf(
  sources: CandleSources,
  instrument: IndiaInstrument,
  day: number,
): readonly TrueCandle[] {
  const { market, timeline, rowsPassed, otherDays, packetsPerMinute } = sources;
  if (day === dayNumberOf(timeline.session.date)) {
    return minuteTruthOf(timeline, timeline.instruments.indexOf(instrument), rowsPassed());
  }
  const key = `${instrument.token}/${day}`;
  const known = otherDays.get(key);
  if (known) return known;
  const made = minuteTruthOf(
    makeTickTimeline({
      market,
      session: tickSessionOf(market.input.calendar, dateOfDayNumber(day)),
      instruments: [instrument],
      packetsPerMinute: Math.min(packetsPerMinute, OTHER_DAYS_PACKETS_MAX),
    }),
    0,
  );
  if (otherDays.size >= OTHER_DAYS_MAX) otherDays.clear();
  otherDays.set(key, made);
  return made;
}

/** Bars of several minutes, anchored at the open and labelled by their start. */
function grouped(
  candles: readonly TrueCandle[],
  openMinute: number,
  minutes: number,
): Map<number, Bar> {
  const bars = new Map<number, Bar>();
  for (const candle of candles) {
    const start = openMinute + Math.floor((candle.minute - openMinute) / minutes) * minutes;
    const bar = bars.get(start);
    bars.set(start, {
      open: bar?.open ?? candle.open,
      high: Math.max(bar?.high ?? 0, candle.high),
      low: Math.min(bar?.low ?? Infinity, candle.low),
      close: candle.close,
      volume: (bar?.volume ?? 0) + candle.volume,
    });
  }
  return bars;
}

/** Prices are rupees, the stamp is India's wall clock with its offset. */
function vendorCandle(wall: number, bar: Bar): VendorCandle {
  const date = dateOfDayNumber(Math.floor(wall / MINUTES_PER_DAY));
  const minute = wall % MINUTES_PER_DAY;
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  return [
    `${date}T${time}:00+05:30`,
    bar.open / PAISE_PER_RUPEE,
    bar.high / PAISE_PER_RUPEE,
    bar.low / PAISE_PER_RUPEE,
    bar.close / PAISE_PER_RUPEE,
    bar.volume,
  ];
}

/** Minutes since 1970-01-01 00:00 on India's wall clock. */
function wallMinute(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  const date = parseSessionDate(match?.[1] ?? "");
  if (!match || date === undefined) return undefined;
  return dayNumberOf(date) * MINUTES_PER_DAY + Number(match[2]) * 60 + Number(match[3]);
}
