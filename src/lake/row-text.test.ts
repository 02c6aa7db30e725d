/** The canonical text of rows, held against the plain string it stands for. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDecimalUnits } from "#core/price.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { type RowText, startRowText } from "./row-text.ts";

const run = { numRuns: testCount(100, 3000), seed: testSeed() };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

type Cell =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "day"; readonly value: number }
  | { readonly kind: "decimal"; readonly value: number; readonly decimals: number };

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), value: fc.string({ unit: "binary" }) }),
  fc.record({
    kind: fc.constant("day" as const),
    value: fc.integer({ min: -25_567, max: 84_005 }),
  }),
  fc.record({
    kind: fc.constant("decimal" as const),
    value: fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, Number.NaN, 1e15, -1)),
    decimals: fc.constantFrom(0, 4, 6, 8),
  }),
);

function write(into: RowText, one: Cell): void {
  if (one.kind === "text") into.text(one.value);
  else if (one.kind === "day") into.day(one.value);
  else into.decimal(one.value, one.decimals);
}

function plain(one: Cell): string {
  if (one.kind === "text") return one.value;
  if (one.kind === "day") return dateOfDayNumber(one.value);
  return Number.isNaN(one.value) ? "" : formatDecimalUnits(one.value, one.decimals);
}

function digestOf(name: string, rows: readonly (readonly Cell[])[]): string {
  const text = startRowText(name);
  for (const row of rows) {
    for (const one of row) write(text, one);
    text.endRow();
  }
  return text.digest();
}

describe("the text of rows", () => {
  test("is the name and the rows, a tab after each field and a line a row", () => {
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 8 }), { maxLength: 20 }), (rows) => {
        const text = rows.map((row) => `${row.map((one) => `${plain(one)}\t`).join("")}\n`);
        expect(digestOf("events", rows)).toBe(sha256(`events\t${text.join("")}`));
      }),
      run,
    );
  });

  test("that is longer than the buffer loses nothing where one buffer ends", () => {
    const long = "x".repeat(40_000);
    const rows = Array.from({ length: 9_000 }, (_, index): Cell[] => [
      { kind: "text", value: index % 1000 === 7 ? long : `S${index}` },
      { kind: "decimal", value: index * 1_234_567 - 5_000_000, decimals: 4 },
      { kind: "day", value: index },
    ]);
    const text = rows.map((row) => `${row.map((one) => `${plain(one)}\t`).join("")}\n`);
    expect(digestOf("prices/1d", rows)).toBe(sha256(`prices/1d\t${text.join("")}`));
  });

  test("tells NULL from zero and an empty text from none", () => {
    const none: Cell = { kind: "decimal", value: Number.NaN, decimals: 4 };
    const zero: Cell = { kind: "decimal", value: 0, decimals: 4 };
    expect(digestOf("a", [[none]])).not.toBe(digestOf("a", [[zero]]));
    expect(digestOf("a", [[none, none]])).not.toBe(digestOf("a", [[none]]));
    expect(digestOf("a", [])).not.toBe(digestOf("b", []));
  });
});
