/** Prices as integers, held against arithmetic on whole numbers of any size. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import {
  PRICE_UNITS_MAX,
  formatDecimalUnits,
  formatPrice,
  parseDecimalUnits,
  parsePrice,
} from "./price.ts";

const run = { numRuns: testCount(1000, 50_000), seed: testSeed() };
const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: min, maxLength: max });
const decimals = fc.constantFrom(0, 4, 6, 8);

/** Half to even on the exact number `whole.fraction`, in units of 10^-places. */
function exactUnits(whole: string, fraction: string, places: number): bigint {
  const cut = Math.max(0, fraction.length - places);
  const scaled = BigInt(`${whole}${fraction.padEnd(places, "0")}` || "0");
  const unit = 10n ** BigInt(cut);
  const [quotient, rest] = [scaled / unit, scaled % unit];
  const twice = rest * 2n;
  const isUp = twice > unit || (twice === unit && quotient % 2n === 1n);
  return quotient + (isUp && cut > 0 ? 1n : 0n);
}

describe("decimal text", () => {
  test("is read as exact arithmetic rounds it, half to even", () => {
    fc.assert(
      fc.property(digits(0, 12), digits(0, 14), decimals, fc.boolean(), (a, b, places, minus) => {
        fc.pre(a.length + b.length > 0);
        const exact = exactUnits(a, b, places);
        const expected =
          exact > BigInt(PRICE_UNITS_MAX) ? undefined : Number(minus ? -exact : exact);
        const text = `${minus ? "-" : ""}${a}${b === "" ? "" : `.${b}`}`;
        expect(parseDecimalUnits(text, places)).toBe(expected === 0 ? 0 : expected);
      }),
      run,
    );
  });

  test("comes back from what was written, unit by unit", () => {
    const units = fc.integer({ min: -PRICE_UNITS_MAX, max: PRICE_UNITS_MAX });
    fc.assert(
      fc.property(units, decimals, (value, places) => {
        expect(parseDecimalUnits(formatDecimalUnits(value, places), places)).toBe(value);
      }),
      run,
    );
  });

  test.each([
    ["218.2", 2_182_000],
    ["0.00005", 0],
    ["0.00015", 2],
    ["0.00025", 2],
    ["0.000250000001", 3],
    ["79.2899999999", 792_900],
    [".5", 5000],
    ["5.", 50_000],
    ["+5", 50_000],
    ["-36.98", -369_800],
    ["0000123", 1_230_000],
    ["100000000000", PRICE_UNITS_MAX],
  ])("%s is %d units of a ten-thousandth", (text, units) => expect(parsePrice(text)).toBe(units));

  test.each([
    "",
    ".",
    "-",
    "+.",
    "NaN",
    "Infinity",
    "1e5",
    "1,000",
    "1.2.3",
    "0x10",
    " 1",
    "1 ",
    "--1",
    "100000000000.0001",
    "9".repeat(40),
    "١٢",
  ])("%j is no price", (text) => expect(parsePrice(text)).toBeUndefined());

  test("is never read as anything but a whole number in range", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.+-eEnNaA, ") }), (text) => {
        const units = parsePrice(text);
        expect(units === undefined || Number.isSafeInteger(units)).toBe(true);
        expect(Object.is(units, -0)).toBe(false);
      }),
      run,
    );
  });
});

describe("a price", () => {
  test.each([
    [2_182_000, "218.2000"],
    [0, "0.0000"],
    [7, "0.0007"],
    [-7, "-0.0007"],
    [-369_800, "-36.9800"],
  ])("of %d units is written %s", (units, text) => expect(formatPrice(units)).toBe(text));

  test("without decimals is written without a point", () => {
    expect(formatDecimalUnits(12, 0)).toBe("12");
  });
});
