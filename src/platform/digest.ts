/** SHA-256 in hexadecimal: the one digest of the product, over bytes or over canonical JSON. */
import { createHash } from "node:crypto";
import { canonicalJson } from "#core/canonical-json.ts";

/** Lower-case hex SHA-256 of bytes, or of text as UTF-8. */
export function sha256Hex(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Lower-case hex SHA-256 of the canonical JSON text of a value. */
export function digestOfJson(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
