/**
 * Chance by position instead of by sequence: every number is a hash of (stream, index), so any day
 * of any symbol can be asked for alone and is the same whatever was asked before. Only integer
 * arithmetic is used, so the numbers are the same on every machine.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const UINT32_RANGE = 4_294_967_296;
/** Mean and standard deviation of the sum of four bytes that are uniform on 0..255. */
const FOUR_BYTES_MEAN = 510;
const FOUR_BYTES_DEVIATION = 147.801_97;

/** A stream of numbers: a 32-bit seed made from text and from the market's seed (FNV-1a). */
export function streamOf(seed: number, name: string): number {
  let hash = (FNV_OFFSET ^ seed) >>> 0;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), FNV_PRIME) >>> 0;
  }
  return mixAt(hash, seed);
}

/** 32 random bits at `index` of `stream` (two rounds of the finaliser of MurmurHash3). */
export function mixAt(stream: number, index: number): number {
  let mixed = Math.imul(index ^ 0x9e3779b9, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ stream;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A number in [0, 1) at `index` of `stream`. */
export function uniformAt(stream: number, index: number): number {
  return mixAt(stream, index) / UINT32_RANGE;
}

/**
 * A number of mean 0 and deviation 1 at `index` of `stream`, never beyond ±3.46: the sum of four
 * bytes, which is close to a bell curve and needs no function whose last digit a platform may choose.
 */
export function bellAt(stream: number, index: number): number {
  return bellOfBits(mixAt(stream, index));
}

/** The bell-shaped number that 32 random bits stand for. See `bellAt`. */
export function bellOfBits(bits: number): number {
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - FOUR_BYTES_MEAN) / FOUR_BYTES_DEVIATION;
}
