/** The one rounding of numbers in artifacts: 10 significant digits, so that equal inputs give equal bytes. */

const SIGNIFICANT_DIGITS = 10;

/** The number with 10 significant digits; zero is never negative. */
export function roundSignificant(value: number): number {
  const rounded = Number(value.toPrecision(SIGNIFICANT_DIGITS));
  return rounded === 0 ? 0 : rounded;
}
