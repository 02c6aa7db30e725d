/** Draws lines of a terminal as an SVG that needs no font of ours and no script. Pure. */

const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 20;
const PADDING = 20;
const TITLE_HEIGHT = 34;

type Tone = "plain" | "command" | "title" | "good" | "warn" | "faint";

const COLOURS: { readonly [tone in Tone]: string } = {
  plain: "#d6dde6",
  command: "#ffffff",
  title: "#8fb7ff",
  good: "#7fd6a2",
  warn: "#f2c46d",
  faint: "#8793a3",
};

/** The picture of a terminal window that shows `lines` under `title`. */
export function drawTerminal(title: string, lines: readonly string[]): string {
  const columns = Math.max(60, ...lines.map((line) => line.length));
  const width = Math.ceil(columns * CHARACTER_WIDTH + 2 * PADDING);
  const height = TITLE_HEIGHT + lines.length * LINE_HEIGHT + 2 * PADDING;
  const rows = lines.map((line, index) => {
    const y = TITLE_HEIGHT + PADDING + (index + 0.75) * LINE_HEIGHT;
    const weight = line.startsWith("$ ") || line.startsWith("== ") ? ' font-weight="600"' : "";
    return `<text x="${PADDING}" y="${y}" fill="${COLOURS[toneOf(line)]}"${weight} xml:space="preserve">${escapeXml(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<rect width="${width}" height="${height}" rx="10" fill="#14181f"/>`,
    `<text x="${PADDING}" y="22" fill="${COLOURS.faint}" font-family="system-ui, sans-serif" font-size="13">${escapeXml(title)}</text>`,
    `<line x1="0" x2="${width}" y1="${TITLE_HEIGHT}" y2="${TITLE_HEIGHT}" stroke="#2a313c"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    ...rows,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function toneOf(line: string): Tone {
  if (line.startsWith("$ ")) return "command";
  if (line.startsWith("== ")) return "title";
  if (/gate 1 passed|nothing holds time back/.test(line)) return "good";
  if (/gate 1 holds|waits for a decision|holds time|SYNTHETIC/.test(line)) return "warn";
  return /^ *next:/.test(line) ? "faint" : "plain";
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
