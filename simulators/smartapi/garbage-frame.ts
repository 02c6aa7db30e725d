/** Frames that are no packet, each in one way that the product must count and survive. */
import type { RandomSource } from "#core/random.ts";
import type { GarbageShape } from "./fault-list.ts";

const BYTE = 256;
const WRONG_LENGTH = 47;
const RANDOM_BYTES_MAX = 400;
const REAL_LENGTHS = [51, 123, 379];
const WRONG_MODE = 9;
const WRONG_EXCHANGE = 99;
const TOKEN_AT = 2;
const TOKEN_BYTES = 25;
const TEXT = '{"synthetic":"neither a pong nor an error';

/** Makes a frame of a shape out of a real packet. */
export function garbageFrame(
  shape: GarbageShape,
  packet: Uint8Array,
  random: RandomSource,
): Uint8Array {
  const bytes = Uint8Array.from(packet);
  switch (shape) {
    case "wrong_length":
      return bytes.subarray(0, WRONG_LENGTH);
    case "random_bytes": {
      const length = 1 + Math.floor(random() * RANDOM_BYTES_MAX);
      return noise(REAL_LENGTHS.includes(length) ? length + 1 : length, random);
    }
    case "noise":
      return noise(packet.length, random);
    case "text":
      return Buffer.from(TEXT);
    case "empty":
      return new Uint8Array();
    case "wrong_mode":
      bytes[0] = WRONG_MODE;
      return bytes;
    case "unknown_exchange":
      bytes[1] = WRONG_EXCHANGE;
      return bytes;
    case "unknown_token":
      bytes.fill(0, TOKEN_AT, TOKEN_AT + TOKEN_BYTES);
      bytes.set(Buffer.from("987654321"), TOKEN_AT);
      return bytes;
  }
}

function noise(length: number, random: RandomSource): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * BYTE));
}
