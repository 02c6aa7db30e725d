/**
 * Prices as integers. One price unit is 1/10000 of the currency unit (dollar or rupee), the four
 * decimals of `DECIMAL(18,4)` in Parquet; text with more decimals is rounded half to even
 * (decision 12). Prices never pass through binary fractions.
 */

/** An integer count of 1/10000 currency units. */
export type PriceUnits = number & { readonly __brand: "PriceUnits" };

/** Price units in one currency unit. */
export const PRICE_SCALE = 10_000;

/** Largest magnitude accepted: 10^11 currency units, far inside 2^53 and `DECIMAL(18,4)`. */
export const PRICE_UNITS_MAX = 1e15;

/** Digits of `PRICE_UNITS_MAX`; a longer whole part is out of range whatever its decimals. */
const WHOLE_DIGITS_MAX = 16;

const DECIMAL_PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/**
 * Parses decimal text to integer units of 10^-`decimals`, rounding half to even.
 * Returns `undefined` for anything else: blank, exponent, NaN, Inf, separators, out of range.
 */
export function parseDecimalUnits(text: string, decimals: number): number | undefined {
  const match = DECIMAL_PATTERN.exec(text);
  if (!match) return undefined;
  const whole = match[2] ?? "";
  const fraction = match[3] ?? "";
  if (whole.length + fraction.length === 0) return undefined;
  if (whole.replace(/^0+/, "").length > WHOLE_DIGITS_MAX) return undefined;
  const kept = fraction.slice(0, decimals).padEnd(decimals, "0");
  let units = Number(whole + kept);
  const dropped = fraction.slice(decimals);
  if (dropped !== "") {
    const isHalf = /^50*$/.test(dropped);
    const isAbove = !isHalf && dropped >= "5";
    if (isAbove || (isHalf && units % 2 === 1)) units += 1;
  }
  if (units > PRICE_UNITS_MAX) return undefined;
  return match[1] === "-" && units !== 0 ? -units : units;
}

/** Parses a price in currency units, e.g. `218.2` to 2182000. See `parseDecimalUnits`. */
export function parsePrice(text: string): PriceUnits | undefined {
  return parseDecimalUnits(text, 4) as PriceUnits | undefined;
}

/** Writes integer units of 10^-`decimals` as exact decimal text with all its decimals. */
export function formatDecimalUnits(units: number, decimals: number): string {
  const digits = String(Math.abs(units)).padStart(decimals + 1, "0");
  const cut = digits.length - decimals;
  const fraction = decimals === 0 ? "" : `.${digits.slice(cut)}`;
  return `${units < 0 ? "-" : ""}${digits.slice(0, cut)}${fraction}`;
}

/** Writes a price with four decimals, e.g. 2182000 as `218.2000`. */
export function formatPrice(units: number): string {
  return formatDecimalUnits(units, 4);
}
