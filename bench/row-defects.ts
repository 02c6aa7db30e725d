/**
 * Spoils lines of a daily CSV by seed, so that every row rule and the drift check have work to do in
 * a benchmark. What each defect must come to is the gate's; both sides of a benchmark read the result.
 */
import type { RandomSource } from "#core/random.ts";

/** Cells of one line: date, open, high, low, close, volume. */
type Cells = readonly string[];
/** Gives the lines that stand in place of one. */
type Defect = (cells: Cells) => readonly Cells[];

const CLOSE = 4;
const VOLUME = 5;
const PRICE_DECIMALS = 4;
/** A move that is no common split and beyond every limit of a stock or a fund. */
const SPIKE_FACTOR = 1.73;
const SPLIT_FACTOR = 2;

const replaced = (cells: Cells, at: number, text: string): Cells => cells.with(at, text);
const scaled = (cells: Cells, factor: number): Cells =>
  cells.map((cell, at) =>
    at >= 1 && at <= CLOSE ? (Number(cell) * factor).toFixed(PRICE_DECIMALS) : cell,
  );

const DEFECTS: readonly Defect[] = [
  (cells) => [replaced(cells, CLOSE, "n/a")],
  (cells) => [replaced(cells, 1, "NaN")],
  (cells) => [replaced(cells, 2, "inf")],
  (cells) => [replaced(cells, CLOSE, "")],
  (cells) => [replaced(cells, VOLUME, "")],
  (cells) => [replaced(cells, 3, "0.0000")],
  (cells) => [replaced(cells, CLOSE, "-1.5000")],
  (cells) => [replaced(replaced(cells, 2, cells[3] ?? ""), 3, cells[2] ?? "")],
  (cells) => [replaced(cells, 1, "999999.0000")],
  (cells) => [replaced(cells, CLOSE, "0.0001")],
  (cells) => [replaced(cells, VOLUME, "-100")],
  (cells) => [replaced(cells, 0, "2016-07-04")],
  (cells) => [replaced(cells, 0, "1998-03-02")],
  (cells) => [replaced(cells, 0, "2017-02-30")],
  (cells) => [cells.slice(0, VOLUME)],
  (cells) => [[...cells, "7"]],
  (cells) => [cells, cells],
  (cells) => [cells, replaced(cells, VOLUME, `${cells[VOLUME] ?? ""}1`)],
  (cells) => [cells, cells, replaced(cells, VOLUME, "12345"), cells],
  (cells) => [scaled(cells, SPIKE_FACTOR)],
  (cells) => [scaled(cells, SPLIT_FACTOR)],
  (cells) => [replaced(scaled(cells, SPIKE_FACTOR), VOLUME, "0")],
];

/** Spoils about `count` data lines of a CSV body; a line is spoilt at most once. */
export function spoilCsv(bytes: Uint8Array, count: number, random: RandomSource): Uint8Array {
  const lines = new TextDecoder().decode(bytes).split("\r\n");
  const spoilt = new Set<number>();
  // The header and the end of the text are no data lines.
  const dataLines = lines.length - 2;
  if (dataLines < 1) return bytes;
  for (let done = 0; done < count; done++) {
    const at = 1 + Math.floor(random() * dataLines);
    const defect = DEFECTS[Math.floor(random() * DEFECTS.length)];
    if (defect === undefined || spoilt.has(at)) continue;
    spoilt.add(at);
    lines[at] = defect((lines[at] ?? "").split(","))
      .map((cells) => cells.join(","))
      .join("\r\n");
  }
  return new TextEncoder().encode(lines.join("\r\n"));
}
