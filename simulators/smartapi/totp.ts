/**
 * Time-based one-time passwords (RFC 6238: SHA-1, 30 s, six digits) from the vendor's side: which codes
 * it takes at an instant. The product computes its own.
 */
import { createHmac } from "node:crypto";

const STEP_MS = 30_000;
const DIGITS = 6;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BITS_PER_LETTER = 5;
const BITS_PER_BYTE = 8;

/** The code of the 30 s step that holds `wallMs`; `steps` later or earlier ones on request. */
export function totpAt(secret: string, wallMs: number, steps = 0): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(wallMs / STEP_MS) + steps));
  const digest = createHmac("sha1", base32Bytes(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** Whether the vendor takes the code: it allows a clock that is one step off. */
export function acceptsTotp(secret: string, code: string, wallMs: number): boolean {
  return [-1, 0, 1].some((steps) => totpAt(secret, wallMs, steps) === code);
}

function base32Bytes(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.replaceAll(/[\s=]/g, "").toUpperCase()) {
    const digit = BASE32.indexOf(letter);
    if (digit < 0) throw new Error("a TOTP secret is written in base 32");
    value = (value << BITS_PER_LETTER) | digit;
    bits += BITS_PER_LETTER;
    if (bits < BITS_PER_BYTE) continue;
    bits -= BITS_PER_BYTE;
    bytes.push((value >>> bits) & 0xff);
    value &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}
