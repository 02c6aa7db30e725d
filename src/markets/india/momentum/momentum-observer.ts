/**
 * Observes momentum in the batches of sealed minutes of one session. An observation is a statement about
 * a minute that has passed; what anybody makes of it is not said here. It keeps the candles of its day
 * and nothing of any other: a new session is a new observer.
 */
import { must } from "#core/assert.ts";
import { digestOfJson } from "#platform/digest.ts";
import { type CandleTable, CANDLE_KINDS, candleAt } from "../candles/candle-table.ts";
import { addDayCandle, createDayCandles } from "./day-candles.ts";
import { type MomentumGrade, gradeMinute } from "./grade-observation.ts";
import { formatIstMinute, parseIstMinute } from "./ist-minute.ts";
import {
  type InsufficientReason,
  type JudgedInstrument,
  type ObservedFacts,
  judgeCandle,
} from "./judge-candle.ts";
import {
  type MomentumFacts,
  type MomentumThresholds,
  continuousEndOf,
  momentumThresholdsOf,
} from "./momentum-facts.ts";
import { roundSignificant } from "./round-significant.ts";

/**
 * One observation, in the names of its artifact. `id` derives from all the other fields. `minute` is its
 * start in IST; prices are rupees; numbers have 10 significant digits. `reference_high_certain` is false
 * where an incomplete candle of the day could hide a higher high.
 */
export type MomentumObservation = {
  readonly id: string;
  readonly session: string;
  readonly symbol: string;
  readonly minute: string;
  readonly close: number;
  readonly reference_high: number;
  readonly reference_high_certain: boolean;
  readonly reference_vwap: number;
  readonly hod_distance_percent: number;
  readonly volume: number;
  readonly volume_ratio: number;
  readonly candles: number;
  readonly confidence: number;
  readonly thresholds: MomentumThresholds;
};

/** A candle that could not be judged, and why. */
export type MomentumInsufficient = {
  readonly state: "INSUFFICIENT_DATA";
  readonly symbol: string;
  readonly minute: string;
  readonly reason: InsufficientReason;
};

/** What a batch gave: `judged` candles, of which some were observed; the rest could not be judged. */
export type MinuteMomentum = {
  readonly judged: number;
  readonly observations: readonly MomentumObservation[];
  readonly insufficient: readonly MomentumInsufficient[];
};

/**
 * Contract, caller: batches come in the order of their minutes, each once; a batch may hold candles of
 * earlier minutes that were recovered, which join the day but are observed only if their minute is the
 * batch's own. Contract, observer: the same batches give the same observations, ids included.
 */
export interface MomentumObserver {
  observeBatch(batch: { readonly minute: number; readonly candles: CandleTable }): MinuteMomentum;
  /** The grade of one of its observations, as far as candles are known up to `throughMinute`. */
  grade(observation: MomentumObservation, throughMinute: number): MomentumGrade;
}

const MINUTE_KIND = CANDLE_KINDS.indexOf("minute");
const ID_DIGITS = 12;

/** An observer of one session. Its room is taken at once: 17 bytes for each instrument and minute. */
export function createMomentumObserver(
  settings: MomentumThresholds,
  facts: MomentumFacts,
): MomentumObserver {
  const thresholds = momentumThresholdsOf(settings);
  const day = createDayCandles(facts.instruments.length, facts);
  const instruments = facts.instruments.map((instrument, index) => ({
    judged: { index, isIndex: instrument.isIndex, mode: facts.mode } satisfies JudgedInstrument,
    endMinute: continuousEndOf(facts, instrument.hasAuction),
  }));
  const indexOf = new Map(facts.instruments.map(({ symbol }, index) => [symbol, index]));

  const observeBatch: MomentumObserver["observeBatch"] = ({ minute, candles }) => {
    const observations: MomentumObservation[] = [];
    const insufficient: MomentumInsufficient[] = [];
    let judged = 0;
    for (let row = 0; row < candles.length; row++) {
      if (candles.kind[row] !== MINUTE_KIND) continue;
      const candle = candleAt(candles, row);
      const symbol = candles.symbols[candle.symbol] ?? "";
      const doubt = (reason: InsufficientReason): MomentumInsufficient => ({
        state: "INSUFFICIENT_DATA",
        symbol,
        minute: formatIstMinute(candle.startMinute),
        reason,
      });
      const instrument = instruments[indexOf.get(symbol) ?? -1];
      if (instrument === undefined) {
        insufficient.push(doubt("NOT_IN_PLAN"));
        continue;
      }
      if (candle.startMinute >= instrument.endMinute) continue;
      const isNew = addDayCandle(day, instrument.judged.index, candle);
      if (!isNew || candle.startMinute !== minute) continue;
      const verdict = judgeCandle(day, instrument.judged, candle, thresholds);
      if (verdict.kind === "insufficient") insufficient.push(doubt(verdict.reason));
      else judged += 1;
      if (verdict.kind === "observed") {
        observations.push(
          describeObservation(symbol, minute, verdict.facts, {
            session: facts.session,
            thresholds,
          }),
        );
      }
    }
    return { judged, observations, insufficient };
  };

  const grade: MomentumObserver["grade"] = (observation, throughMinute) => {
    const index = must(indexOf.get(observation.symbol), `${observation.symbol} is of this session`);
    const { endMinute } = must(instruments[index], "every index has an instrument");
    const minute = parseIstMinute(observation.minute);
    return gradeMinute(day, { instrument: index, minute, throughMinute, endMinute }, thresholds);
  };

  return { observeBatch, grade };
}

function describeObservation(
  symbol: string,
  minute: number,
  facts: ObservedFacts,
  of: { readonly session: string; readonly thresholds: MomentumThresholds },
): MomentumObservation {
  const content = {
    session: of.session,
    symbol,
    minute: formatIstMinute(minute),
    close: roundSignificant(facts.close),
    reference_high: roundSignificant(facts.referenceHigh),
    reference_high_certain: facts.isHighCertain,
    reference_vwap: roundSignificant(facts.referenceVwap),
    hod_distance_percent: roundSignificant(facts.hodDistancePercent),
    volume: roundSignificant(facts.volume),
    volume_ratio: roundSignificant(facts.volumeRatio),
    candles: facts.candles,
    confidence: roundSignificant(facts.confidence),
    thresholds: of.thresholds,
  };
  return { id: `MOM-${of.session}-${digestOfJson(content).slice(0, ID_DIGITS)}`, ...content };
}
