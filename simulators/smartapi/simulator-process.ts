/**
 * Starts the simulator as a child process that other processes can reach, and that neither outlives
 * its parent nor keeps it from ending.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { SmartApiAddresses } from "./smartapi-server.ts";

/** A simulator in a process of its own. Control it with `control-client.ts`. */
export interface SmartApiProcess extends SmartApiAddresses {
  readonly pid: number;
  /** Ends the process; resolves when it has ended. May be called twice. */
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const ENTRY = fileURLToPath(new URL("./main.ts", import.meta.url));
const announcementSchema = z.strictObject({
  restUrl: z.url(),
  streamUrl: z.url(),
  instrumentsUrl: z.url(),
  controlUrl: z.url(),
  pid: z.int().positive(),
});

/** Starts `main.ts` with the given flags and resolves when it listens. Throws with what it wrote otherwise. */
export async function startSmartApiProcess(flags: readonly string[]): Promise<SmartApiProcess> {
  const child = spawn(process.execPath, [ENTRY, ...flags], { stdio: ["pipe", "pipe", "pipe"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const announcement = announcementSchema.parse(JSON.parse(await firstLine(child)));
  letParentEnd(child);
  return {
    ...announcement,
    close: async () => {
      // Closing its input is the request to end that works on every platform.
      child.stdin?.end();
      child.ref();
      await exited;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaint = "";
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error(`the simulator did not listen within ${START_TIMEOUT_MS} ms: ${complaint}`));
    }, START_TIMEOUT_MS);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the simulator ended with ${code} before it listened: ${complaint}`));
    });
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).once("line", (line) => {
      clearTimeout(timer);
      resolve(line);
    });
  });
}

/** The child's pipes and the child itself no longer hold this process. */
function letParentEnd(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) {
    if (pipe instanceof Socket) pipe.unref();
  }
}
