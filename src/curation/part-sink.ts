/**
 * Turns filled buffers into part files. While DuckDB writes one part the next is being collected,
 * so at most one write is under way and memory stays at two parts.
 */
import type { PartColumn } from "#lake/column-chunk-store.ts";
import type { WrittenPart } from "#lake/part-store.ts";

/** Rows at which a part ends, at the next symbol. Few: nothing is collected while the last part is written. */
const PART_ROWS = 120_000;
/** A part's dictionary codes have 16 bits. */
const PART_NAMES_MAX = 60_000;

/** What a sink collects from. */
export interface PartBuffer {
  readonly rows: number;
  readonly names: number;
  columns(): PartColumn[];
  clear(): void;
}

export interface PartSink {
  /** Ends the part when the buffer is full; call between symbols. */
  settle(): Promise<void>;
  /** Writes what is left and returns all parts for readers, in the order in which they were filled. */
  finish(): Promise<WrittenPart[]>;
}

/**
 * A sink of what `buffer` collects. `fill` copies the buffer; what it returns writes the copy, and
 * gives the part that readers see, if any row is for them.
 */
export function createPartSink(
  buffer: PartBuffer,
  fill: () => Promise<() => Promise<WrittenPart | undefined>>,
): PartSink {
  const parts: Promise<WrittenPart | undefined>[] = [];
  const flush = async (): Promise<void> => {
    if (buffer.rows === 0) return;
    await parts.at(-1);
    const write = await fill();
    buffer.clear();
    const written = write();
    // The next await on it reports the failure; until then it must not count as unhandled.
    written.catch(() => undefined);
    parts.push(written);
  };
  return {
    settle: async () => {
      if (buffer.rows >= PART_ROWS || buffer.names >= PART_NAMES_MAX) await flush();
    },
    finish: async () => {
      await flush();
      return (await Promise.all(parts)).filter((part) => part !== undefined);
    },
  };
}
