/** Works through a list in as many lanes as the smallest machine we support has cores. */

const LANES = 2;

/** Runs `work` on every item, two at a time, in order of the list; ends when all have ended. */
export async function runInLanes<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
