/**
 * The judgement of one symbol as decision 3 tells it, with plain lists and no speed: what the real one
 * is held against. Row rules and single moves have tables and models of their own, and are taken as given.
 */
import {
  OUTCOME_ACCEPTED,
  OUTCOME_CONFIRMING,
  OUTCOME_PARKED,
  OUTCOME_QUARANTINED,
} from "./row-outcome.ts";
import { type SessionIndex, judgeDailyRows } from "#truth/gate1/row-rules.ts";
import type { Bar } from "#lake/bar-table.ts";
import type { JudgeContext } from "./judge-symbol.ts";
import { judgeDrift } from "#truth/gate1/drift.ts";
import { type Scene, type ScenePayload, rowsOf, wholeBar } from "./symbol-scene.testing.ts";

export type Decision = "open" | "approved" | "rejected";
/** What a person says of a review, told by session day, rule and the close that was seen. */
export type Decide = (day: number, rule: string, closeUnits: number) => Decision;

type Row = {
  readonly bar: Bar;
  readonly payload: ScenePayload;
  readonly rules: number;
  revision: number;
  confirms?: Row;
  outcome: number;
  readonly reviews: { readonly rule: string; readonly decision: Decision }[];
  isLarge: boolean;
};

const REVIEW_RULE_BIT = 1 << 15;

export type ModelJudgement = {
  readonly outcomes: number[];
  readonly reasons: number[];
  readonly revisions: number[];
  /** `day revision row` of accepted rows, in the order of the lake. */
  readonly accepted: string[];
  /** `day rule decision` of all reviews, sorted. */
  readonly reviews: string[];
  readonly largeMoves: number[];
  readonly missingDays: number[];
  readonly rejectedDays: number[];
  readonly span: readonly (number | undefined)[];
};

/** Judges the scene. */
export function judgeByHand(
  scene: Scene,
  context: Pick<JudgeContext, "sessions" | "limits">,
  decide: Decide,
): ModelJudgement {
  const { sessions, limits } = context;
  const role = rowsOf({ ...scene, payloads: [] }).role;
  const hasVolume = role.instrumentClass === "stock" || role.instrumentClass === "fund";
  const rows = scene.payloads.flatMap((payload) => rowsOfPayload(payload, sessions, hasVolume));
  const totals = chainByHand(rows.filter(isTotal));
  const bySession = chainByHand(rows.filter((row) => !isTotal(row)));
  for (const [day, revisions] of bySession)
    for (const row of revisions) row.revision += totals.get(day)?.length ?? 0;
  for (const chain of [totals, bySession]) judgeChain(scene, chain, { role, limits, decide });
  const days = [...bySession.keys()].sort((a, b) => a - b);
  const revisionsOn = (index: number): Row[] => bySession.get(days[index] ?? NaN) ?? [];

  const ofSymbol = mismatchOf(
    scene,
    days.map((_, index) => revisionsOn(index)),
    limits.basisPercent,
  );
  const general = ofSymbol
    ? [
        {
          rule: "BASIS_MISMATCH",
          decision: decide(ofSymbol.bar.day, "BASIS_MISMATCH", ofSymbol.bar.close),
        },
      ]
    : [];
  for (const row of [...totals.values(), ...bySession.values()].flat()) {
    const decisions = [...row.reviews, ...general].map((review) => review.decision);
    row.outcome = decisions.includes("rejected")
      ? OUTCOME_QUARANTINED
      : decisions.includes("open")
        ? OUTCOME_PARKED
        : OUTCOME_ACCEPTED;
  }
  for (const row of rows) {
    if (!row.confirms) continue;
    row.outcome =
      row.confirms.outcome === OUTCOME_ACCEPTED ? OUTCOME_CONFIRMING : row.confirms.outcome;
  }
  return summarise(
    rows,
    totals,
    days.map((_, index) => revisionsOn(index)),
    ofSymbol ? [{ row: ofSymbol, ...general[0] }] : [],
    sessions,
  );
}

/** Revisions by day: what repeats the newest confirms it, what differs is the next. */
function chainByHand(rows: readonly Row[]): Map<number, Row[]> {
  const bySession = new Map<number, Row[]>();
  for (const row of rows) {
    if (row.rules !== 0) continue;
    const revisions = bySession.get(row.bar.day) ?? [];
    const newest = revisions.at(-1);
    if (newest && saysTheSame(newest, row)) row.confirms = newest;
    else {
      row.revision = revisions.length;
      bySession.set(row.bar.day, [...revisions, row]);
    }
  }
  return bySession;
}

function judgeChain(
  scene: Scene,
  bySession: ReadonlyMap<number, Row[]>,
  by: {
    readonly role: ReturnType<typeof rowsOf>["role"];
    readonly limits: JudgeContext["limits"];
    readonly decide: Decide;
  },
): void {
  const { role, limits, decide } = by;
  const days = [...bySession.keys()].sort((a, b) => a - b);
  const revisionsOn = (index: number): Row[] => bySession.get(days[index] ?? NaN) ?? [];
  for (const index of days.keys()) {
    const [earliest] = revisionsOn(index - 1);
    const after = revisionsOn(index + 1).at(-1);
    if (!earliest || role.instrumentClass === "series") continue;
    for (const row of revisionsOn(index)) {
      const cameFirst = (one: Row) =>
        scene.payloads.indexOf(one.payload) <= scene.payloads.indexOf(row.payload);
      const before = revisionsOn(index - 1).findLast(cameFirst) ?? earliest;
      const finding = judgeDrift(
        {
          before: comparable(scene, before),
          close: comparable(scene, row),
          after: after ? comparable(scene, after) : undefined,
          dividends: isTotal(row) ? 0 : dividendsOf(scene, before.bar.day, row.bar.day),
          volume: row.bar.volume,
        },
        role,
        limits,
      );
      if (finding?.kind === "list") row.isLarge = true;
      if (finding?.kind !== "park") continue;
      row.reviews.push({
        rule: finding.rule,
        decision: decide(row.bar.day, finding.rule, row.bar.close),
      });
    }
  }
}

function rowsOfPayload(payload: ScenePayload, sessions: SessionIndex, hasVolume: boolean): Row[] {
  const { table } = rowsOf({ payloads: [payload] });
  if (!hasVolume) table.volume.fill(NaN);
  const reasons = new Uint32Array(table.length);
  const wholeThroughDay = payload.wholeThroughDay ?? Number.MAX_SAFE_INTEGER;
  judgeDailyRows(
    table,
    { fromRow: 0, toRow: table.length, wholeThroughDay },
    sessions,
    hasVolume,
    reasons,
  );
  return payload.bars.map((bar, index) => ({
    bar: { ...wholeBar(bar, index + 2), ...(hasVolume ? {} : { volume: NaN }) },
    payload,
    rules: reasons[index] ?? 0,
    revision: 0,
    outcome: OUTCOME_QUARANTINED,
    reviews: [],
    isLarge: false,
  }));
}

function saysTheSame(a: Row, b: Row): boolean {
  const cells = ({ bar }: Row) => [bar.open, bar.high, bar.low, bar.close, bar.volume];
  const isSameBasis =
    (a.payload.basis ?? "raw") === (b.payload.basis ?? "raw") &&
    a.payload.basisAsofDay === b.payload.basisAsofDay;
  return isSameBasis && cells(a).every((cell, index) => Object.is(cell, cells(b)[index]));
}

const isTotal = (row: Row): boolean => row.payload.basis === "total";

/** The close times every split that its prices do not know of yet, counted from the first session on. */
function comparable({ events }: Scene, row: Row): number {
  if (!events || isTotal(row)) return row.bar.close;
  const through = row.payload.basisAsofDay ?? row.bar.day;
  let close = row.bar.close;
  let factor = 1;
  for (const [index, day] of events.splitDays.entries())
    if (day <= through) factor *= events.splitFactors[index] ?? 1;
  close *= factor;
  return close;
}

function dividendsOf({ events }: Scene, from: number, to: number): number {
  if (!events) return 0;
  let cash = 0;
  for (const [index, day] of events.dividendDays.entries()) {
    if (day <= from || day > to) continue;
    let factor = 1;
    for (const [at, split] of events.splitDays.entries())
      if (split <= day) factor *= events.splitFactors[at] ?? 1;
    cash += (events.dividends[index] ?? 0) * factor;
  }
  return cash * 10_000;
}

function mismatchOf(
  scene: Scene,
  sessions: readonly (readonly Row[])[],
  limitPercent: number,
): Row | undefined {
  for (const revisions of sessions) {
    const raw = revisions.findLast((row) => (row.payload.basis ?? "raw") === "raw");
    const split = revisions.findLast((row) => row.payload.basis === "split");
    if (!raw || !split) continue;
    const ratio = comparable(scene, raw) / comparable(scene, split);
    if (Math.abs(ratio - 1) * 100 > limitPercent) return split;
  }
  return undefined;
}

function summarise(
  rows: readonly Row[],
  totals: ReadonlyMap<number, readonly Row[]>,
  received: readonly (readonly Row[])[],
  general: readonly { readonly row: Row; readonly rule?: string; readonly decision?: Decision }[],
  sessions: SessionIndex,
): ModelJudgement {
  const prices = received.flat();
  const revisions = [...[...totals.values()].flat(), ...prices].sort(
    (a, b) => a.bar.day - b.bar.day || a.revision - b.revision,
  );
  const accepted = revisions.filter((row) => row.outcome === OUTCOME_ACCEPTED);
  const acceptedDays = accepted.filter((row) => !isTotal(row)).map((row) => row.bar.day);
  const refusedDays = new Set(
    rows
      .filter(
        (row) =>
          !isTotal(row) &&
          row.outcome === OUTCOME_QUARANTINED &&
          isOnSession(row, sessions) &&
          !isTooEarly(row),
      )
      .map((row) => row.bar.day),
  );
  const known = new Set([...prices.map((row) => row.bar.day), ...refusedDays]);
  const [first, newest] = [Math.min(...acceptedDays), Math.max(...known)];
  const days = [...sessions.sessions].filter((day) => day <= newest);
  const reasonOf = (row: Row): number => {
    const source = row.confirms ?? row;
    return row.rules !== 0
      ? row.rules
      : source.outcome === OUTCOME_QUARANTINED
        ? REVIEW_RULE_BIT
        : 0;
  };
  const orNone = (day: number): number | undefined => (Number.isFinite(day) ? day : undefined);
  return {
    outcomes: rows.map((row) => row.outcome),
    reasons: rows.map(reasonOf),
    revisions: rows.map((row) => row.revision),
    accepted: accepted.map((row) => `${row.bar.day} ${row.revision} ${rows.indexOf(row)}`),
    reviews: [
      ...general.map(({ row, rule, decision }) => `${row.bar.day} ${rule} ${decision}`),
      ...revisions.flatMap((row) =>
        row.reviews.map(({ rule, decision }) => `${row.bar.day} ${rule} ${decision}`),
      ),
    ].sort(),
    largeMoves: [...prices, ...revisions.filter(isTotal)]
      .filter((row) => row.isLarge && row.outcome === OUTCOME_ACCEPTED)
      .map((row) => row.bar.day),
    missingDays: days.filter((day) => day > first && !known.has(day)),
    rejectedDays: days.filter((day) => refusedDays.has(day) && !acceptedDays.includes(day)),
    span: [orNone(first), orNone(Math.max(...acceptedDays)), orNone(newest)],
  };
}

function isOnSession(row: Row, sessions: SessionIndex): boolean {
  return sessions.sessions.includes(row.bar.day);
}

const TOO_EARLY_BIT = 1 << 12;
const isTooEarly = (row: Row): boolean => (row.rules & TOO_EARLY_BIT) !== 0;
