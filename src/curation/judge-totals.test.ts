/** Total-return rows beside prices: good for returns, and never in the place of a price (decision 12). */
import { describe, expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { smallCalendar } from "#core/small-calendar.testing.ts";
import { indexSessions } from "#truth/gate1/row-rules.ts";
import { limitsOf } from "./build-limits.ts";
import { judgeSymbol } from "./judge-symbol.ts";
import { type Scene, type SceneBar, type ScenePayload, rowsOf } from "./symbol-scene.testing.ts";

const calendar = smallCalendar("2026-05-01", "2026-06-30", ["2026-05-25"]);
const dayAt = (session: number): number => calendar.sessions[session] ?? 0;
const contextOf = () => ({
  market: "us",
  sessions: indexSessions(calendar),
  limits: limitsOf(settingsSchema.parse({}).thresholds),
  decisions: new Map(),
});
const bar = (session: number, close: number): SceneBar => ({
  day: dayAt(session),
  close: Math.round(close * 10_000),
});
const bars = (...closes: number[]): SceneBar[] =>
  closes.map((close, session) => bar(session, close));
const judge = (scene: Scene) => judgeSymbol(rowsOf(scene), contextOf());

describe("total-return rows", () => {
  const total: ScenePayload = { basis: "total", basisAsofDay: dayAt(20), bars: bars(50, 50.5, 51) };

  test("never stand before a price: a jump of prices is seen through them", () => {
    const scene: Scene = {
      role: { required: true },
      payloads: [{ bars: [bar(0, 100), bar(1, 101)] }, total, { bars: [bar(2, 150)] }],
    };
    const judged = judge(scene);
    expect(judged.reviews).toMatchObject([
      {
        session: dateOfDayNumber(dayAt(2)),
        rule: "DRIFT_REQUIRED",
        facts: { before_close: "101.0000" },
      },
    ]);
    expect(judged.newestAcceptedDay).toBe(dayAt(1));
  });

  test("are numbered below the prices of their session, whichever came first", () => {
    const prices: ScenePayload = { bars: bars(100, 101, 102) };
    for (const payloads of [
      [total, prices],
      [prices, total],
    ]) {
      const rows = rowsOf({ payloads });
      const { accepted, revisionOf } = judgeSymbol(rows, contextOf());
      const closes = [...accepted].map((row) => [
        revisionOf[row],
        (rows.table.close[row] ?? 0) / 10_000,
      ]);
      expect(closes).toEqual([
        [0, 50],
        [1, 100],
        [0, 50.5],
        [1, 101],
        [0, 51],
        [1, 102],
      ]);
    }
  });

  test("satisfy no session, and are judged among themselves", () => {
    const alone = judge({ role: { required: true }, payloads: [total] });
    expect([...alone.accepted]).toHaveLength(3);
    expect([alone.firstAcceptedDay, alone.newestAcceptedDay]).toEqual([undefined, undefined]);
    expect(alone.ofTotals).toMatchObject({
      firstAcceptedDay: dayAt(0),
      newestAcceptedDay: dayAt(2),
    });
    const gap = judge({ payloads: [{ bars: [bar(0, 100), bar(2, 102)] }, total] });
    expect(gap.missingDays).toEqual([dayAt(1)]);
    const jump = { ...total, bars: bars(50, 80, 81) };
    expect(judge({ role: { required: true }, payloads: [jump] }).reviews).toHaveLength(1);
  });
});
