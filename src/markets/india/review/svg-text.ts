/** Pieces of SVG as text. Whatever came from a vendor is escaped here (decision 36). */

/** Text as it may stand in an element or an attribute; control characters become spaces. */
export function escapeSvg(text: string): string {
  return text
    .replaceAll(/\p{Cc}|[\uFFFE\uFFFF]|\p{Cs}/gu, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A pixel position with at most one decimal, so that equal charts have equal bytes. */
export function px(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return String(rounded === 0 ? 0 : rounded);
}

/** A text at a place; `className` says how it is set. */
export function svgText(at: readonly [number, number], className: string, text: string): string {
  const name = className === "" ? "" : ` class="${className}"`;
  return `<text x="${px(at[0])}" y="${px(at[1])}"${name}>${escapeSvg(text)}</text>`;
}

/** A path of one class, or nothing when it has no parts. */
export function svgPath(className: string, parts: readonly string[]): string {
  return parts.length === 0 ? "" : `<path class="${className}" d="${parts.join("")}"/>`;
}

/** A rectangle as a part of a path. */
export function rectPart(x: number, y: number, width: number, height: number): string {
  return `M${px(x)} ${px(y)}h${px(width)}v${px(height)}h${px(-width)}z`;
}
