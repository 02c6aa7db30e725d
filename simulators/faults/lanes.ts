/** Lets only so much work run at once as the smallest machine we support has cores. */

/** Runs work as soon as one of its lanes is free. */
export type Lanes = <T>(work: () => Promise<T>) => Promise<T>;

const LANES = 2;

/** Makes lanes; what is given first runs first. */
export function createLanes(): Lanes {
  const waiting: (() => void)[] = [];
  let free = LANES;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
