/**
 * Runs `india stream` as an operator who ends it when the feed has nothing more: the stream in one process,
 * and `india stop` in another. What the stream suffers meanwhile is in its command.
 */
import type { SmartApiSimulator } from "../smartapi/smartapi-server.ts";
import { type ProductCommand, type ProductRun, runProduct } from "./product-process.ts";

const STREAM = ["india", "stream", "--clock", "feed", "--json"];
const STOP = ["india", "stop"];
const LOOK_MS = 50;

export type StreamRun = {
  readonly stream: ProductRun;
  /** Absent when the stream ended before it was asked to. */
  readonly stop: ProductRun | undefined;
};

/** Streams until the feed has ended, or until the stream has. */
export async function runStreamToItsEnd(
  command: Omit<ProductCommand, "words">,
  vendor: SmartApiSimulator,
): Promise<StreamRun> {
  let hasEnded = false;
  const running = runProduct({ ...command, words: STREAM }).finally(() => {
    hasEnded = true;
  });
  const isDue = (): boolean => hasEnded || (vendor.state() === "ended" && isStreaming(vendor));
  while (!isDue()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const { strikes: _strikes, killAfterMs: _kill, suspend: _suspend, ...plain } = command;
  const stop = hasEnded ? undefined : await runProduct({ ...plain, words: STOP });
  return { stream: await running, stop };
}

/** Whether somebody is there to be stopped: a stream that is not connected yet would publish nothing. */
function isStreaming(vendor: SmartApiSimulator): boolean {
  return vendor
    .report()
    .connections.some(({ closedAt, subscribed }) => closedAt === undefined && subscribed > 0);
}
