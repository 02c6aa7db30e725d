/**
 * The vendor's TIME_SERIES_DAILY body as CSV, written digit by digit so that benchmarks can make
 * millions of rows in seconds. The server sends the same bytes; a test holds the two equal.
 */
import { dateOfDayNumber } from "#core/session-date.ts";
import type { DailyHistory } from "../synthetic-market/daily-history.ts";

/** Line ends of the vendor's live CSV are not documented; both must be accepted (docs/vendors/alpha-vantage.md). */
export type CsvLineEnd = "\r\n" | "\n";
export const DEFAULT_LINE_END: CsvLineEnd = "\r\n";

const HEADER = "timestamp,open,high,low,close,volume";
/** Longest row: a date, four prices of 16 digits with a point, a volume of 16 digits, separators. */
const ROW_BYTES_MAX = 10 + 4 * 17 + 16 + 5 + 2;
const ASCII_ZERO = 48;
const ASCII_COMMA = 44;
const ASCII_POINT = 46;
const PRICE_DECIMALS = 4;

/** The whole history as a CSV body: header, then rows newest first, prices with four decimals. */
export function dailyCsvBytes(
  history: DailyHistory,
  lineEnd: CsvLineEnd = DEFAULT_LINE_END,
): Uint8Array {
  const rows = history.days.length;
  const writer = new DigitWriter(HEADER.length + 2 + rows * ROW_BYTES_MAX);
  writer.text(HEADER + lineEnd);
  for (let row = rows - 1; row >= 0; row--) {
    writer.text(dateOfDayNumber(history.days[row] ?? 0));
    writer.field(history.open[row] ?? 0, PRICE_DECIMALS);
    writer.field(history.high[row] ?? 0, PRICE_DECIMALS);
    writer.field(history.low[row] ?? 0, PRICE_DECIMALS);
    writer.field(history.close[row] ?? 0, PRICE_DECIMALS);
    writer.field(history.volume[row] ?? 0, 0);
    writer.text(lineEnd);
  }
  return writer.written();
}

/** Writes ASCII text and whole numbers into one buffer that is large enough from the start. */
class DigitWriter {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytes = new Uint8Array(bytesMax);
  }

  text(ascii: string): void {
    for (let at = 0; at < ascii.length; at++) this.#bytes[this.#length++] = ascii.charCodeAt(at);
  }

  /** A comma and a number that counts units of 10^-`decimals`. */
  field(units: number, decimals: number): void {
    this.#bytes[this.#length++] = ASCII_COMMA;
    let width = decimals === 0 ? 1 : decimals + 2;
    for (let limit = 10 ** (decimals + 1); units >= limit; limit *= 10) width++;
    let rest = units;
    for (let at = this.#length + width - 1; at >= this.#length; at--) {
      if (decimals > 0 && at === this.#length + width - 1 - decimals) {
        this.#bytes[at] = ASCII_POINT;
        continue;
      }
      const tenth = Math.floor(rest / 10);
      this.#bytes[at] = ASCII_ZERO + (rest - tenth * 10);
      rest = tenth;
    }
    this.#length += width;
  }

  written(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
