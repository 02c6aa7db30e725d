/** Lines found by number are the lines that scanning numbers. */
import { expect, test } from "vitest";
import { seededRandom } from "#core/random.ts";
import { createLineFinder, scanLines } from "./payload-lines.ts";

const text = new TextEncoder();

test("a finder gives each line the range that scanning gives it, in any order of asking", () => {
  const random = seededRandom(20_261_123);
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  for (let round = 0; round < 200; round++) {
    const ends = ["\n", "\r\n", "\n\n"];
    const lines = Array.from({ length: upTo(12) }, (_, at) => {
      const end = ends[upTo(ends.length - 1)] ?? "\n";
      return "x".repeat(upTo(5)) + at + end;
    });
    const last = upTo(1) === 1 ? "the end" : "";
    const payload = { bytes: text.encode(`head\n${lines.join("")}${last}`), from: 5, firstLine: 2 };
    const scanned = new Map<number, { from: number; to: number }>();
    scanLines(payload, (from, to, line) => scanned.set(line, { from, to }));
    const finder = createLineFinder(payload);
    const newest = Math.max(1, ...scanned.keys());
    for (let ask = 0; ask < 20; ask++) {
      const line = 2 + upTo(newest);
      const { from, to } = finder.find(line);
      if (scanned.has(line)) expect({ from, to }).toEqual(scanned.get(line));
      else expect(to - from).toBe(0);
    }
  }
});
