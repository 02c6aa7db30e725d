/**
 * Sizes and colours of the minute chart. Hues are neutral: filled and hollow tell down from up, colour
 * tells nothing about direction (decision 32). The chart follows the reader's light or dark scheme.
 */

export const CHART = {
  width: 1280,
  height: 600,
  left: 92,
  right: 1256,
  titleY: 30,
  legendY: 58,
  priceTop: 84,
  priceBottom: 364,
  laneTop: 380,
  laneHeight: 14,
  volumeTop: 440,
  volumeBottom: 532,
  timeLabelY: 552,
  timeTitleY: 580,
} as const;

/** Widest body of a candle, for short sessions. */
export const BODY_WIDTH_MAX = 10;
/** Share of a minute's width that its body takes. */
export const BODY_SHARE = 0.72;

const LIGHT = {
  paper: "#ffffff",
  ink: "#1c2733",
  muted: "#566270",
  grid: "#e3e8ed",
  candle: "#33506e",
  gap: "#6d5fa8",
  mark: "#7a3fb0",
};

const DARK: typeof LIGHT = {
  paper: "#10151b",
  ink: "#e8edf2",
  muted: "#a1adba",
  grid: "#27313c",
  candle: "#a9c3de",
  gap: "#a99be0",
  mark: "#cfa8ff",
};

/** The style sheet inside the chart. */
export const CHART_CSS = [
  `svg{${variables(LIGHT)}}`,
  `@media (prefers-color-scheme:dark){svg{${variables(DARK)}}}`,
  "text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;fill:var(--muted)}",
  ".paper{fill:var(--paper)}",
  ".title{font-size:17px;font-weight:600;fill:var(--ink)}",
  ".synthetic{font-size:15px;font-weight:700;letter-spacing:2px;fill:var(--ink)}",
  ".axis{fill:var(--ink)}",
  ".end{text-anchor:end}.middle{text-anchor:middle}",
  ".grid{stroke:var(--grid);stroke-width:1;fill:none;shape-rendering:crispEdges}",
  ".frame{stroke:var(--muted);stroke-width:1;fill:none;shape-rendering:crispEdges}",
  ".wick{stroke:var(--candle);stroke-width:1;fill:none}",
  ".hollow{stroke:var(--candle);stroke-width:.8;fill:var(--paper)}",
  ".filled{stroke:var(--candle);stroke-width:.8;fill:var(--candle)}",
  ".volume{fill:var(--candle);fill-opacity:.6}",
  ".gap{fill:var(--gap);fill-opacity:.16}",
  ".hatch{stroke:var(--gap);stroke-width:1;stroke-opacity:.5}",
  ".pause{fill:var(--muted);fill-opacity:.09}",
  ".lane{fill:var(--gap)}",
  ".guide{stroke:var(--mark);stroke-width:1;stroke-dasharray:2 4;stroke-opacity:.7}",
  ".ring{stroke:var(--mark);stroke-width:2;fill:var(--paper)}",
  ".print{stroke:var(--ink);stroke-width:1.5;fill:var(--paper)}",
].join("\n");

function variables(colours: typeof LIGHT): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");
}
