/** The chart: well-formed, labelled with unit and zone, neutral in colour, the same again. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { buildReview } from "./build-review.ts";
import { type CandleChart, chartOf } from "./candle-chart.ts";
import { createScale } from "./chart-scale.ts";
import { CHART_CSS } from "./chart-style.ts";
import { renderCandleChart } from "./render-candle-chart.ts";
import { SCENE_GAP, reviewInputs } from "./review-scene.testing.ts";

const run = { numRuns: testCount(100, 5000), seed: testSeed() };
const inputs = reviewInputs();
const built = buildReview(inputs);
const chart = (symbol: string, change: Partial<CandleChart> = {}) => ({
  ...chartOf(symbol, inputs, built),
  ...change,
});

/** Names of elements that are opened and not closed in their order; a small reader of our own markup. */
function unbalanced(svg: string): string[] {
  const open: string[] = [];
  for (const [tag, slash, name = "", rest = ""] of svg.matchAll(/<(\/?)([a-z]+)([^<>]*)>/g)) {
    expect(rest, tag).toMatch(/^(?:\s[a-zA-Z:-]+="[^"<>]*")*\/?$/);
    if (slash === "/") {
      if (open.pop() !== name) return [name];
    } else if (!rest.endsWith("/")) open.push(name);
  }
  return open;
}

describe("a chart", () => {
  test.each(["ITC", "Nifty 50", "RELIANCE"])(
    "of %s is well-formed and has no empty number",
    (symbol) => {
      const svg = renderCandleChart(chart(symbol));
      expect(unbalanced(svg)).toEqual([]);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    },
  );

  test("labels its axes with unit and zone", () => {
    const svg = renderCandleChart(chart("ITC"));
    for (const label of ["Price (rupees)", "Volume (shares)", "(IST, UTC+5:30)", ">09:30<"]) {
      expect(svg).toContain(label);
    }
    expect(renderCandleChart(chart("Nifty 50"))).toContain("an index has no volume");
  });

  test("says SYNTHETIC when it is so and only then", () => {
    expect(renderCandleChart(chart("ITC"))).toContain(">SYNTHETIC<");
    expect(renderCandleChart(chart("ITC", { synthetic: false }))).not.toContain("SYNTHETIC<");
  });

  test("shades gaps, marks observations and the auction's print", () => {
    const svg = renderCandleChart(chart("RELIANCE"));
    expect(svg).toContain("<title>gap 11:02 to 11:09 IST: DISCONNECT</title>");
    expect(svg).toContain("<title>observation 10:20 IST, grade D</title>");
    expect(svg.match(/class="print"/g)).toHaveLength(2);
    expect(renderCandleChart(chart("ITC"))).not.toContain('class="print"');
  });

  test("marks incomplete minutes, changed after their seal and from REST in lanes of their own", () => {
    expect(chart("ITC").lanes).toEqual({
      incomplete: [SCENE_GAP.from],
      changed: [SCENE_GAP.from - 62],
      recovered: [SCENE_GAP.from + 3],
    });
  });

  test("without candles says so", () => {
    const svg = renderCandleChart(chart("ITC", { candles: [], observed: [] }));
    expect(svg).toContain("no candles");
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  test("says that volume is not known rather than drawing none", () => {
    const candles = chart("ITC").candles.map((candle) => ({ ...candle, volume: NaN }));
    expect(renderCandleChart(chart("ITC", { candles }))).toContain("volume is not known");
    expect(renderCandleChart(chart("ITC"))).not.toContain("volume is not known");
  });

  test("has no hue of direction: neither red nor green, light or dark", () => {
    const colours = [...CHART_CSS.matchAll(/#([0-9a-f]{6})/g)].map(([, hex = ""]) => hex);
    expect(colours.length).toBe(14);
    for (const hex of colours) {
      const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
      expect(b, `#${hex} leans to red or green`).toBeGreaterThanOrEqual(Math.max(r, g));
    }
    expect(renderCandleChart(chart("ITC"))).toContain("prefers-color-scheme:dark");
  });

  test("keeps the text of a vendor out of the markup", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 30 }), (text) => {
        const cause = `${text}"'><script>&`;
        const gaps = [{ from: SCENE_GAP.from, to: SCENE_GAP.from + 300, cause }];
        const svg = renderCandleChart(chart("ITC", { symbol: cause, gaps }));
        expect(unbalanced(svg)).toEqual([]);
        expect(svg).not.toContain("<script>");
      }),
      run,
    );
  });
});

describe("a scale", () => {
  const price = fc.double({ min: 0.05, max: 200_000, noNaN: true });
  test("holds its range inside its ticks, in few round steps", () => {
    fc.assert(
      fc.property(price, price, (a, b) => {
        const range = { low: Math.min(a, b), high: Math.max(a, b) };
        const { ticks, toPx, label } = createScale(range, { from: 300, to: 0 });
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(9);
        for (const value of [range.low, range.high]) {
          expect(toPx(value)).toBeGreaterThanOrEqual(-1e-6);
          expect(toPx(value)).toBeLessThanOrEqual(300 + 1e-6);
        }
        if (range.high - range.low > 0.01) {
          expect(new Set(ticks.map(label)).size).toBe(ticks.length);
        }
      }),
      run,
    );
  });

  test("labels whole and broken steps as they are", () => {
    const { ticks, label } = createScale({ low: 2790, high: 2820 }, { from: 0, to: 1 });
    expect(ticks.map(label)).toContain("2,795");
    const fine = createScale({ low: 10, high: 10.1 }, { from: 0, to: 1 });
    expect(fine.ticks.map(fine.label)).toContain("10.02");
  });
});
