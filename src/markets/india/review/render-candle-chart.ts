/**
 * Draws a minute chart as SVG text: candles hollow where the close is not under the open and filled where
 * it is, volume below, gaps shaded, and lanes for what is in doubt. It states what is there; it has no
 * arrow, no colour of direction and no line into the future.
 */
import { PRICE_SCALE } from "#core/price.ts";
import { formatIstClock } from "../momentum/ist-minute.ts";
import { type CandleChart, type ChartCandle, CHART_LANES } from "./candle-chart.ts";
import { type ChartScale, createScale } from "./chart-scale.ts";
import { BODY_SHARE, BODY_WIDTH_MAX, CHART, CHART_CSS } from "./chart-style.ts";
import { escapeSvg, px, rectPart, svgPath, svgText } from "./svg-text.ts";

const LANE_NAMES: Readonly<Record<(typeof CHART_LANES)[number], string>> = {
  incomplete: "incomplete",
  changed: "late change",
  recovered: "from REST",
};
const RING_RADIUS = 4.5;
const RING_ABOVE = 12;
const DIAMOND = 6;
/** Time labels lie this many minutes apart, the first that leaves them enough room. */
const TIME_STEPS = [5, 10, 15, 30, 60];
const TIME_LABEL_WIDTH = 56;
const IST_OFFSET_MINUTES = 330;
const TIME_STEP_MAX = 120;
/** About the width of a letter: a cause is written into its gap when there is room for it. */
const LETTER_WIDTH = 7;

type Layout = {
  readonly minuteWidth: number;
  readonly x: (minute: number) => number;
  readonly price: ChartScale;
  readonly volume: ChartScale;
};

/** The whole file, with a final line feed. The same chart gives the same bytes. */
export function renderCandleChart(chart: CandleChart): string {
  const layout = layOut(chart);
  const name = `${chart.symbol}, minute candles of ${chart.session}`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CHART.width} ${CHART.height}" width="${CHART.width}" height="${CHART.height}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escapeSvg(chart.synthetic ? `SYNTHETIC ${name}` : name)}</title>`,
    `<desc id="d">${escapeSvg(describe(chart))}</desc>`,
    `<style>\n${CHART_CSS}\n</style>`,
    `<defs><pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0v6"/></pattern></defs>`,
    `<rect class="paper" width="${CHART.width}" height="${CHART.height}"/>`,
    ...renderHead(chart, name),
    ...renderAxes(chart, layout),
    ...renderShades(chart, layout),
    ...renderCandles(chart, layout),
    ...renderLanes(chart, layout),
    ...renderMarks(chart, layout),
    "</svg>",
  ];
  return `${parts.filter((part) => part !== "").join("\n")}\n`;
}

function layOut(chart: CandleChart): Layout {
  const minutes = Math.max(1, chart.endMinute - chart.openMinute);
  const minuteWidth = (CHART.right - CHART.left) / minutes;
  const shown = [...chart.candles, ...(chart.auction?.print ? [chart.auction.print] : [])];
  const low = shown.reduce((least, candle) => Math.min(least, candle.low), Infinity);
  const high = shown.reduce((most, candle) => Math.max(most, candle.high), -Infinity);
  const volume = chart.candles.reduce((most, candle) => Math.max(most, candle.volume || 0), 0);
  const range =
    shown.length === 0 ? { low: 0, high: 1 } : { low: low / PRICE_SCALE, high: high / PRICE_SCALE };
  return {
    minuteWidth,
    x: (minute) => CHART.left + (minute - chart.openMinute) * minuteWidth,
    price: createScale(range, { from: CHART.priceBottom, to: CHART.priceTop }),
    volume: createScale(
      { low: 0, high: Math.max(volume, 1) },
      { from: CHART.volumeBottom, to: CHART.volumeTop },
      3,
    ),
  };
}

function describe(chart: CandleChart): string {
  const count = (name: (typeof CHART_LANES)[number]) => chart.lanes[name].length;
  return [
    `${chart.candles.length} minute candles, prices in rupees, times in IST.`,
    `${chart.gaps.length} gaps, ${count("incomplete")} incomplete minutes,`,
    `${count("changed")} changed after their seal, ${count("recovered")} from REST,`,
    `${chart.observed.length} observations.`,
  ].join(" ");
}

function renderHead(chart: CandleChart, name: string): string[] {
  const synthetic = chart.synthetic
    ? [svgText([CHART.right, CHART.titleY], "synthetic end", "SYNTHETIC")]
    : [];
  return [svgText([CHART.left, CHART.titleY], "title", name), ...synthetic, ...renderLegend(chart)];
}

/** Signs with their meaning, left to right; only those that this chart can show. */
function renderLegend(chart: CandleChart): string[] {
  const y = CHART.legendY - 4;
  const box = (x: number, name: string) => svgPath(name, [rectPart(x, y - 5, 8, 10)]);
  const signs: [boolean, (x: number) => string, string][] = [
    [true, (x) => box(x, "hollow"), "close not under open"],
    [true, (x) => box(x, "filled"), "close under open"],
    [
      true,
      (x) => box(x, "gap") + `<path fill="url(#h)" d="${rectPart(x, y - 5, 8, 10)}"/>`,
      "gap in the data",
    ],
    [!chart.isIndex, (x) => ringAt(x + 4, y), "momentum observation"],
    [chart.auction !== null, (x) => box(x, "pause"), "closing auction"],
    [chart.auction !== null, (x) => diamondAt(x + 4, y), "auction print"],
  ];
  let x: number = CHART.left;
  return signs.flatMap(([isShown, draw, says]) => {
    if (!isShown) return [];
    const drawn = [draw(x), svgText([x + 16, CHART.legendY], "", says)];
    x += 16 + says.length * LETTER_WIDTH + 24;
    return drawn;
  });
}

function renderAxes(chart: CandleChart, { x, price, volume, minuteWidth }: Layout): string[] {
  const line = (y: number) => `M${CHART.left} ${px(y)}H${CHART.right}`;
  const priceLines = price.ticks.map((tick) => line(price.toPx(tick)));
  const noVolume = withoutVolume(chart);
  const volumeLines = noVolume !== null ? [] : volume.ticks.map((tick) => line(volume.toPx(tick)));
  const labels = (scale: ChartScale) =>
    scale.ticks.map((tick) =>
      svgText([CHART.left - 8, scale.toPx(tick) + 4], "end", scale.label(tick)),
    );
  const times = timeTicks(chart, minuteWidth);
  const middle = (CHART.left + CHART.right) / 2;
  const volumeMiddle = (CHART.volumeTop + CHART.volumeBottom) / 2;
  return [
    svgPath("grid", [
      ...priceLines,
      ...volumeLines,
      ...times.map((minute) => `M${px(x(minute))} ${CHART.priceTop}V${CHART.volumeBottom}`),
    ]),
    ...labels(price),
    ...(noVolume === null ? labels(volume) : [svgText([middle, volumeMiddle], "middle", noVolume)]),
    ...times.map((minute) =>
      svgText([x(minute), CHART.timeLabelY], "middle", formatIstClock(minute)),
    ),
    sideTitle((CHART.priceTop + CHART.priceBottom) / 2, "Price (rupees)"),
    sideTitle(volumeMiddle, "Volume (shares)"),
    svgText([middle, CHART.timeTitleY], "axis middle", "Time of the exchange (IST, UTC+5:30)"),
    ...(chart.candles.length === 0
      ? [svgText([middle, (CHART.priceTop + CHART.priceBottom) / 2], "middle", "no candles")]
      : []),
  ];
}

/** Why the volume panel is empty, or `null` where it is not. */
function withoutVolume({ isIndex, candles }: CandleChart): string | null {
  if (isIndex) return "an index has no volume";
  const isKnown = candles.some(({ volume }) => !Number.isNaN(volume));
  return candles.length > 0 && !isKnown ? "volume is not known" : null;
}

function sideTitle(y: number, says: string): string {
  return `<text class="axis middle" transform="translate(18 ${px(y)}) rotate(-90)">${escapeSvg(says)}</text>`;
}

/** Minutes with a label: whole steps on the clock in IST, from the open to the end. */
function timeTicks(chart: CandleChart, minuteWidth: number): number[] {
  const step =
    TIME_STEPS.find((minutes) => minutes * minuteWidth >= TIME_LABEL_WIDTH) ?? TIME_STEP_MAX;
  const ticks: number[] = [];
  for (let minute = chart.openMinute; minute <= chart.endMinute; minute++) {
    if ((minute + IST_OFFSET_MINUTES) % step === 0) ticks.push(minute);
  }
  return ticks;
}

function renderShades(chart: CandleChart, { x }: Layout): string[] {
  const shade = (from: number, to: number) =>
    rectPart(x(from), CHART.priceTop, x(to) - x(from), CHART.volumeBottom - CHART.priceTop);
  const { auction } = chart;
  const gaps = chart.gaps.map(({ from, to, cause }) => {
    const area = shade(from, to);
    const width = x(to) - x(from);
    const says = `gap ${formatIstClock(from)} to ${formatIstClock(to)} IST: ${cause}`;
    const label =
      width >= cause.length * LETTER_WIDTH
        ? svgText([x(from) + width / 2, CHART.priceBottom - 8], "middle", cause)
        : "";
    return `<g><title>${escapeSvg(says)}</title><path class="gap" d="${area}"/><path fill="url(#h)" d="${area}"/>${label}</g>`;
  });
  return [
    auction === null ? "" : svgPath("pause", [shade(auction.fromMinute, auction.toMinute)]),
    ...gaps,
  ];
}

function renderCandles(chart: CandleChart, { x, minuteWidth, price, volume }: Layout): string[] {
  const body = Math.min(BODY_WIDTH_MAX, minuteWidth * BODY_SHARE);
  const y = (units: number) => price.toPx(units / PRICE_SCALE);
  const [wicks, hollow, filled, bars]: [string[], string[], string[], string[]] = [[], [], [], []];
  for (const candle of chart.candles) {
    const middle = x(candle.minute) + minuteWidth / 2;
    const top = y(Math.max(candle.open, candle.close));
    const height = y(Math.min(candle.open, candle.close)) - top;
    wicks.push(`M${px(middle)} ${px(y(candle.high))}V${px(y(candle.low))}`);
    const part = rectPart(middle - body / 2, top, body, Math.max(height, 0.1));
    (candle.close < candle.open ? filled : hollow).push(part);
    if (candle.volume > 0) {
      const bar = volume.toPx(candle.volume);
      bars.push(rectPart(middle - body / 2, bar, body, CHART.volumeBottom - bar));
    }
  }
  return [
    svgPath("wick", wicks),
    svgPath("hollow", hollow),
    svgPath("filled", filled),
    svgPath("volume", bars),
  ];
}

function renderLanes(chart: CandleChart, { x, minuteWidth }: Layout): string[] {
  return CHART_LANES.flatMap((lane, index) => {
    const y = CHART.laneTop + index * CHART.laneHeight;
    const marks = chart.lanes[lane].map((minute) =>
      rectPart(x(minute), y + 2, Math.max(minuteWidth, 2), CHART.laneHeight - 6),
    );
    const name = svgText([CHART.left - 8, y + CHART.laneHeight - 4], "end", LANE_NAMES[lane]);
    const line = svgPath("grid", [`M${CHART.left} ${y + CHART.laneHeight - 2}H${CHART.right}`]);
    return [name, line, svgPath("lane", marks)];
  });
}

function renderMarks(chart: CandleChart, { x, minuteWidth, price }: Layout): string[] {
  const middleOf = (minute: number) => x(minute) + minuteWidth / 2;
  const highOf = new Map(chart.candles.map(({ minute, high }) => [minute, high]));
  const rings = chart.observed.map(({ minute, says }) => {
    const high = highOf.get(minute);
    const y = (high === undefined ? CHART.priceTop : price.toPx(high / PRICE_SCALE)) - RING_ABOVE;
    const at = middleOf(minute);
    const guide = `<path class="guide" d="M${px(at)} ${px(y + RING_RADIUS)}V${CHART.volumeBottom}"/>`;
    const title = `<title>${escapeSvg(`observation ${formatIstClock(minute)} IST, ${says}`)}</title>`;
    return `<g>${title}${guide}${ringAt(at, y)}</g>`;
  });
  const print: ChartCandle | null = chart.auction?.print ?? null;
  if (print === null) return rings;
  const { fromMinute = 0, toMinute = 0 } = chart.auction ?? {};
  const at = (x(fromMinute) + x(toMinute)) / 2;
  return [...rings, diamondAt(at, price.toPx(print.close / PRICE_SCALE))];
}

function ringAt(x: number, y: number): string {
  return `<circle class="ring" cx="${px(x)}" cy="${px(y)}" r="${RING_RADIUS}"/>`;
}

function diamondAt(x: number, y: number): string {
  const d = `M${px(x)} ${px(y - DIAMOND)}l${DIAMOND} ${DIAMOND}l${-DIAMOND} ${DIAMOND}l${-DIAMOND} ${-DIAMOND}z`;
  return `<path class="print" d="${d}"/>`;
}
