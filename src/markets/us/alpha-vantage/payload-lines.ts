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
    const { to, next: after } = lineAt(bytes, at);
    if (to > at) onLine(at, to, line);
    at = after;
  }
}

export interface LineFinder {
  /** Range of a line by its number, without its end; an empty range where there is none. */
  find(line: number): { readonly from: number; readonly to: number };
}

/** Finds lines as `scanLines` numbers them. Asked in ascending order it reads the payload once. */
export function createLineFinder(
  payload: Pick<Payload, "bytes" | "from" | "firstLine">,
): LineFinder {
  const { bytes } = payload;
  let at = payload.from;
  let atLine = payload.firstLine;
  return {
    find: (line) => {
      if (line < atLine) {
        at = payload.from;
        atLine = payload.firstLine;
      }
      for (; atLine < line && at < bytes.length; atLine++) {
        const lineFeed = bytes.indexOf(LINE_FEED, at);
        at = lineFeed < 0 ? bytes.length : lineFeed + 1;
      }
      if (atLine !== line) return { from: at, to: at };
      return { from: at, to: lineAt(bytes, at).to };
    },
  };
}

/** Where the line that begins at `at` ends, without LF or CRLF, and where the next one begins. */
function lineAt(bytes: Uint8Array, at: number): { readonly to: number; readonly next: number } {
  const lineFeed = bytes.indexOf(LINE_FEED, at);
  const end = lineFeed < 0 ? bytes.length : lineFeed;
  const to = bytes[end - 1] === CARRIAGE_RETURN && end > at ? end - 1 : end;
  return { to, next: end + 1 };
}

/** End of the cell that begins at `from`: the next comma, or the end of the line. */
export function cellEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== COMMA) at += 1;
  return at;
}
