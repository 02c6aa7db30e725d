/**
 * Cells of the operator's price files: how a line is split, and which texts are numbers. What a cell means
 * is the market's parser to say; what cannot be read becomes a flag there, and gate 1 judges it.
 */
import { parseDecimalUnits } from "#core/price.ts";
import { PARSE_FLAGS } from "#lake/bar-table.ts";

const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i;
/** A volume of 44516300.0 is a count; one of 1.5 is none. */
const WHOLE_COUNT = /^([^.]*)(?:\.0*)?$/;
/** Separators only where they group thousands. */
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;

/** Cells of a line; a quoted cell may hold commas. */
export function splitCells(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === "," && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else cell += character;
  }
  return [...cells, cell];
}

/** A decimal, with a dollar sign or grouped thousands where the export has them; NaN when it is none. */
export function readNumber(text: string, decimals: number): number {
  const bare = text.startsWith("$") ? text.slice(1).trim() : text;
  const digits = GROUPED.test(bare) ? bare.replaceAll(",", "") : bare;
  if (decimals === 0) {
    const whole = WHOLE_COUNT.exec(digits)?.[1];
    return whole === undefined ? NaN : (parseDecimalUnits(whole, 0) ?? NaN);
  }
  return parseDecimalUnits(digits, decimals) ?? NaN;
}

/** What is wrong with a number that could not be read, as a flag besides the field's own. */
export function causeOf(text: string): number {
  if (text === "" || text === "$") return PARSE_FLAGS.BLANK;
  return NOT_FINITE.test(text) ? PARSE_FLAGS.NOT_FINITE : 0;
}
