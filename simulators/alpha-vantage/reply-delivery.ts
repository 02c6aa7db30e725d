/** How a reply goes over the wire: whole, late, in drips, cut off, endless, or not at all. */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultArgs } from "./fault-book.ts";
import type { DeliveryFault, Reply } from "./respond.ts";

const DEFAULT_DELAY_MS = 2000;
const DEFAULT_DRIP_MS = 200;
const DEFAULT_DRIP_BYTES = 16;
const DEFAULT_OVERSIZED_BYTES = 80 * 1024 * 1024;
const FILLER_BYTES = 64 * 1024;
const HALF = 0.5;

/** Header by which clients know that what they got is made up. It is on every answer. */
export const SYNTHETIC_HEADER = "x-meridian-synthetic";
export const SYNTHETIC_VALUE = "SYNTHETIC";

/** Sends a reply, carrying out the first fault on the way. Never throws for what the caller does. */
export async function deliver(response: ServerResponse, reply: Reply): Promise<void> {
  const body = Buffer.from(reply.body, "utf8");
  const [onTheWay] = reply.delivery;
  if (onTheWay) {
    await deliverFaulty(response, reply, body, onTheWay);
    return;
  }
  writeHead(response, reply, body.length);
  response.end(body);
}

async function deliverFaulty(
  response: ServerResponse,
  reply: Reply,
  body: Buffer,
  { fault, args }: DeliveryFault,
): Promise<void> {
  switch (fault) {
    case "never_answers":
      return;
    case "connection_reset":
      return resetAfter(response, reply, body, args.afterBytes ?? 0);
    case "length_mismatch":
      writeHead(response, reply, body.length);
      return closeAfter(response, body.subarray(0, Math.floor(body.length * (args.share ?? HALF))));
    case "slow_drip":
      writeHead(response, reply, body.length);
      return drip(response, body, args);
    case "late_answer":
      await pause(args.delayMs ?? DEFAULT_DELAY_MS);
      if (response.destroyed) return;
      writeHead(response, reply, body.length);
      response.end(body);
      return;
    case "oversized_body":
      return oversize(response, reply, body, args.bytes ?? DEFAULT_OVERSIZED_BYTES);
  }
}

function writeHead(response: ServerResponse, reply: Reply, length: number | undefined): void {
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(length === undefined ? {} : { "content-length": String(length) }),
    [SYNTHETIC_HEADER]: SYNTHETIC_VALUE,
  });
}

function resetAfter(
  response: ServerResponse,
  reply: Reply,
  body: Buffer,
  afterBytes: number,
): Promise<void> | void {
  const { socket } = response;
  if (afterBytes === 0) {
    socket?.resetAndDestroy();
    return;
  }
  writeHead(response, reply, body.length);
  return new Promise((resolve) => {
    response.write(body.subarray(0, afterBytes), () => {
      socket?.resetAndDestroy();
      resolve();
    });
  });
}

function closeAfter(response: ServerResponse, part: Buffer): Promise<void> {
  return new Promise((resolve) => {
    response.write(part, () => {
      response.socket?.end();
      resolve();
    });
  });
}

async function drip(response: ServerResponse, body: Buffer, args: FaultArgs): Promise<void> {
  const step = args.chunkBytes ?? DEFAULT_DRIP_BYTES;
  for (let at = 0; at < body.length && !response.destroyed; at += step) {
    response.write(body.subarray(at, at + step));
    await pause(args.delayMs ?? DEFAULT_DRIP_MS);
  }
  if (!response.destroyed) response.end();
}

/** Goes on sending lines like the last one (blanks after JSON) until `bytes` are sent. */
async function oversize(
  response: ServerResponse,
  reply: Reply,
  body: Buffer,
  bytes: number,
): Promise<void> {
  writeHead(response, reply, undefined);
  response.write(body);
  const isJson = body[0] === "{".charCodeAt(0);
  const line = isJson ? " ".repeat(64) : `${reply.body.trimEnd().split("\n").at(-1) ?? ""}\n`;
  const filler = Buffer.from(line.repeat(Math.ceil(FILLER_BYTES / line.length)));
  for (let sent = body.length; sent < bytes && !response.destroyed; sent += filler.length) {
    if (!response.write(filler)) await drained(response);
  }
  if (!response.destroyed) response.end();
}

/** Resolves when more can be written, or when the other side has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.on("drain", settle);
    response.on("close", settle);
  });
}

/** Waits without keeping the process alive. */
function pause(durationMs: number): Promise<void> {
  return sleep(durationMs, undefined, { ref: false });
}
