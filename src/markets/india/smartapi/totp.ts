/**
 * One-time codes: HOTP (RFC 4226) and TOTP (RFC 6238, SHA-1, 30 s, 6 digits) from the base32 secret that
 * the vendor shows at enrolment. Which moment a code is for is the caller's to say.
 */
import { createHmac } from "node:crypto";

/** A code holds for one step, counted from 1970-01-01 UTC. */
export const TOTP_STEP_MS = 30_000;
const TOTP_DIGITS = 6;

const BASE32_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE32_BITS = 5;
const BYTE_BITS = 8;
/** Ten bytes, the shortest secret that authenticator apps hand out; SmartAPI's own are longer. */
const SECRET_DIGITS_MIN = 16;

/**
 * The bytes of a base32 secret as people copy it: either case, with spaces, dashes or padding.
 * `undefined` when it is none, or empty.
 */
export function parseBase32(text: string): Uint8Array | undefined {
  const digits = digitsOf(text);
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const digit of digits) {
    const value = BASE32_ALPHABET.indexOf(digit);
    if (value < 0) return undefined;
    held = (held << BASE32_BITS) | value;
    bits += BASE32_BITS;
    if (bits < BYTE_BITS) continue;
    bits -= BYTE_BITS;
    bytes.push((held >>> bits) & 0xff);
    held &= (1 << bits) - 1;
  }
  return bytes.length === 0 ? undefined : Uint8Array.from(bytes);
}

/** What is wrong with a secret, as the end of a sentence that does not spell it; `undefined` for a good one. */
export function secretProblem(text: string): string | undefined {
  const digits = digitsOf(text);
  if (digits === "") return "is empty";
  if ([...digits].some((digit) => !BASE32_ALPHABET.includes(digit))) {
    return "is not base32 text, which has the letters A to Z and the digits 2 to 7";
  }
  return digits.length < SECRET_DIGITS_MIN
    ? `is too short: a secret has at least ${SECRET_DIGITS_MIN} letters and digits`
    : undefined;
}

function digitsOf(text: string): string {
  return text.toUpperCase().replaceAll(/[\s-]/g, "").replace(/=+$/, "");
}

/** The code of a counter (RFC 4226, section 5.3). */
export function hotp(secret: Uint8Array, counter: number, digits: number): string {
  const message = Buffer.alloc(BYTE_BITS);
  message.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac("sha1", secret).update(message).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  const truncated = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(truncated % 10 ** digits).padStart(digits, "0");
}

/** The code that holds at an instant of the wall clock. */
export function totp(secret: Uint8Array, wallMs: number, digits: number = TOTP_DIGITS): string {
  return hotp(secret, Math.floor(wallMs / TOTP_STEP_MS), digits);
}

/** How long until the next code. */
export function msUntilNextTotp(wallMs: number): number {
  return TOTP_STEP_MS - (wallMs % TOTP_STEP_MS);
}
