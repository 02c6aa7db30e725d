/**
 * Columns whose memory is used again for the next symbol: a build judges thousands, and fresh memory
 * for each is work for the system and the collector. A column is valid until its name is asked again.
 */

export interface ReusedColumns {
  /** `length` cells by the name of their use; what they hold is left over until they are filled. */
  int32(name: string, length: number): Int32Array;
  /** The same, with every cell set to `value`. */
  uint32(name: string, length: number, value: number): Uint32Array;
  uint8(name: string, length: number, value: number): Uint8Array;
}

const CAPACITY_MIN = 8192;

/** Empty columns; each grows to twice what is asked when it is too small. */
export function createReusedColumns(): ReusedColumns {
  const buffers = new Map<string, ArrayBuffer>();
  const roomFor = (name: string, bytes: number): ArrayBuffer => {
    const known = buffers.get(name);
    if (known && known.byteLength >= bytes) return known;
    const made = new ArrayBuffer(Math.max(CAPACITY_MIN, bytes * 2));
    buffers.set(name, made);
    return made;
  };
  return {
    int32: (name, length) => new Int32Array(roomFor(name, length * 4), 0, length),
    uint32: (name, length, value) =>
      new Uint32Array(roomFor(name, length * 4), 0, length).fill(value),
    uint8: (name, length, value) => new Uint8Array(roomFor(name, length), 0, length).fill(value),
  };
}
