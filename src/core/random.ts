/** The one seam through which chance enters (jitter of back-offs), and its seeded form for tests. */

/** Returns a number in [0, 1). */
export type RandomSource = () => number;

/** A seeded source (mulberry32): the same seed gives the same numbers everywhere. */
export function seededRandom(seed: number): RandomSource {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
