/**
 * Runs `india stream` as an operator who ends it when the feed has nothing more: the stream in one process,
 * and `india stop` in another. What the stream suffers meanwhile is in its command.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { SmartApiSimulator } from "../smartapi/smartapi-server.ts";
import { type ProductCommand, type ProductRun, runProduct } from "./product-process.ts";

const STREAM = ["india", "stream", "--clock", "feed", "--json"];
const STOP = ["india", "stop"];
const LOOK_MS = 20;

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
  const logsBefore = countLogs(command.workspace);
  let hasEnded = false;
  const running = runProduct({ ...command, words: STREAM }).finally(() => {
    hasEnded = true;
  });
  // A stream that has begun has a log; one that has not would publish nothing when it is stopped.
  const isDue = (): boolean =>
    hasEnded || (vendor.state() === "ended" && countLogs(command.workspace) > logsBefore);
  while (!isDue()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const { strikes: _strikes, killAfterMs: _kill, suspend: _suspend, ...plain } = command;
  const stop = hasEnded ? undefined : await runProduct({ ...plain, words: STOP });
  return { stream: await running, stop };
}

/** By their names alone: other files come and go meanwhile. */
function countLogs(workspace: string): number {
  const raw = join(workspace, "data", "raw", "india");
  const folders = namesIn(raw).map((day) => join(raw, day, "ticks"));
  return folders.flatMap(namesIn).filter((name) => name.endsWith(".ticks")).length;
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
