/**
 * What became of an observation 5 and 15 minutes after its minute, from candles of exactly those minutes
 * of the same day. Where one is not there, or in doubt, it says so: no other minute stands in for it.
 */
import { must } from "#core/assert.ts";
import { CELL, type DayCandles, cellOf } from "./day-candles.ts";
import type { MomentumThresholds } from "./momentum-facts.ts";
import { roundSignificant } from "./round-significant.ts";

/** The two looks ahead, in minutes after the observed one. */
const SURGE_AFTER_MINUTES = 5;
const OUTCOME_AFTER_MINUTES = 15;

export const GRADES = ["A", "B", "C", "D", "UNGRADED"] as const;
export const OUTCOMES = ["CLEAN", "CHOPPY", "FALSE"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why there is no grade; all but `NOT_YET` for good. */
export const UNGRADED_REASONS = [
  "NOT_YET",
  /** The instrument trades no more at T+15: after the close, or in the closing auction. */
  "T15_AFTER_CLOSE",
  "MISSING_T15",
  "INCOMPLETE_T15",
  "MISSING_T5",
  "INCOMPLETE_T5",
] as const;
export type UngradedReason = (typeof UNGRADED_REASONS)[number];

/**
 * Changes in percent against the observed minute, `null` where unknown. A is CLEAN with a surge of
 * volume, B CLEAN without, C CHOPPY, D FALSE: C and D need no look at T+5. `is_final` tells that later
 * candles change nothing.
 */
export type MomentumGrade = {
  readonly grade: (typeof GRADES)[number];
  readonly outcome: Outcome | null;
  readonly is_surge: boolean | null;
  readonly close_change_t5_percent: number | null;
  readonly close_change_t15_percent: number | null;
  readonly volume_change_t5_percent: number | null;
  readonly reason: UngradedReason | null;
  readonly is_final: boolean;
};

/** Which minute is graded, and how far the day has come. Minutes since 1970 UTC. */
export type GradedMinute = {
  readonly instrument: number;
  readonly minute: number;
  /** The newest minute of which all candles are known. */
  readonly throughMinute: number;
  /** The first minute in which the instrument trades continuously no more. */
  readonly endMinute: number;
};

const PERCENT = 100;

/** Grades one observed minute of the day. */
export function gradeMinute(
  day: DayCandles,
  at: GradedMinute,
  thresholds: MomentumThresholds,
): MomentumGrade {
  const base = must(lookUp(day, at, 0), "an observed minute has its candle");
  const after5 = lookUp(day, at, SURGE_AFTER_MINUTES);
  const after15 = lookUp(day, at, OUTCOME_AFTER_MINUTES);
  const isSurge = surgeOf(base, after5, thresholds);
  const known = {
    is_surge: isSurge,
    close_change_t5_percent: changePercent(base.close, wholeOf(after5)?.close),
    close_change_t15_percent: changePercent(base.close, wholeOf(after15)?.close),
    volume_change_t5_percent: changePercent(base.volume, wholeOf(after5)?.volume),
  };
  const ungraded = (reason: UngradedReason, outcome: Outcome | null): MomentumGrade => ({
    grade: "UNGRADED",
    outcome,
    ...known,
    reason,
    is_final: reason !== "NOT_YET",
  });
  const outcomeMinute = at.minute + OUTCOME_AFTER_MINUTES;
  if (outcomeMinute >= at.endMinute) return ungraded("T15_AFTER_CLOSE", null);
  if (outcomeMinute > at.throughMinute) return ungraded("NOT_YET", null);
  if (after15 === undefined) return ungraded("MISSING_T15", null);
  if (!after15.isWhole) return ungraded("INCOMPLETE_T15", null);
  const outcome = outcomeOf(base.close, after15.close, thresholds);
  if (outcome === "CLEAN" && isSurge === null) {
    return ungraded(after5 === undefined ? "MISSING_T5" : "INCOMPLETE_T5", outcome);
  }
  const grade = outcome === "CLEAN" ? (isSurge ? "A" : "B") : outcome === "CHOPPY" ? "C" : "D";
  return { grade, outcome, ...known, reason: null, is_final: true };
}

type Look = { readonly close: number; readonly volume: number; readonly isWhole: boolean };

function lookUp(day: DayCandles, at: GradedMinute, minutesAfter: number): Look | undefined {
  const minute = at.minute + minutesAfter;
  if (minute > at.throughMinute || minute >= at.endMinute) return undefined;
  const cell = cellOf(day, at.instrument, minute);
  const state = day.cell[cell] ?? CELL.NONE;
  if (state === CELL.NONE) return undefined;
  const [close, volume] = [day.close[cell] ?? NaN, day.volume[cell] ?? NaN];
  return { close, volume, isWhole: state === CELL.WHOLE };
}

/** More than the clean percentage up, more than the false percentage down, or neither. */
function outcomeOf(before: number, after: number, thresholds: MomentumThresholds): Outcome {
  const change = (after - before) * PERCENT;
  if (change > thresholds.momentum_clean_percent * before) return "CLEAN";
  return -change > thresholds.momentum_false_percent * before ? "FALSE" : "CHOPPY";
}

function surgeOf(base: Look, after: Look | undefined, thresholds: MomentumThresholds) {
  const whole = wholeOf(after);
  if (whole === undefined || Number.isNaN(whole.volume)) return null;
  const change = (whole.volume - base.volume) * PERCENT;
  return change > thresholds.momentum_surge_percent * base.volume;
}

function wholeOf(look: Look | undefined): Look | undefined {
  return look?.isWhole === true ? look : undefined;
}

function changePercent(before: number, after: number | undefined): number | null {
  if (after === undefined || Number.isNaN(after) || before === 0) return null;
  return roundSignificant(((after - before) / before) * PERCENT);
}
