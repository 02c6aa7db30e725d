/** Walks the lines of a payload and the cells of a line, as ranges of bytes. Copies nothing. */
import type { Payload } from "./payload.ts";

const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Calls `onLine` with the range and the number of each line that is not blank; LF and CRLF both
 * end one. The vendor ends some bodies with a blank line. `readPlain` is offered each line first and
 * returns where the next one begins, or a negative number when it leaves the line to `onLine`.
 */
export function scanLines(
  payload: Pick<Payload, "bytes" | "from" | "firstLine">,
  onLine: (from: number, to: number, line: number) => void,
  readPlain?: (from: number, line: number) => number,
): void {
  const { bytes } = payload;
  let at = payload.from;
  let line = payload.firstLine - 1;
  while (at < bytes.length) {
    line += 1;
    const next = readPlain === undefined ? -1 : readPlain(at, line);
    if (next >= 0) {
      at = next;
      continue;
    }
    const lineFeed = bytes.indexOf(LINE_FEED, at);
    const end = lineFeed < 0 ? bytes.length : lineFeed;
    const to = bytes[end - 1] === CARRIAGE_RETURN && end > at ? end - 1 : end;
    if (to > at) onLine(at, to, line);
    at = end + 1;
  }
}

/** End of the cell that begins at `from`: the next comma, or the end of the line. */
export function cellEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== COMMA) at += 1;
  return at;
}
