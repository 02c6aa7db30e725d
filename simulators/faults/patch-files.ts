/**
 * Puts the file operations of `node:fs` under the plan: those that write, create, rename, remove or
 * sync. Reading changes nothing, so dying before a read is dying after the operation before it.
 */
import fs from "node:fs";
import { relative, sep } from "node:path";
import type { Operation, OperationCounter } from "./operation-counter.ts";

type AnyFunction = (...given: unknown[]) => unknown;

/** Operations on paths that may find no room, and those that never need any. */
const PATHS_THAT_NEED_ROOM = [
  "mkdirSync",
  "renameSync",
  "writeFileSync",
  "appendFileSync",
  "copyFileSync",
];
const PATHS_THAT_FREE_ROOM = ["rmSync", "rmdirSync", "unlinkSync", "truncateSync"];
/** Operations on open files. */
const OPEN_FILES = ["writeSync", "writevSync", "fsyncSync", "fdatasyncSync", "ftruncateSync"];
/** Written here only to be found: the product writes no file in the background. */
const NOT_COUNTED = [
  "write",
  "writev",
  "writeFile",
  "appendFile",
  "rename",
  "rm",
  "unlink",
  "mkdir",
];

/** A folder that is there already costs nothing. */
const NO_EFFECT = new Set(["mkdirSync"]);

/** Patches the functions of `node:fs`; `sync` then hands them to modules that import them by name. */
export function patchFiles(counter: OperationCounter, workspace: string): void {
  const pathOfFile = new Map<unknown, string>();
  const nameOf = (path: unknown): string => labelOfPath(path, workspace);

  for (const name of [...PATHS_THAT_NEED_ROOM, ...PATHS_THAT_FREE_ROOM]) {
    const needsRoom = PATHS_THAT_NEED_ROOM.includes(name);
    replace(fs, name, (original) => (...given) => {
      const perform = (): unknown => original(...given);
      if (NO_EFFECT.has(name) && isThere(given[0])) return perform();
      return counter.through({
        label: `${name.replace("Sync", "")} ${nameOf(given[name === "renameSync" ? 1 : 0])}`,
        perform,
        refuse: needsRoom ? () => noRoom(name) : undefined,
      });
    });
  }
  replace(fs, "openSync", (original) => (...given) => {
    const [path, flags] = given;
    const open = (): unknown => {
      const file = original(...given);
      pathOfFile.set(file, nameOf(path));
      return file;
    };
    const creates = typeof flags === "string" && /[wax]/.test(flags);
    if (!creates) return open();
    const label = `create ${nameOf(path)}`;
    return counter.through({ label, perform: open, refuse: () => noRoom("open") });
  });
  for (const name of OPEN_FILES) {
    replace(fs, name, (original) => (...given) => {
      const path = pathOfFile.get(given[0]);
      // Standard output and error are no files of the workspace.
      if (path === undefined) return original(...given);
      const operation: Operation<unknown> = {
        label: `${name.replace("Sync", "")} ${path}`,
        perform: () => original(...given),
        tear: name === "writeSync" ? () => writeHalf(original, given) : undefined,
        refuse: name === "ftruncateSync" ? undefined : () => noRoom(name),
      };
      return counter.through(operation);
    });
  }
  replace(fs, "fsync", (original) => (...given) => {
    const label = `fsync ${pathOfFile.get(given[0]) ?? "a file"}`;
    const perform = (): unknown => original(...given);
    return counter.through({ label, perform, refuse: () => noRoom("fsync") });
  });
  for (const name of NOT_COUNTED) {
    replace(fs, name, () => () => {
      throw new Error(`fs.${name} is not counted: let ${import.meta.url} know of it`);
    });
  }
}

/** A path below the workspace, with `/`, and without what differs from process to process. */
export function labelOfPath(path: unknown, workspace: string): string {
  const text = path instanceof URL ? path.pathname : String(path);
  const inside = relative(workspace, text).split(sep).join("/");
  return (inside === "" ? "." : inside).replaceAll(/\.\d+\.part~/g, ".PID.part~");
}

/** The error of the system when the disk is full. */
function noRoom(call: string): Error {
  const syscall = call.replace("Sync", "");
  const message = `ENOSPC: no space left on device, ${syscall}`;
  return Object.assign(new Error(message), { errno: -28, code: "ENOSPC", syscall });
}

function writeHalf(write: AnyFunction, [file, data, ...rest]: readonly unknown[]): void {
  const whole = typeof data === "string" ? Buffer.from(data) : data;
  if (!ArrayBuffer.isView(whole)) return;
  const bytes = new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
  const [offset, length, position] = typeof data === "string" ? [] : rest;
  const from = typeof offset === "number" ? offset : 0;
  const count = typeof length === "number" ? length : bytes.length - from;
  write(file, bytes, from, Math.floor(count / 2), position);
}

function isThere(path: unknown): boolean {
  return typeof path === "string" && fs.existsSync(path);
}

/** Replaces a method of an object by one made from it. */
export function replace(
  target: object,
  name: string,
  make: (original: AnyFunction) => (this: unknown, ...given: unknown[]) => unknown,
): void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== "function")
    throw new Error(`this Node has no ${name} to put under a plan`);
  Reflect.set(target, name, make(original as AnyFunction));
}
