/** The report of the scene's day: what it counts, what it says is not known, and that it repeats. */
import { describe, expect, test } from "vitest";
import { canonicalJson } from "#core/canonical-json.ts";
import {
  SCENE_FACTS,
  SCENE_THRESHOLDS,
  minuteAt,
  tableOf,
} from "../momentum/momentum-scene.testing.ts";
import { observeDay } from "../momentum/observe-day.ts";
import { buildReview } from "./build-review.ts";
import { minutesTouched } from "./describe-gaps.ts";
import { parseReview, renderReview } from "./review-files.ts";
import { CHARTS_MAX } from "./review-limits.ts";
import { reviewInputs, wholeDay } from "./review-scene.testing.ts";

describe("a review", () => {
  const { review } = buildReview(reviewInputs());

  test("counts candles by symbol: expected, there, from where, in doubt, not known", () => {
    expect(review.candles).toEqual([
      {
        symbol: "ITC",
        isIndex: false,
        expected: 375,
        minutes: 370,
        stream: 369,
        rest: 1,
        import: 0,
        incomplete: 1,
        unknown: 5,
        first: "2026-08-04T09:15+05:30",
        last: "2026-08-04T15:29+05:30",
        volume: expect.any(Number),
        auction: null,
      },
      expect.objectContaining({ symbol: "Nifty 50", isIndex: true, volume: null }),
      expect.objectContaining({
        symbol: "RELIANCE",
        expected: 360,
        minutes: 355,
        last: "2026-08-04T15:14+05:30",
        auction: { price: expect.any(Number), volume: 90_000 },
      }),
    ]);
  });

  test("lists gaps with cause, minutes and the volume across them", () => {
    expect(review.gaps).toMatchObject({
      count: 1,
      listed: [
        {
          from: "11:02:12.000",
          to: "11:08:59.999",
          cause: "DISCONNECT",
          minutes: 7,
          symbols: 3,
          volumes: [
            { symbol: "RELIANCE", volume: 23_456 },
            { symbol: "ITC", volume: 12_345 },
          ],
          missingBySequence: 812,
        },
      ],
    });
  });

  test("says what it does not know", () => {
    expect(review.unknown.map(({ code }) => code)).toEqual([
      "GAPS",
      "MINUTES_INSIDE_GAPS",
      "INCOMPLETE",
      "COVERAGE_GAPS",
      "NOT_COMPARED",
      "UNGRADED",
      "HIGH_NOT_CERTAIN",
    ]);
  });

  test("of a day without a blemish knows everything", () => {
    const day = tableOf(wholeDay());
    const clean = buildReview(
      reviewInputs({
        canonical: day,
        sealed: day,
        gaps: [],
        coverageGaps: [],
        rest: { candles: day, missing: [] },
        momentum: observeDay(tableOf([]), SCENE_THRESHOLDS, SCENE_FACTS),
      }),
    ).review;
    expect(clean.unknown).toEqual([]);
    expect(clean.rest.symbols.every(({ differing }) => differing === 0)).toBe(true);
    expect(clean.sealed.changes).toEqual([]);
  });

  test("of LTP mode says that volume is unavailable and momentum insufficient", () => {
    const facts = { ...SCENE_FACTS, mode: "ltp" as const };
    const inputs = reviewInputs();
    const ltp = buildReview({
      ...inputs,
      plan: { ...inputs.plan, mode: "ltp" },
      packets: { ...inputs.packets, missing: null, missingReason: "SEQUENCE_NOT_CONSECUTIVE" },
      momentum: observeDay(inputs.canonical, SCENE_THRESHOLDS, facts),
    }).review;
    expect(ltp.momentum.state).toBe("INSUFFICIENT_DATA");
    expect(ltp.unknown.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["VOLUME_UNAVAILABLE", "SEQUENCE_NOT_CONSECUTIVE"]),
    );
  });

  test("of a day without candles is a report all the same", () => {
    const empty = tableOf([]);
    const none = reviewInputs({
      canonical: empty,
      sealed: empty,
      snapshot: null,
      rest: { candles: empty, missing: [] },
    });
    const codes = buildReview(none).review.unknown.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["NOT_PUBLISHED", "SILENT_SYMBOLS"]));
    expect(renderReview(none).files.get("review.md")).toContain("No minute was observed.");
  });

  test("has charts of proxies first, then of observed symbols, within a limit", () => {
    expect(review.charts.map(({ symbol }) => symbol)).toEqual(["Nifty 50", "ITC", "RELIANCE"]);
    const inputs = reviewInputs();
    const many = Array.from({ length: 40 }, (_, index) => `S${index}`);
    const instruments = many.map((symbol) => ({ symbol, isIndex: false, hasAuction: false }));
    const wide = buildReview({
      ...inputs,
      plan: { ...inputs.plan, instruments: [...inputs.plan.instruments, ...instruments] },
      proxies: [...many, "not in the plan"],
    }).review;
    expect(wide.charts).toHaveLength(CHARTS_MAX);
    expect(wide.chartsLeftOut).toBe(42 - CHARTS_MAX);
  });

  test("gives the same bytes again, and reads back as it was", () => {
    const [once, twice] = [renderReview(reviewInputs()), renderReview(reviewInputs())];
    expect(twice.files).toEqual(once.files);
    const text = once.files.get("review.json") ?? "";
    expect(canonicalJson(parseReview(text))).toBe(canonicalJson(once.review));
  });
});

describe("a gap", () => {
  const at = (clock: string, ms = 0) => minuteAt(clock) * 60_000 + ms;
  test.each<[string, number, number, number]>([
    ["inside one minute", at("10:00", 1000), at("10:00", 2000), 1],
    ["over the edge of a minute", at("10:00", 59_000), at("10:01", 0), 2],
    ["before the open", at("09:00"), at("09:14", 59_999), 0],
    ["from before the open into it", at("09:00"), at("09:15"), 1],
    ["after the close", at("15:30"), at("15:40"), 0],
  ])("%s touches so many minutes", (_, fromMs, toMs, minutes) => {
    const touched = minutesTouched({ fromMs, toMs }, SCENE_FACTS);
    expect(touched === null ? 0 : touched.to - touched.from).toBe(minutes);
  });
});
